"""Emotions, triggers, initiations and scanners as operators see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from ...client.protocol import CommandRefused
from ...clock import Clock
from ...personas import PersonaService
from ...personas.emotions import decayed
from ...personas.runtime import Runtime, load_all
from ...queries.triggers import (
    FINDINGS,
    INITIATIONS,
    TRIGGERS,
    AskFindings,
    AskInitiations,
    AskTriggers,
    CooldownView,
    EmotionView,
    FindingPage,
    InitiationPage,
    InitiationView,
    PersonaTriggers,
    ScannerView,
    SkipView,
    TriggersView,
    TriggerView,
)
from ...schedule import due_at
from ...settings.emotions import Emotion
from ...storage import Reader
from ...triggers import Initiation, Line, Trigger, TriggerState, evaluate
from ...triggers import initiation_rows as initiations
from ...triggers.finding_pages import counts_by_scanner, finding_page
from ...triggers.trigger_rows import all_triggers
from ...triggers.wake_rows import Skipped, skips
from ..initiative import Initiative
from ..trigger_people import last_words
from ..triggers import EMOTIONAL, TriggerRoom

_POINT = 100


def trigger_readers(
    triggers: TriggerRoom, personas: PersonaService, initiative: Initiative, clock: Clock
) -> Mapping[str, Callable[[Reader, Any], object]]:
    """The answers to questions about what starts work by itself, by the query's name."""
    return {
        TRIGGERS.name: lambda reader, ask: _triggers(reader, ask, triggers, personas, initiative, clock.now()),
        INITIATIONS.name: _initiations,
        FINDINGS.name: lambda reader, ask: _findings(reader, ask, personas, initiative, clock.now()),
    }


def _triggers(
    reader: Reader,
    ask: AskTriggers,
    triggers: TriggerRoom,
    personas: PersonaService,
    initiative: Initiative,
    now: datetime,
) -> TriggersView:
    if ask.persona:
        personas.roster.get(ask.persona)
    known, states = load_all(reader), all_triggers(reader)
    wanted = [key for key in personas.roster.personas if ask.persona in {"", key} and key in known]
    rules = triggers.rules
    cooldown = timedelta(seconds=rules.initiations.cooldown_seconds)
    scheduler = initiative.scheduler
    job = scheduler.jobs[EMOTIONAL]
    held = scheduler.why_held(reader, EMOTIONAL) or ("" if job.plan.enabled else "they are switched off")
    return TriggersView(
        personas=tuple(_persona(reader, known[key][0], states.get(key, {}), triggers, personas, now) for key in wanted),
        cooldowns=tuple(
            CooldownView(name, contact.delivered_at, contact.delivered_at + cooldown, contact.persona, contact.platform)
            for name, contact in initiations.contacts_since(reader, now - cooldown)
        ),
        under_way=tuple(_initiation(one) for one in initiations.under_way(reader) if ask.persona in {"", one.persona}),
        skips=tuple(_skip(one) for one in skips(reader, ask.persona, ask.skips)) if ask.skips else (),
        next_at=None if held else due_at(scheduler.state(reader, EMOTIONAL), job.plan, now),
        held=held,
        alive=scheduler.alive,
        every_seconds=rules.emotional.interval_seconds,
    )


def _persona(
    reader: Reader,
    runtime: Runtime,
    states: Mapping[Emotion, Trigger],
    triggers: TriggerRoom,
    personas: PersonaService,
    now: datetime,
) -> PersonaTriggers:
    rules, lines = personas.roster.rules.emotions, triggers.lines(runtime.id)
    felt = decayed(runtime.feelings, now, rules).values
    held = dict(evaluate(felt, states, lines, now).held)
    name = personas.roster.get(runtime.id).name
    recipient = triggers.people.of(reader, runtime.id, last_words(reader, runtime.id), now)
    place = next(iter(recipient.places), None) if recipient is not None else None
    emotions = []
    for emotion in Emotion:
        line = lines.get(emotion)
        emotions.append(
            EmotionView(
                emotion=emotion.value,
                value=felt[emotion] // _POINT,
                resting=rules.resting,
                floor=rules.loneliness_floor if emotion is Emotion.LONELINESS else rules.floor,
                threshold=line.threshold // _POINT if line else None,
                rearm_below=line.rearm_below // _POINT if line else None,
                state=_state(states.get(emotion)) if line else "",
            )
        )
    return PersonaTriggers(
        persona=runtime.id,
        name=name,
        mode=runtime.mode.value,
        emotions=tuple(emotions),
        triggers=tuple(
            _trigger(runtime.id, name, emotion, felt[emotion], line, states.get(emotion), held[emotion].reason)
            if emotion in held
            else _trigger(runtime.id, name, emotion, felt[emotion], line, states.get(emotion), "")
            for emotion, line in lines.items()
        ),
        recipient=recipient.name if recipient is not None else "",
        platform=place.platform if place is not None else "",
        place=place.name if place is not None else "",
        this_hour=len(initiations.delivered_times(reader, runtime.id, now)),
        per_hour=triggers.rules.initiations.per_hour,
    )


