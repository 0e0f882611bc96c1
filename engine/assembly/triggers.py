"""Personas that begin talks by themselves: emotions are evaluated and open topics found, each by plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..clock import Clock
from ..governance.gate import Gate
from ..personas import PauseCheck, PersonaService
from ..personas.emotions import decayed
from ..personas.runtime import Runtime, load, load_all
from ..schedule import Job, JobResult, usual
from ..settings import Settings
from ..settings.emotions import Emotion
from ..settings.triggers import TriggerSettings
from ..storage import Database, Reader, Transaction
from ..triggers import (
    EMOTION,
    FOLLOW_UP,
    Evaluation,
    Initiation,
    Line,
    Skip,
    SkipCode,
    Talk,
    Trigger,
    TriggerError,
    TriggerState,
    evaluate,
    follow_up_text,
    lines_of,
    opening_reason,
    opening_text,
    rearmed,
    why_not_due,
    why_open,
)
from ..triggers import initiation_rows as initiations
from ..triggers.trigger_rows import all_triggers, disarmed, save_trigger, triggers_of
from ..triggers.wake_rows import note_skip
from .counting import counted
from .trigger_deliveries import Deliveries
from .trigger_desk import TriggerDesk, Wish
from .trigger_people import People, Spoken, last_words
from .trigger_topics import open_talks, standing_of

EMOTIONAL: Final = "emotional_triggers"
"""The job that evaluates emotions."""
FOLLOW_UPS: Final = "context_follow_up"
"""The job that looks for open topics."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A persona whose emotions want something."""

    persona: str
    rank: tuple[int, timedelta]


