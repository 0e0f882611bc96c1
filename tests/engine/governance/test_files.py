"""Files that an action names: a changed one is asked again, by its name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.governance import DecisionRefused, Execution, Held, HoldCode, RefusalCode
from engine.tools import ToolArguments

from .standing.support import allow, approved_example
from .support import World


@dataclass(frozen=True)
class Paper:
    """A file that the tool reads."""

    file: Path

    def says(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")


@pytest.fixture
def paper(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paper:
    """A file that the tool reads, whatever its arguments say."""
    paper = Paper(tmp_path / "offer.txt")
    paper.says("40 seats")

    def files(_: ToolArguments) -> tuple[tuple[str, str], ...]:
        return ((paper.file.name, hashlib.sha256(paper.file.read_bytes()).hexdigest()),)

    monkeypatch.setattr(world.fragile, "files", files)
    return paper


async def test_a_file_that_changes_before_the_answer_is_shown_again(world: World, paper: Paper) -> None:
    asked = await world.propose()
    paper.says("400 seats")
    refused = await world.approve(asked)
    assert isinstance(refused, DecisionRefused)
    assert (refused.code, "file offer.txt changed" in refused.why) == (RefusalCode.CHANGED, True)
    await world.approve(await world.get(asked))
    assert isinstance(await world.begin(asked), Execution)


async def test_a_file_that_changes_before_the_start_asks_again(world: World, paper: Paper) -> None:
    asked = await world.propose()
    await world.approve(asked)
    paper.says("400 seats")
    held = await world.begin(asked)
    assert isinstance(held, Held)
    assert (held.code, "file offer.txt changed" in held.why) == (HoldCode.ASKED_AGAIN, True)
    again = await world.get(asked)
    assert again.revision == 2
    # And back: what was approved first is not what is asked now.
    paper.says("40 seats")
    assert isinstance(await world.approve(again), DecisionRefused)
    assert world.ledger == []


async def test_a_standing_permission_holds_for_the_files_of_its_example(world: World, paper: Paper) -> None:
    await allow(world, await approved_example(world))
    assert (await world.propose(text="second")).decided_by is not None
    paper.says("400 seats")
    assert (await world.propose(text="third")).decided_by is None
