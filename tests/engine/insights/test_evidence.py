"""What an operator is told that an action rests on."""

from __future__ import annotations

from datetime import timedelta

from engine.assembly.views.evidence import evidence_sections
from engine.clock import SimulatedClock
from engine.crm import stage_of
from engine.governance import Action, Gate, Proposal, Stage
from engine.insights import listed, reach_out, scan_patterns
from engine.settings.goals import GoalSettings
from engine.settings.governance import GovernanceSettings
from engine.settings.insights import InsightSettings, PatternSettings
from engine.settings.tools import ToolsSettings
from engine.storage import Database, Reader
from engine.tools import ToolRegistry, built_in_tools

from .crm import add_account, add_deals

DAY = timedelta(days=1)


async def test_a_pattern_s_proposal_tells_the_pattern_and_the_stage(database: Database, clock: SimulatedClock) -> None:
    today = clock.now().date()
    await add_account(database, "acme")
    lost = [(today - 100 * DAY, today - days * DAY, Stage.CLOSED_LOST, 0) for days in (63, 62, 61)]
    await add_deals(database, "acme", [*lost, (today - 90 * DAY, None, Stage.EVALUATION, None)])
    toolbox = ToolRegistry(built_in_tools(ToolsSettings()), clock)
    gate = Gate(GovernanceSettings(), toolbox, clock, _stage)
    made: list[Action] = []

    async def propose(proposal: Proposal) -> str:
        made.append(await database.write(lambda tx: gate.propose(tx, proposal)))
        return made[-1].id

    await scan_patterns(database, clock, PatternSettings())
    await reach_out(database, clock, InsightSettings(), GoalSettings(), propose)
    sections = await database.read(lambda reader: tuple(evidence_sections(reader, made[0], clock.now())))
    (evidence,) = sections
    facts = dict(evidence.facts)
    assert facts["stage now"] == "evaluation"
    (found,) = await database.read(lambda reader: listed(reader, ended=False, skip=0, limit=5))
    assert "; ".join(item.text for item in found.pattern.evidence) in facts.values()


def _stage(reader: Reader, account_id: str) -> Stage:
    return Stage.named(stage_of(reader, account_id))