class TriggerRoom:
    """What has personas begin talks.

    Args:
        database: the truth.
        clock: the time.
        settings: the settings in force.
        gate: takes what they want to say.
        personas: those who feel.
        tools: the names of the tools that there are.
        is_paused: why a persona is stopped.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Callable[[], Settings],
        gate: Gate,
        personas: PersonaService,
        tools: Callable[[], Collection[str]],
        is_paused: PauseCheck,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self.people = People(settings, tools)
        """Finds recipients."""
        self._desk = TriggerDesk(clock, gate, settings, self.people, is_paused)
        self.deliveries = Deliveries(database, clock, personas, self._desk)
        """Follows what is under way."""

    def jobs(self, limit: float) -> Iterator[Job]:
        """What is looked at by plan.

        Args:
            limit: most seconds of a run.
        """
        rules = self._settings().triggers
        emotional, follow_up = rules.emotional, rules.follow_up
        plan = usual(emotional.interval_seconds, emotional.first_seconds, limit, enabled=emotional.enabled)
        yield Job(EMOTIONAL, plan, self.evaluate, "Has personas begin talks where their emotions pass a threshold.")
        plan = usual(follow_up.interval_seconds, emotional.first_seconds, limit, enabled=follow_up.enabled)
        yield Job(FOLLOW_UPS, plan, self.follow_up, "Has personas come back to talks that were left open.")

    def notices(self, reader: Reader) -> tuple[str, ...]:
        """What operators should know: triggers whose messages failed too often."""
        return tuple(
            f"trigger {trigger.emotion.value} of {persona} is {trigger.note}" for persona, trigger in disarmed(reader)
        )

    @property
    def rules(self) -> TriggerSettings:
        """The settings in force."""
        return self._settings().triggers

    def lines(self, persona_id: str) -> dict[Emotion, Line]:
        """The figures of a persona's triggers."""
        settings = self._settings()
        persona = settings.personas.get(persona_id)
        own = persona.emotion_thresholds if persona is not None else {}
        return lines_of(settings.triggers.emotional, own, settings.persona_rules.emotions.resting)

    async def evaluate(self) -> JobResult:
        """Look at everybody's emotions once; at most one talk begins for each persona."""
        looked, wanting = await self._database.read(self._survey)
        begun = held = 0
        if wanting:
            # Whose wish is the strongest goes first: the others may find the recipient resting.
            order = sorted(wanting, key=lambda one: one.rank, reverse=True)
            begun, held = await self._database.write(lambda tx: self._evaluate_all(tx, order))
        return JobResult(
            begun, f"{counted(looked, 'persona')} looked at, {counted(begun, 'talk')} begun, {held} held back"
        )

    async def follow_up(self) -> JobResult:
        """Look at everybody's open talks once."""
        due = await self._database.read(lambda reader: self._open(reader, self._clock.now()))
        begun = 0
        if due:
            begun = await self._database.write(lambda tx: sum(self._follow_up_one(tx, persona) for persona in due))
        return JobResult(begun, f"{counted(len(due), 'persona')} with open topics, {begun} taken up again")

    def fire(self, tx: Transaction, persona_id: str, emotion: Emotion, operator: str) -> Initiation | Skip:
        """Have a trigger fire now, whatever the emotion; limits that protect people hold all the same.

        Raises:
            TriggerError: the emotion has no trigger, or its message is under way.
        """
        line = self.lines(persona_id).get(emotion)
        if line is None:
            remedy = f"Set one in [personas.{persona_id}.emotion_thresholds]."
            raise TriggerError(f"{emotion.value} has no trigger", why="its threshold is 0", remedy=remedy)
        trigger = triggers_of(tx, persona_id).get(emotion)
        if trigger is not None and trigger.state is TriggerState.QUEUED:
            raise TriggerError(f"trigger {emotion.value} cannot fire", why="its message is under way")
        felt = self._felt(load(tx, persona_id), tx.now)
        return self._desk.begin(tx, self._wish(tx, persona_id, emotion, felt[emotion], line, operator))

    def reset(self, tx: Transaction, persona_id: str, emotion: Emotion | None, actor: str) -> tuple[Emotion, ...]:
        """Arm a persona's triggers again, or one of them; a message that awaits its next try is given up.

        Returns:
            what is armed again.

        Raises:
            TriggerError: the message of the one named is under way.
        """
        armed = []
        for trigger in triggers_of(tx, persona_id).values():
            if emotion not in {None, trigger.emotion} or trigger.state is TriggerState.ARMED:
                continue
            if trigger.state is TriggerState.QUEUED and emotion is None:
                continue
            save_trigger(tx, persona_id, rearmed(trigger, tx.now, "armed by an operator"), actor)
            self._give_up(tx, persona_id, trigger.emotion, "an operator armed its trigger again")
            armed.append(trigger.emotion)
        return tuple(armed)

    def _survey(self, reader: Reader) -> tuple[int, list[Looked]]:
        now = self._clock.now()
        known, triggers = load_all(reader, 10_000), all_triggers(reader)
        wanting = []
        for persona_id in self._settings().personas:
            if persona_id not in known:
                continue
            own = triggers.get(persona_id, {})
            lines = self.lines(persona_id)
            found = evaluate(self._felt(known[persona_id][0], now), own, lines, now)
            if found.winner is not None or found.armed or found.held:
                wanting.append(Looked(persona_id, _rank(found, own, lines, now)))
        return len(known), wanting

    def _evaluate_all(self, tx: Transaction, order: Sequence[Looked]) -> tuple[int, int]:
        begun = held = 0
        for one in order:
            own, lines = triggers_of(tx, one.persona), self.lines(one.persona)
            felt = self._felt(load(tx, one.persona), tx.now)
            found = evaluate(felt, own, lines, tx.now)
            for trigger in found.armed:
                save_trigger(tx, one.persona, trigger)
                self._give_up(tx, one.persona, trigger.emotion, "the emotion calmed before it was delivered")
            for emotion, skip in found.held:
                note_skip(tx, one.persona, f"{EMOTION}{emotion.value}", skip)
            held += len(found.held)
            if found.winner is not None:
                wish = self._wish(tx, one.persona, found.winner, felt[found.winner], lines[found.winner], "")
                is_skip = isinstance(self._desk.begin(tx, wish), Skip)
                begun, held = begun + (not is_skip), held + is_skip
        return begun, held

    def _wish(self, tx: Transaction, persona_id: str, emotion: Emotion, value: int, line: Line, operator: str) -> Wish:
        said = last_words(tx, persona_id)
        persona = self._settings().personas[persona_id]
        standing = standing_of(tx, persona_id, persona, said, tx.now)
        return Wish(
            persona=persona_id,
            source=f"{EMOTION}{emotion.value}",
            recipient=self.people.of(tx, persona_id, said, tx.now),
            text=opening_text(emotion, standing),
            reason=opening_reason(emotion, value, line),
            operator=operator,
        )

    def _open(self, reader: Reader, now: datetime) -> list[str]:
        return [persona for persona in self._settings().personas if self._due_talks(reader, persona, now)]

    def _due_talks(self, reader: Reader, persona_id: str, now: datetime) -> list[tuple[Talk, Spoken]]:
        """Open topics that have been silent for long enough, each taken up once."""
        rules = self._settings().triggers.follow_up
        return [
            (talk, said)
            for talk, said in open_talks(reader, persona_id, now, rules)
            if why_not_due(talk, now, rules) is None
            and why_open(talk)
            and not initiations.has_topic(reader, persona_id, talk.topic)
        ]

    def _follow_up_one(self, tx: Transaction, persona_id: str) -> int:
        begun = 0
        for talk, said in self._due_talks(tx, persona_id, tx.now):
            state, objection = why_open(talk), None
            recipient = self.people.of(tx, persona_id, said, tx.now)
            if recipient is not None and not recipient.awake(tx.now):
                hours = f"{recipient.hours.start}–{recipient.hours.end} {recipient.hours.zone}"
                objection = Skip(SkipCode.ASLEEP, f"{recipient.name} is awake {hours}")
            wish = Wish(
                persona=persona_id,
                source=FOLLOW_UP,
                recipient=recipient,
                text=follow_up_text(talk.said_at, talk.said, state),
                reason=f"{state} Silent since {talk.last_at:%H:%M} UTC.",
                topic=talk.topic,
                objection=objection,
            )
            begun += not isinstance(self._desk.begin(tx, wish), Skip)
        return begun

    def _felt(self, runtime: Runtime, now: datetime) -> dict[Emotion, int]:
        return dict(decayed(runtime.feelings, now, self._settings().persona_rules.emotions).values)

    def _give_up(self, tx: Transaction, persona_id: str, emotion: Emotion, why: str) -> None:
        for initiation in initiations.under_way(tx):
            awaits = initiation.retry_at is not None
            if awaits and (initiation.persona, initiation.emotion) == (persona_id, emotion.value):
                self._desk.cancel(tx, initiation, why)


def _rank(
    found: Evaluation, triggers: dict[Emotion, Trigger], lines: dict[Emotion, Line], now: datetime
) -> tuple[int, timedelta]:
    if found.winner is None:
        return -1, timedelta()
    before = triggers.get(found.winner)
    fired = before.fired_at if before is not None else None
    return lines[found.winner].priority, timedelta.max if fired is None else now - fired
