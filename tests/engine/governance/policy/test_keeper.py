"""The policy file over time: put in force at once, its last good version kept, each change on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.governance import ActionStatus, Held, Tier
from engine.governance.policy import PolicyKeeper
from engine.settings.governance import GovernanceSettings

from ..support import World

STOP = '[[rule]]\nname = "no-mail"\nwhy = "no mail today"\ntier = "hard_stop"\nkinds = ["send_follow_up_email"]\n'
ASK = STOP.replace("hard_stop", "approval")
pytestmark = pytest.mark.timeout(60)


class Place:
    """A world with a policy file, and what an engine does with it."""

    def __init__(self, world: World, path: Path) -> None:
        self.world, self.path = world, path
        self.keeper = PolicyKeeper(path, lambda: world.settings)

    async def start(self) -> None:
        """As an engine that starts."""
        self.keeper = PolicyKeeper(self.path, lambda: self.world.settings)
        await self.world.read(self.keeper.recall)
        await self.apply()

    async def save(self, text: str) -> bool:
        """As an operator who saves the file, and the engine that notices."""
        self.path.write_text(text, encoding="utf-8")
        return await self.look()

    async def look(self) -> bool:
        changed = self.keeper.reload()
        if changed:
            await self.apply()
        return changed

    async def apply(self) -> None:
        self.world.gate.configure(self.world.settings, self.keeper.rules, self.keeper.capped)

        def work(tx: Any) -> None:
            self.keeper.note(tx, self.world.gate.policy)
            self.world.gate.judge_waiting(tx)

        await self.world.write(work)

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What the journal says about the policy."""
        rows = await self.world.read(
            lambda reader: reader.rows("SELECT kind, data FROM journal WHERE kind LIKE 'policy.%' ORDER BY seq")
        )
        return [(row["kind"].removeprefix("policy."), json.loads(row["data"])) for row in rows]


@pytest.fixture
async def place(world: World, tmp_path: Path) -> Place:
    made = Place(world, tmp_path / "policy.toml")
    await made.start()
    return made


async def test_tightening_holds_at_once_also_for_what_waits(place: Place) -> None:
    approved = await place.world.propose("send_follow_up_email")
    pending = await place.world.propose("send_follow_up_email", text="later", must_ask=True)
    assert (approved.status, pending.status) == (ActionStatus.APPROVED, ActionStatus.PENDING)
    assert await place.save(ASK)
    asked = await place.world.get(approved)
    assert (asked.status, asked.rule, asked.revision) == (ActionStatus.PENDING, "workspace.no-mail", 2)
    assert await place.save(STOP)
    for action in (approved, pending):
        stopped = await place.world.get(action)
        assert (stopped.status, stopped.outcome) == (ActionStatus.BLOCKED, "no mail today")
        assert isinstance(await place.world.begin(stopped), Held)
    assert place.world.ledger == []


async def test_what_a_file_changes_is_on_record_with_whose_it_is(place: Place) -> None:
    assert await place.told() == []
    await place.save(STOP)
    await place.save(ASK)
    await place.save("")
    told = await place.told()
    assert [kind for kind, _ in told] == ["tightened", "loosened", "loosened"]
    assert told[1][1]["what"] == "rule no-mail went from hard_stop to approval"
    assert told[2][1]["changes"] == ["rule no-mail is gone: no mail today"]
    assert all({"version", "owner", "modified"} <= data.keys() for _, data in told)
    now = place.world.clock.now()
    assert place.keeper.notices(now) == ("the policy was loosened: rule no-mail is gone: no mail today",)


async def test_a_file_that_does_not_hold_keeps_the_last_good_one_and_lets_nothing_run(place: Place) -> None:
    await place.save(STOP)
    assert await place.save(STOP + "x = ")
    for kind, tier in (("send_follow_up_email", Tier.HARD_STOP), ("create_briefing", Tier.APPROVAL)):
        action = await place.world.propose(kind, tool="email" if kind.startswith("send") else "briefing")
        assert action.tier is tier
    assert [kind for kind, _ in await place.told()] == ["tightened", "refused"]
    assert place.keeper.notices(place.world.clock.now())[0].startswith(
        "nothing runs by itself: policy.toml is not valid"
    )
    assert await place.save(STOP)
    assert (await place.world.propose("create_briefing", text="two", tool="briefing")).tier is Tier.AUTONOMOUS
    assert place.keeper.failure is None
    assert [kind for kind, _ in await place.told()] == ["tightened", "refused"]


