"""The shadow report as operators see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from ...personas import Roster, load_all_modes
from ...personas.shadow import PersonaReport, ShadowRun, Side, Verdict, report, run_page
from ...queries import AskShadow, ShadowPage, ShadowSide, ShadowSummary, ShadowView
from ...storage import Reader

_BOTH = frozenset({Verdict.EQUAL, Verdict.DIFFERENT, Verdict.ONLY_SYNC, Verdict.ONLY_AUTO})


def shadow_page(reader: Reader, ask: AskShadow, roster: Roster) -> ShadowPage:
    """Figures of each persona, and compared messages."""
    runs = run_page(reader, persona_id=ask.persona, verdict=ask.verdict, after=ask.after, limit=ask.limit + 1)
    shown = runs[: ask.limit]
    modes = {name: mode.value for name, mode in load_all_modes(reader).items()}
    return ShadowPage(
        tuple(_summary(one, roster, modes) for one in report(reader, ask.persona).personas),
        tuple(_view(one) for one in shown),
        shown[-1].message_id if len(runs) > len(shown) else "",
    )


def _summary(found: PersonaReport, roster: Roster, modes: Mapping[str, str]) -> ShadowSummary:
    persona = roster.personas.get(found.persona_id)
    return ShadowSummary(
        persona=found.persona_id,
        name=persona.name if persona else found.persona_id,
        mode=modes.get(found.persona_id, ""),
        since=found.since,
        compared=sum(number for verdict, number in found.verdicts.items() if verdict in _BOTH),
        verdicts=_counted(found.verdicts),
        sync_seconds=found.sync_seconds or (),
        auto_seconds=found.auto_seconds or (),
        sync_tiers=_counted(found.sync_tiers),
        auto_tiers=_counted(found.auto_tiers),
        outcomes=_counted(found.outcomes),
        examples=tuple((verdict.value, ids) for verdict, ids in found.examples.items()),
    )


def _counted(counts: Mapping[Verdict, int] | Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    named = [(name.value if isinstance(name, StrEnum) else name, number) for name, number in counts.items()]
    return tuple(sorted(named, key=lambda pair: (-pair[1], pair[0])))


def _view(run: ShadowRun) -> ShadowView:
    return ShadowView(
        id=run.message_id,
        persona=run.persona_id,
        sender=run.sender,
        text=run.text,
        arrived_at=run.arrived_at,
        verdict=run.verdict.value,
        differs=run.differs,
        sync=_side(run.sync, run.arrived_at),
        auto=_side(run.auto, run.arrived_at),
    )


def _side(side: Side | None, arrived_at: datetime) -> ShadowSide | None:
    if side is None:
        return None
    seconds = max(timedelta(), side.at - arrived_at).total_seconds()
    proposals = tuple((one.kind, one.tool, one.account, one.tier, one.shown) for one in side.made)
    return ShadowSide(side.at, seconds, side.outcome, side.reason, proposals)
