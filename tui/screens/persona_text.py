"""A persona in words: how it is and was, what it feels and what may come of it, and its last messages."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.queries import CooldownView, EmotionView, PersonaReport, PersonaTriggers, TriggersView, TriggerView, WhyView

from ..keymap import shown
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, clock, count, left, span
from .message_text import FATES, outcome
from .persona_plot import deepest, moods, row

_HEALTHY: Final = 100
_VALUE: Final = 16
"""Columns of a value that has a little chart beside it."""
_BESIDE: Final = " "
"""Stands for a label where a line goes on."""
_TRIGGERS: Final = {
    "armed": "armed",
    "queued": "▸ its message is under way",
    "backing_off": "✕ backs off after a failure",
    "spent": "spent until it calms",
    "disarmed": "✕ disarmed after three failures",
}


def page(report: PersonaReport, triggers: TriggersView | None, width: int) -> tuple[Paragraph, ...]:
    """Everything about a persona.

    Args:
        report: the persona.
        triggers: what it feels and what may come of it; nothing where the engine does not tell.
        width: characters of the little charts.
    """
    own = next((one for one in triggers.personas if one.persona == report.persona.id), None) if triggers else None
    return (
        *_state(report, width),
        *_waits(report),
        GAP,
        *_last(report),
        GAP,
        *_feelings(report, own, width),
        GAP,
        *_starts(report, triggers, own),
        *_who(report),
    )


def _state(report: PersonaReport, width: int) -> list[Paragraph]:
    one, past, now = report.persona, report.history, report.at
    lines = [heading("State"), paragraph(*_mode(report))]
    lines.append(paragraph(f"{one.mood:<{_VALUE}}{moods(past, width)}", "mood"))
    for name, value, of in (
        ("energy", one.energy, lambda point: point.energy),
        ("attention", one.attention, lambda point: point.attention),
        ("budget", one.budget, lambda point: point.budget),
    ):
        lines.append(paragraph(f"{value:<{_VALUE}}{row(past, of, width)}", name, tone=_low(value)))
    most, at = deepest(past)
    crowded = one.waiting >= _HEALTHY or one.overloaded
    top = max(most, 1)
    depth = f"{'▲ ' if crowded else ''}{one.waiting:,} waiting"
    drawn = row(past, lambda point: point.waiting, width, top)
    lines.append(paragraph(f"{depth:<{_VALUE}}{drawn}", "inbox", tone="bad" if crowded else "text"))
    if most > one.waiting and at is not None:
        lines.append(paragraph(f"most were {most}, {ago(at, now)} ago", _BESIDE, tone="dim"))
    lines.append(_circuit(report))
    free = f"may answer again in {report.free_seconds:.1f} s" if report.free_seconds > 0 else "may answer now"
    busy = f"answering {report.busy_with}; " if report.busy_with else ""
    lines.append(paragraph(f"{busy}looks at least every {report.cadence_seconds:g} s; {free}", "cadence"))
    reply = f"{ago(one.last_reply, now)} ago" if one.last_reply else "none yet"
    lines.append(paragraph(reply, "last reply"))
    return lines


def _mode(report: PersonaReport) -> tuple[str, str, str]:
    began = f" (the settings say {report.first_mode})" if report.first_mode != report.persona.mode else ""
    if report.paused:
        return f"■ {report.paused} · {report.persona.mode}{began}", "mode", "warn"
    return f"{report.persona.mode}{began}", "mode", "accent" if report.persona.mode == "autonomous" else "text"


def _circuit(report: PersonaReport) -> Paragraph:
    if report.circuit_until is not None:
        rests = left(report.circuit_until, report.at)
        return paragraph(
            f"✕ open: rests for {rests} after {report.failures_in_row} failures in a row", "circuit", "bad"
        )
    tone = "warn" if report.failures_in_row else "text"
    return paragraph(
        f"closed, {report.failures_in_row} of {report.circuit_opens_at} failures in a row", "circuit", tone=tone
    )


def _waits(report: PersonaReport) -> list[Paragraph]:
    one = report.persona
    if not one.waits_for and not one.held:
        return []
    lines = [paragraph(", ".join(one.waits_for) or "nobody any more", "lets first")]
    lines += [
        paragraph(
            f"for {hold.name} since {clock(hold.since)}, {left(hold.until, report.at)} left at most: {hold.text}",
            "holds back",
            tone="warn",
        )
        for hold in one.held
    ]
    return lines


def _feelings(report: PersonaReport, own: PersonaTriggers | None, width: int) -> list[Paragraph]:
    lines = [heading("Emotions")]
    views = {one.emotion: one for one in own.emotions} if own is not None else {}
    fired = {one.emotion: one for one in own.triggers} if own is not None else {}
    few = max(8, width // 2)
    for name, points in report.persona.emotions:
        view = views.get(name)
        past = row(report.history, lambda point, name=name: dict(point.emotions).get(name), few)  # type: ignore[misc]  # bound in the loop
        text = f"{points:>3}  {past}  {_lines(view)}".rstrip()
        lines.append(paragraph(text, name, tone=_heat(view, points)))
        trigger = fired.get(name)
        if trigger is not None and (told := _trigger(trigger, report.at)):
            lines.append(paragraph(told, _BESIDE, tone="dim"))
    return lines


def _lines(view: EmotionView | None) -> str:
    if view is None or view.threshold is None:
        return ""
    state = _TRIGGERS.get(view.state, view.state)
    return f"fires from {view.threshold}, armed below {view.rearm_below} · {state}"


def _trigger(trigger: TriggerView, now: datetime) -> str:
    # That it is armed and below its line stands in the line before.
    quiet = trigger.state == "armed" and trigger.value < trigger.threshold
    parts = [trigger.waits_for] if trigger.waits_for and not quiet else []
    if trigger.retry_at is not None and trigger.retry_at > now:
        parts.append(f"tries again in {left(trigger.retry_at, now)}")
    if trigger.fired_at is not None:
        parts.append(f"last fired {ago(trigger.fired_at, now)} ago, {count(trigger.fired, 'time')}")
    return "     " + "; ".join(parts) if parts else ""


def _heat(view: EmotionView | None, points: int) -> str:
    if view is None or view.threshold is None:
        return "text"
    return "bad" if points >= view.threshold else "warn" if points >= (view.rearm_below or 0) else "text"


def _starts(report: PersonaReport, triggers: TriggersView | None, own: PersonaTriggers | None) -> list[Paragraph]:
    if triggers is None:
        return []
    now = report.at
    lines = [heading("What it may begin by itself")]
    if own is not None:
        to = f"to {own.recipient} on {own.platform} ({own.place})" if own.recipient else "nobody to write to"
        lines.append(paragraph(f"{own.this_hour} of {own.per_hour} this hour; {to}", "initiations"))
    if triggers.held:
        lines.append(paragraph(f"not looked at: {triggers.held}", "triggers", tone="warn"))
    elif triggers.next_at is not None:
        lines.append(
            paragraph(
                f"looked at again {_soon(triggers.next_at, now)}, every {span(triggers.every_seconds)}", "triggers"
            )
        )
    mine = [one for one in triggers.under_way if one.persona == report.persona.id]
    lines += [paragraph(f"{one.source} to {one.recipient}: {one.state}", "under way", tone="accent") for one in mine]
    lines += [_cooldown(one, now) for one in triggers.cooldowns[:10]] or [
        paragraph("none running", "cooldowns", tone="dim")
    ]
    skips = [one for one in triggers.skips if one.persona in {report.persona.id, ""}][:5]
    lines += [
        paragraph(f"{one.source}: {one.reason} (×{one.times}, {ago(one.last_at, now)} ago)", "skipped", tone="dim")
        for one in skips
    ]
    return [*lines, GAP]


def _soon(at: datetime, now: datetime) -> str:
    return f"in {left(at, now)}" if at > now else "now"


def _cooldown(one: CooldownView, now: datetime) -> Paragraph:
    return paragraph(
        f"{one.recipient} on {one.platform}, {left(one.until, now)} left; written to by {one.persona}", "cooldown"
    )


def _last(report: PersonaReport) -> list[Paragraph]:
    lines = [heading("Last messages, and why it did or did not answer")]
    if not report.messages:
        return [*lines, paragraph("none yet; m writes one", tone="dim")]
    for number, one in enumerate(report.messages, start=1):
        lines += _message(number, one, report.at)
    return lines


def _message(number: int, one: WhyView, now: datetime) -> list[Paragraph]:
    tone = FATES.get(one.state, ("", "text"))[1]
    where = f" #{one.channel}" if one.channel else ""
    mark = str(number % 10) if number <= 10 else " "
    said = " ".join(one.text.split())
    return [
        paragraph(
            said if len(said) <= 100 else f"{said[:99]}…", f"{mark} {clock(one.arrived_at)}Z", label_tone="accent"
        ),
        paragraph(f"{one.sender}{where} · {outcome(one, now)}", _BESIDE, tone=tone),
    ]


def _who(report: PersonaReport) -> list[Paragraph]:
    lines = [heading("Who it is"), paragraph(report.persona.role or "–", "role"), paragraph(report.brain, "brain")]
    for name, values in (
        ("channels", [f"#{channel}" for channel in report.channels]),
        ("expertise", report.expertise),
        ("scanners", report.scanners),
        ("out of role", report.out_of_role),
    ):
        lines.append(paragraph(", ".join(values) or "none", name))
    lines += [
        paragraph(_amounts(name, used, limit), f"{name if name != 'cents' else 'money'} today")
        for name, used, limit in report.today
    ]
    counts = f"{report.accepted} accepted, {report.merged} merged, {report.dropped} dropped, {report.turns} handled"
    lines.append(paragraph(counts, "messages"))
    where = f"; {shown('page.inbox')} shows them" if report.dead else ""
    lines.append(paragraph(f"{report.dead}{where}", "dead letters", tone="bad" if report.dead else "text"))
    return lines


def _amounts(name: str, used: int, limit: int) -> str:
    if name == "cents":
        return f"{used // 100}.{used % 100:02d} of {limit // 100}.{limit % 100:02d}"
    return f"{used:,} of {limit:,}"


def _low(value: int) -> str:
    return "text" if value >= 50 else "warn" if value >= 30 else "bad"