@pytest.mark.parametrize("broken", ["x = ", None])
async def test_a_restart_without_a_good_file_keeps_the_last_one(place: Place, broken: str | None) -> None:
    await place.save(STOP)
    if broken is None:
        place.path.unlink()
    else:
        place.path.write_text(broken, encoding="utf-8")
    await place.start()
    assert place.keeper.failure is not None
    assert (await place.world.propose("send_follow_up_email")).tier is Tier.HARD_STOP
    assert (await place.world.propose("create_briefing", tool="briefing")).tier is Tier.APPROVAL
    await place.save(ASK)
    assert (await place.world.propose("create_briefing", text="two", tool="briefing")).tier is Tier.AUTONOMOUS
    assert (await place.told())[-1][0] == "loosened"


async def test_a_first_start_with_a_broken_file_asks_for_everything(world: World, tmp_path: Path) -> None:
    made = Place(world, tmp_path / "policy.toml")
    made.path.write_text("[[rule", encoding="utf-8")
    await made.start()
    assert (await world.propose("create_briefing", tool="briefing")).rule == "policy.unreadable"
    assert (await world.propose("commit_pricing")).tier is Tier.HARD_STOP


async def test_what_changed_while_no_engine_ran_is_found_at_the_next_start(place: Place) -> None:
    await place.save(STOP)
    pending = await place.world.propose("send_proposal")
    place.path.write_text(ASK, encoding="utf-8")
    await place.start()
    assert [kind for kind, _ in await place.told()] == ["tightened", "loosened"]
    assert (await place.world.get(pending)).policy == place.world.gate.policy.version
    await place.start()
    assert [kind for kind, _ in await place.told()] == ["tightened", "loosened"]


async def test_loosened_settings_are_on_record_too(place: Place) -> None:
    place.world.configure(require_approval=("send_chat_message",))
    await place.apply()
    place.world.configure(require_approval=())
    await place.apply()
    assert [kind for kind, _ in await place.told()] == ["tightened", "loosened"]


async def test_who_may_answer_and_how_long_is_told_when_it_changes(place: Place) -> None:
    place.world.configure(operators={"eve": "admin"}, expiry_seconds=60, grace_seconds=9)
    await place.apply()
    place.world.configure(operators={}, expiry_seconds=1_800, grace_seconds=0)
    await place.apply()
    told = await place.told()
    assert [(kind, data["changes"]) for kind, data in told] == [
        ("loosened", ["role of eve went from operator to admin"]),
        ("tightened", ["expiry_seconds went from 1800 to 60", "grace_milliseconds went from 0 to 9000"]),
        ("loosened", ["expiry_seconds went from 60 to 1800", "grace_milliseconds went from 9000 to 0"]),
        ("tightened", ["role of eve went from admin to operator"]),
    ]


async def test_reading_the_same_file_again_changes_nothing(place: Place) -> None:
    await place.save(ASK)
    assert not await place.look()
    assert not await place.save(ASK)
    assert await place.save("# a comment\n" + ASK) is False


async def test_a_rule_that_names_a_budget_is_asked_where_it_would_be_passed(place: Place) -> None:
    await place.save(
        '[[limit]]\nname = "mail"\nsubject = "persona:*"\nmeasure = "actions_per_hour"\nvalue = 1\n'
        '[[rule]]\nname = "spent"\nwhy = "more than usual"\ntier = "approval"\nbudget = "mail"\nquorum = 2\n'
    )
    first = await place.world.propose("send_follow_up_email")
    assert first.tier is Tier.AUTONOMOUS
    await place.world.started(first)
    second = await place.world.propose("send_follow_up_email", text="two")
    assert (second.status, second.rule) == (ActionStatus.PENDING, "workspace.spent")
    other = await place.world.propose("send_follow_up_email", text="three", proposer="persona:planner")
    assert other.tier is Tier.AUTONOMOUS


def test_the_cap_is_never_lifted_from_older_rules(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []

    class Watched(PolicyKeeper):
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name in {"rules", "failure"} and hasattr(self, "failure"):
                document = self.rules.document
                seen.append((self.capped, document.rule[0].name if document is not None and document.rule else ""))

    path = tmp_path / "policy.toml"
    keeper = Watched(path, GovernanceSettings)
    for text in (STOP, "[[rule]]", STOP.replace("no-mail", "no-letters")):
        path.write_text(text, encoding="utf-8")
        keeper.reload()
    assert [(bool(capped), name) for capped, name in seen[-2:]] == [(True, "no-letters"), (False, "no-letters")]
