"""Where nobody can be reached a question fails at once, if the settings want that; else it waits."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from engine.assembly.presence import Presence
from engine.client import identify
from engine.clock import SimulatedClock
from engine.governance import ActionStatus, Gate, Proposal, Stage
from engine.operators import Operator, Role
from engine.settings import Settings
from engine.settings.governance import GovernanceSettings
from engine.storage import Reader, Transaction

from ..support import World
from .support import PAT, VIV

FAIL = GovernanceSettings(unattended="fail", attended_seconds=60, operators={"viv": "viewer"})


async def why(world: World, presence: Presence) -> str:
    def ask(reader: Reader) -> str:
        return presence.unreachable(reader)

    return await world.read(ask)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


async def test_a_question_waits_unless_the_settings_say_otherwise(world: World, clock: SimulatedClock) -> None:
    presence = Presence(clock, GovernanceSettings)
    await clock.advance(1_000_000)
    assert await why(world, presence) == ""


async def test_an_operator_counts_for_a_while_and_a_viewer_never(world: World, clock: SimulatedClock) -> None:
    presence = Presence(clock, lambda: FAIL)
    await clock.advance(60)
    assert await why(world, presence) == ""
    await clock.advance(1)
    assert await why(world, presence) == "no operator was heard of for 61 s"
    presence.heard(VIV)
    assert await why(world, presence) != ""
    presence.heard(PAT)
    assert await why(world, presence) == ""
    await clock.advance(61)
    assert await why(world, presence) != ""
    presence.sits_here(VIV)
    assert await why(world, presence) != ""
    presence.sits_here(PAT)
    await clock.advance(1_000)
    assert await why(world, presence) == ""


async def test_where_nobody_may_decide_nobody_is_waited_for(world: World, clock: SimulatedClock) -> None:
    settings = FAIL.model_copy(update={"default_role": "viewer"})
    presence = Presence(clock, lambda: settings)
    assert await why(world, presence) == "the settings let nobody decide"


async def test_what_nobody_can_answer_is_a_no_with_its_own_reason(world: World) -> None:
    gate = Gate(
        GovernanceSettings(), world.tools, world.clock, lambda _, __: Stage.UNKNOWN, unreachable=lambda _: "all asleep"
    )

    def propose(tx: Transaction) -> object:
        return gate.propose(tx, Proposal("send_proposal", "email", {"text": "a"}, "persona:helper", ""))

    await world.write(propose)
    (action,) = await world.read(lambda reader: reader.rows("SELECT id, status, outcome FROM actions"))
    assert action["status"] == ActionStatus.EXPIRED
    assert action["outcome"] == "nobody can be reached: all asleep"
    assert await world.events(action["id"]) == ["action.proposed", "action.expired"]
    await world.write(lambda tx: gate.propose(tx, Proposal("log_interaction", "log_interaction",
        {"account_id": "x", "kind": "note", "summary": "s"}, "persona:helper", "", account_id=None)))  # fmt: skip
    rows = await world.read(lambda reader: reader.rows("SELECT status FROM actions WHERE kind = 'log_interaction'"))
    assert [row["status"] for row in rows] == ["expired"]


def test_a_name_given_on_the_command_line_changes_nothing_about_who_sits_there(tmp_path: Path) -> None:
    settings = Settings()
    here = identify(settings, "ana", environ={})
    assert here == Operator("ana", Role.OPERATOR, "local", f"login {os.getuid()}")
    assert identify(settings, "ben", environ={}).seat == here.seat
    remote = {"SSH_CONNECTION": "10.0.0.9 4000 10.0.0.1 22"}
    assert identify(settings, "ana", environ=remote).seat == "ssh 10.0.0.9 4000 10.0.0.1 22"
    assert identify(settings, "ana", environ=remote, read_only=True).role is Role.VIEWER
    blob = b"a key"
    file = tmp_path / "auth"
    file.write_text(f"publickey ssh-ed25519 {base64.b64encode(blob).decode()}\n")
    file.chmod(0o600)
    print_ = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    by_key = identify(settings, "ana", environ={**remote, "SSH_USER_AUTH": str(file)})
    assert by_key.identity == f"key SHA256:{print_}"
    elsewhere = {"SSH_CONNECTION": "10.0.0.8 1 10.0.0.1 22", "SSH_USER_AUTH": str(file)}
    assert identify(settings, "ben", environ=elsewhere).seat == by_key.seat


@pytest.mark.parametrize("content", ["password\n", "publickey\n", "publickey ssh-rsa %%%\n", ""])
def test_a_file_that_names_no_key_says_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "auth"
    file.write_text(content)
    environ = {"SSH_CONNECTION": "a 1 b 2", "SSH_USER_AUTH": str(file)}
    assert identify(Settings(), "ana", environ=environ).identity == "ssh a 1 b 2"
    file.unlink()
    assert identify(Settings(), "ana", environ=environ).identity == "ssh a 1 b 2"
    link = tmp_path / "link"
    link.symlink_to("/etc/passwd")
    assert identify(Settings(), "ana", environ={**environ, "SSH_USER_AUTH": str(link)}).identity == "ssh a 1 b 2"