def _trigger(
    persona: str, name: str, emotion: Emotion, value: int, line: Line, trigger: Trigger | None, held: str
) -> TriggerView:
    below = "" if value >= line.threshold else f"{emotion.value} is below {line.threshold // _POINT}"
    return TriggerView(
        persona=persona,
        persona_name=name,
        emotion=emotion.value,
        value=value // _POINT,
        threshold=line.threshold // _POINT,
        rearm_below=line.rearm_below // _POINT,
        priority=line.priority,
        state=_state(trigger),
        waits_for=held or _waits(trigger, line) or below or "the next evaluation",
        since=trigger.since if trigger else None,
        fired_at=trigger.fired_at if trigger else None,
        fired=trigger.fired if trigger else 0,
        failures=trigger.failures if trigger else 0,
        retry_at=trigger.retry_at if trigger else None,
    )


def _waits(trigger: Trigger | None, line: Line) -> str:
    if trigger is None or trigger.state is TriggerState.ARMED:
        return ""
    if trigger.state in {TriggerState.QUEUED, TriggerState.BACKING_OFF}:
        return trigger.note
    return f"{trigger.note}; armed again below {line.rearm_below // _POINT}, or at rest"


def _state(trigger: Trigger | None) -> str:
    return (trigger.state if trigger is not None else TriggerState.ARMED).value


def _initiations(reader: Reader, ask: AskInitiations) -> InitiationPage:
    skip = int(ask.after) if ask.after.isdecimal() else 0
    found = initiations.ended_initiations(reader, ask.persona, skip, ask.limit + 1)
    more = str(skip + ask.limit) if len(found) > ask.limit else ""
    return InitiationPage(tuple(_initiation(one) for one in found[: ask.limit]), more)


def _initiation(one: Initiation) -> InitiationView:
    return InitiationView(
        id=one.id,
        persona=one.persona,
        source=one.source,
        recipient=one.recipient,
        platform=one.place.platform,
        place=one.place.name,
        text=one.text,
        reason=one.reason,
        state=one.state.value,
        attempts=one.attempts,
        queued_at=one.queued_at,
        expires_at=one.expires_at,
        retry_at=one.retry_at,
        ended_at=one.ended_at,
        action=one.action_id,
        error=one.error,
        manual=one.manual,
    )


def _skip(one: Skipped) -> SkipView:
    return SkipView(one.source, one.persona, one.skip.reason, one.times, one.first, one.last)


def _findings(
    reader: Reader, ask: AskFindings, personas: PersonaService, initiative: Initiative, now: datetime
) -> FindingPage:
    known = initiative.scanners.scanners
    if ask.scanner and ask.scanner not in known:
        there_are = f"There are: {', '.join(sorted(known))}."
        raise CommandRefused(f"no scanner {ask.scanner[:60]!r}", remedy=there_are, code="unknown")
    skip = int(ask.after) if ask.after.isdecimal() else 0
    items = finding_page(reader, ask.scanner, closed=ask.closed, skip=skip, limit=ask.limit + 1)
    opened = counts_by_scanner(reader)
    scanners = tuple(
        _scanner(reader, name, known[name], personas, initiative, opened.get(name, 0), now)
        for name in sorted(known)
        if ask.scanner in {"", name}
    )
    more = str(skip + ask.limit) if len(items) > ask.limit else ""
    return FindingPage(scanners, tuple(islice(items, ask.limit)), more)


def _scanner(
    reader: Reader,
    name: str,
    about: tuple[str, str],
    personas: PersonaService,
    initiative: Initiative,
    opened: int,
    now: datetime,
) -> ScannerView:
    scheduler = initiative.scheduler
    job, state = scheduler.jobs[name], scheduler.state(reader, name)
    held = scheduler.why_held(reader, name) or ""
    going = job.plan.enabled and not held
    doing = "running" if name in scheduler.running else "failing" if state.failures else "waiting"
    return ScannerView(
        name=name,
        about=about[0],
        source=about[1],
        state=doing if going else "paused" if held else "off",
        held=held,
        heard_by=personas.roster.watching(name),
        open=opened,
        last_at=state.last_began,
        last_note=state.last_note,
        next_at=due_at(state, job.plan, now) if going else None,
    )
