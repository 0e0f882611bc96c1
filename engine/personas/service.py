"""The personas as the rest of the engine sees them: messages go in, loops run, operators steer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from ..clock import Clock
from ..journal import Event
from ..settings.emotions import Interaction
from ..settings.persona_rules import PersonaRules
from ..settings.personas import AutonomyMode, PersonaSettings
from ..storage import Database, Transaction
from . import acceptance, incidents, modes
from . import dependencies_waiting as holding
from . import repository as messages
from .brains.facts import FactsSource
from .brains.protocol import Brain
from .handling import Outcome, PauseCheck, Propose, Withdraw
from .loop import PersonaLoop
from .model import Answer, Incoming, Message, SenderKind
from .reception import Reception
from .roster import Roster
from .runtime import introduce
from .shadow.run import Judge
from .sync_answers import AnswerAtOnce, SyncAnswer
from .thinking import Workshop

SYNC_AT_ONCE: Final = 8
"""Most messages answered at the same moment outside the inboxes; more of them wait in the inbox."""
_WAKING: Final = ("message.", "persona.", "engine.")


class PersonaService:
    """All configured personas.

    Args:
        database: where everything is kept. Whatever it journals about messages, personas and pauses wakes the loops.
        clock: time and identifiers.
        personas: by id.
        rules: the numbers that they share.
        brains: by name.
        facts: what brains may look up.
        propose: hands a draft to the gate, in the transaction that settles the message.
        is_paused: asks why a persona is stopped; it reads the same transaction.
        withdraw: takes back what somebody last asked a persona for, in the transaction that settles the message.
        judge: says which tier a draft would have, for what is only compared.

    Raises:
        PersonaError: a persona names a brain that there is not.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        personas: Mapping[str, PersonaSettings],
        rules: PersonaRules,
        *,
        brains: Mapping[str, Brain],
        facts: FactsSource,
        propose: Propose,
        is_paused: PauseCheck,
        withdraw: Withdraw = lambda _tx, _persona, _sender: None,
        judge: Judge = lambda _reader, _draft, _persona, _message: "",
    ) -> None:
        roster = Roster(dict(personas), rules)
        self._shop = Workshop(database, clock, roster, brains, facts, propose, is_paused, set(), withdraw, judge)
        self._check_brains(roster)
        self._loops = {key: PersonaLoop(key, self._shop) for key in roster.personas}
        self._at_once = asyncio.Semaphore(SYNC_AT_ONCE)
        self._reception = Reception(database, lambda: self._shop.roster, is_paused)
        database.observe(self._on_commit)

    @property
    def roster(self) -> Roster:
        """Who there is."""
        return self._shop.roster

    def declare_in(self, tx: Transaction, persona_id: str, other_id: str, actor: str) -> bool:
        """Have a persona wait for another one; see :func:`~engine.personas.dependencies_waiting.declare`."""
        return holding.declare(tx, persona_id, other_id, self.roster, actor)

    def withdraw_in(self, tx: Transaction, persona_id: str, other_id: str, actor: str) -> None:
        """Have it no longer wait; see :func:`~engine.personas.dependencies_waiting.withdraw`."""
        holding.withdraw(tx, persona_id, other_id, self.roster, actor)

    def notices(self) -> tuple[str, ...]:
        """What an operator should know: dependencies that cannot hold at present."""
        return tuple(
            f"{who} does not wait for {other}: it is unknown now, or they would wait for each other;"
            f" `watchfloor personas wait {who} --not-for {other}` forgets it"
            for who, other in self.roster.set_aside
        )

    async def start(self) -> None:
        """Make every configured persona known to the database; to be awaited before the loops run."""
        roster = self.roster
        await self._shop.database.write(lambda tx: _introduce_all(tx, roster))

    def loops(self) -> tuple[PersonaLoop, ...]:
        """The loops to supervise, one for each configured persona."""
        return tuple(self._loops.values())

    async def reconfigure(
        self, personas: Mapping[str, PersonaSettings], rules: PersonaRules
    ) -> tuple[tuple[PersonaLoop, ...], tuple[str, ...]]:
        """Take over changed settings, from the next look on. Modes stay as they are; removed personas keep their inbox.

        Returns:
            the loops of personas that are new, to be supervised, and the names of loops that are no longer needed.

        Raises:
            PersonaError: a persona names a brain that there is not; nothing changed.
        """
        roster = Roster(dict(personas), rules)
        self._check_brains(roster)
        await self._shop.database.write(lambda tx: _introduce_all(tx, roster))
        self._shop.roster = roster
        new = {key: PersonaLoop(key, self._shop) for key in roster.personas if key not in self._loops}
        kept = {key: loop for key, loop in self._loops.items() if key in roster.personas}
        gone = tuple(loop.name for key, loop in self._loops.items() if key not in kept)
        self._loops = {**kept, **new}
        for loop in kept.values():
            loop.wake()
        return tuple(new.values()), gone

    def post_in(self, tx: Transaction, incoming: Incoming) -> tuple[Answer, ...]:
        """Take a message in as part of a unit of work; see :func:`~engine.personas.acceptance.post`."""
        return acceptance.post(tx, incoming, self.roster, self._shop.is_paused)

    async def post(self, incoming: Incoming) -> tuple[Answer, ...]:
        """Take a message in; when this returns, it is durable."""
        return await self._reception.post(incoming)

    def feel_in(self, tx: Transaction, persona_id: str, interaction: Interaction, cause: str) -> bool:
        """Move a persona's emotions as part of a unit of work; see :func:`~engine.personas.incidents.feel`."""
        return incidents.feel(tx, persona_id, interaction, self.roster, cause)

    async def send(self, sender: str, to: str, text: str) -> SyncAnswer:
        """Take a human's message in, and answer it at once where the persona works in sync mode.

        Args:
            sender: who writes.
            to: a persona's id, or a channel's name with ``#`` before it.
            text: what they write.

        Raises:
            UnknownPersona: there is no such persona.
            MessageRefused: it is too long.
        """
        channel = to[1:] if to.startswith("#") else ""
        return await self.answer_sync(
            Incoming(
                id=self._shop.clock.new_id(),
                sender=sender,
                sender_kind=SenderKind.HUMAN,
                text=text,
                channel=channel,
                to=() if channel else (to,),
            )
        )

    async def answer_sync(self, incoming: Incoming) -> SyncAnswer:
        """Take a message in and have every persona in sync mode answer it now, outside its inbox.

        The message is accepted and taken in one unit, so that no crash loses it. Where too many are being answered
        already, or the persona is stopped, it waits in the inbox like any other. So it does where the persona lets
        another one answer first; if that one answers here and now, both answers are given here, one after the other,
        and otherwise the second one follows by itself, at once when the message is let go.
        """
        if self._at_once.locked():
            return SyncAnswer(await self.post(incoming), {})
        async with self._at_once:
            made = await AnswerAtOnce(self._shop, lambda tx: self.post_in(tx, incoming)).run()
        failed = {persona_id for persona_id, settled in made.settled.items() if settled.outcome is Outcome.FAILED}
        for persona_id in failed | made.held.keys():
            self.notify(persona_id)  # the next attempt, or the answer after others, is its loop's
        return made

    async def get(self, message_id: str) -> Message:
        """One message.

        Raises:
            PersonaError: there is none of that id.
        """
        return await self._shop.database.read(lambda reader: messages.get_message(reader, message_id))

    def set_mode_in(self, tx: Transaction, persona_id: str, mode: AutonomyMode, actor: str) -> AutonomyMode:
        """Change a persona's mode as part of a unit of work; see :func:`~engine.personas.modes.set_mode`."""
        return modes.set_mode(tx, persona_id, mode, self.roster, actor)

    def notify(self, persona_id: str) -> None:
        """Have a persona look at its inbox; what this engine's own database commits does so by itself."""
        loop = self._loops.get(persona_id)
        if loop is not None:
            loop.wake()

    def _check_brains(self, roster: Roster) -> None:
        for persona_id in roster.personas:
            self._shop.brain_of(persona_id, roster)

    def _on_commit(self, events: Sequence[Event]) -> None:
        for event in events:
            if not event.kind.startswith(_WAKING):
                continue
            concerned = event.data.get("persona", event.subject)
            if event.kind.startswith("engine."):
                for loop in self._loops.values():
                    loop.wake()
                continue
            if not isinstance(concerned, str):
                continue
            if event.kind not in _OWN:
                self.notify(concerned)
            if event.kind not in _ARRIVING:
                for waiting in self.roster.awaiting(concerned):
                    self.notify(waiting)


_OWN: Final = frozenset(
    {
        "message.taken",
        "message.answered",
        "message.shadowed",
        "message.declined",
        "message.refused",
        "message.failed",
        "message.let_go",
        "message.unheard",
    }
)
"""What a loop itself journals must not wake it again."""
_ARRIVING: Final = frozenset({"message.accepted", "message.merged", "message.held", "message.taken"})
"""What frees nobody that waits for this persona; everything else might."""


def _introduce_all(tx: Transaction, roster: Roster) -> None:
    for persona_id, persona in roster.personas.items():
        introduce(tx, persona_id, persona.mode, roster.rules.emotions)
    holding.dependencies_of(tx, roster)  # known from now on to whoever asks who waits for whom
