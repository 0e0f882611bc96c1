"""Whatever operators, crashes and tampering do to random actions: what ran was allowed, once, and provably.

``WATCHFLOOR_MACHINE_STEPS=100000`` makes it run so many steps and print what they were.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant

from engine.governance import ActionStatus
from engine.governance.proof import action_breaches
from engine.journal import Head, verify

from .machine import SEATS, Lives

STEPS = int(os.environ.get("WATCHFLOOR_MACHINE_STEPS", "2000"))
"""Steps of the whole run, about."""
EACH = 50
"""Most steps of one life."""
USUAL = 32
"""Steps that a life has in the middle."""
HARD = {"commit_pricing"}

Told = list[tuple[str, str, dict[str, object]]]
seen: Counter[str] = Counter()


class Judged(Lives):
    """The lives, judged after every step by what the tools themselves wrote down."""

    def __init__(self) -> None:
        super().__init__()
        self.judged = 0

    @invariant()
    def nothing_runs_twice_and_nothing_evil(self) -> None:
        seen["steps"] += 1
        ran = [action_id for action_id, _ in self.world.ledger]
        assert len(ran) == len(set(ran))
        assert all(text != "evil" for _, text in self.world.ledger)

    @invariant()
    def every_effect_was_allowed(self) -> None:
        inside = self.run(self.world.read(lambda reader: reader.rows("SELECT action_id FROM chat_messages")))
        ran = [*(entry[0] for entry in self.world.ledger), *(row["action_id"] for row in inside)]
        if len(ran) == self.judged:
            return
        self.judged = len(ran)
        told = self.journal()
        for action_id in ran:
            events = told[action_id]
            started = [(index, data) for index, (kind, _, data) in enumerate(events) if kind == "action.started"]
            assert started, "an effect without an intent on record"
            for index, data in started:
                self.judge(action_id, events[:index], data, told)

    def judge(self, action_id: str, before: Told, started: dict[str, object], told: dict[str, Told]) -> None:
        assert started["tier"] != "hard_stop"
        proposed = next(data for kind, _, data in before if kind == "action.proposed")
        assert proposed["kind"] not in HARD
        proposer = next(actor for kind, actor, _ in before if kind == "action.proposed")
        if started["tier"] != "approval":
            return
        yes: set[str] = set()
        for kind, actor, data in before:
            if data.get("digest") != started["digest"]:
                continue
            if kind in {"action.granted", "action.approved"}:
                yes.add(actor)
            elif kind == "action.retracted":
                yes.discard(actor)
        assert yes, "an approval without a yes to exactly this"
        needed = self.run(self.world.get(action_id)).quorum
        if any(actor.startswith("rule:") for actor in yes):
            seen["by rule"] += 1
            assert needed == 1
            assert not any(kind == "rule.revoked" for actor in yes for kind, _, _ in self.until(actor, before, told))
            return
        assert yes <= SEATS.keys() - {"operator:eve", proposer}
        assert len({SEATS[actor] for actor in yes}) >= needed
        seen[f"by {needed}"] += 1

    def until(self, actor: str, before: Told, told: dict[str, Told]) -> Told:
        """What happened to a standing rule before the last thing that happened to an action."""
        last = max(int(str(data["seq"])) for _, _, data in before)
        return [event for event in told[actor.removeprefix("rule:")] if int(str(event[2]["seq"])) < last]

    def journal(self) -> dict[str, Told]:
        rows = self.run(
            self.world.read(
                lambda reader: reader.rows("SELECT seq, kind, subject, actor, data FROM journal ORDER BY seq")
            )
        )
        told: dict[str, Told] = {}
        for row in rows:
            data = {**json.loads(row["data"]), "seq": row["seq"]}
            told.setdefault(row["subject"], []).append((row["kind"], row["actor"], data))
        return told

    @invariant()
    def ended_actions_stay_ended(self) -> None:
        for action_id, shown in self.shown.items():
            if shown.status is ActionStatus.EXECUTED and action_id not in self.tampered:
                now = self.run(self.world.get(action_id))
                assert dataclasses.replace(now, repeats=0) == dataclasses.replace(shown, repeats=0)

    def teardown(self) -> None:
        try:
            self.judge_the_end()
        finally:
            super().teardown()

    def judge_the_end(self) -> None:
        rows = self.run(self.world.read(lambda reader: reader.rows("SELECT * FROM journal ORDER BY seq")))
        assert isinstance(verify(rows), Head)
        breaches = self.run(self.world.read(lambda reader: [str(each) for each in action_breaches(reader)]))
        assert all(any(action_id in each for action_id in self.tampered) for each in breaches), breaches
        told = self.journal()
        seen.update(kind for events in told.values() for kind, _, _ in events if kind.startswith(("action.", "rule.")))


TestGate = Judged.TestCase
TestGate.settings = settings(
    max_examples=max(STEPS // USUAL, 1),
    stateful_step_count=EACH,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def teardown_module() -> None:
    """Tell what a long run saw."""
    if "WATCHFLOOR_MACHINE_STEPS" in os.environ:
        print(f"\n{seen['steps']} steps: {dict(sorted(seen.items()))}")  # noqa: T201  # asked for
