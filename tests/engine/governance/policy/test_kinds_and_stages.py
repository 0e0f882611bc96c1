"""The 24 kinds in every stage and spelling, told as one table: what runs, what asks, what never runs."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from engine.governance import (
    ALL_KINDS,
    AUTONOMOUS_KINDS,
    HARD_STOP_KINDS,
    AccountFacts,
    ActionStatus,
    Held,
    Stage,
    Tier,
)
from engine.governance.kinds import GATED_STAGES

from ..support import World
from ..test_guardrails import SPELLINGS, expected, tool_for
from .support import judged, policy_of

UNKNOWN: Final = ("send_everything", "", "проверка", "autonomous", "null", "send_chat_message_", "log-interactions")


def test_the_whole_table() -> None:
    policy = policy_of()
    told: Counter[tuple[str, str]] = Counter()
    for kind in sorted(ALL_KINDS):
        for stage in (None, *Stage):
            account = None if stage is None else AccountFacts("acme", stage)
            for name, spelled in SPELLINGS.items():
                found = judged(policy, spelled(kind), tool_for(kind), account=account)
                assert found.tier is expected(kind, stage), (kind, stage, name)
                told[stage.value if stage else "no account", found.tier.value] += 1
    rows = len(ALL_KINDS) * len(SPELLINGS)
    for stage in (None, *Stage):
        gated = stage in GATED_STAGES or stage is Stage.UNKNOWN
        runs = 0 if gated else len(AUTONOMOUS_KINDS) * len(SPELLINGS)
        name = stage.value if stage else "no account"
        stops = len(HARD_STOP_KINDS) * len(SPELLINGS)
        assert [told[name, tier.value] for tier in Tier] == [runs, rows - runs - stops, stops]


@pytest.mark.parametrize("stage", [None, *Stage])
@pytest.mark.parametrize("kind", UNKNOWN)
def test_unknown_kinds_ask_in_every_stage(kind: str, stage: Stage | None) -> None:
    account = None if stage is None else AccountFacts("acme", stage)
    found = judged(policy_of(), kind, "chat", account=account)
    known = kind.strip("_") in AUTONOMOUS_KINDS
    assert found.tier is (expected("send_chat_message", stage) if known else Tier.APPROVAL)


@pytest.mark.parametrize("kind", sorted(AUTONOMOUS_KINDS))
@pytest.mark.parametrize("later", [Stage.EVALUATION, Stage.CLOSED_LOST, Stage.UNKNOWN])
async def test_a_stage_that_changes_before_the_start_asks(world: World, kind: str, later: Stage) -> None:
    world.stages["acme"] = Stage.PROSPECTING
    tools = {"email", "chat", "briefing"} & {tool_for(kind), "chat", "email", "briefing"}
    tool = tool_for(kind) if tool_for(kind) in {"email", "chat", "briefing"} else min(tools)
    action = await world.propose(kind, tool=tool, account_id="acme")
    if action.status is ActionStatus.PENDING:
        # The witness tools do not serve this kind: it asks whatever the stage.
        assert action.rule == f"tool_not_bound.{kind}"
        return
    world.stages["acme"] = later
    held = await world.begin(action)
    assert isinstance(held, Held)
    now = await world.get(action)
    assert (now.status, now.revision, now.stage) == (ActionStatus.PENDING, 2, later)
    world.stages["acme"] = Stage.PROSPECTING
    assert isinstance(await world.begin(now), Held)
    assert world.ledger == []
