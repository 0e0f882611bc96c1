"""While you were away: a note that says what happened, and takes no key from anybody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual.strip import Strip

from engine.errors import WatchfloorError
from engine.operators import Role

from ..widgets.figures import clock
from ..widgets.header import age
from ..widgets.tones import Cell, Toned, fit, run

if TYPE_CHECKING:
    from engine.queries import AskAway, AwayView
    from engine.view import ActivityView, View

    from ..app import ConsoleApp

IDLE_SECONDS: Final = 900.0
"""After so long without a key somebody has been away."""
REFRESH_SECONDS: Final = 60.0
"""While nobody is there the note is made again this often."""
LINGER_SECONDS: Final = 60.0
"""A note goes this long after the first key that was pressed with it in sight."""
SEEN_SECONDS: Final = 60.0
"""How far somebody has looked is kept this often at most."""
LEAVE_SECONDS: Final = 1.0
"""How long leaving may wait for that to be kept."""
NOTE_LINES: Final = 5
_GLYPHS: Final = {"good": "✓", "bad": "✕", "warn": "▲"}


def counts_of(view: AwayView) -> str:
    """How often what happened, in one line."""
    return " · ".join(f"{number} {what}" for what, number in view.counts) or "nothing happened"


def line_of(event: ActivityView) -> Cell:
    """One event, in one line."""
    tone = event.tone if event.tone in _GLYPHS else "dim"
    return (
        run(f"{clock(event.at)} ", "dim"),
        run(f"{_GLYPHS.get(event.tone, '·')} ", tone),
        run(event.text, "bad" if tone == "bad" else "text"),
    )


class AwayNote(Toned):
    """A few lines at the foot of the first screen. It has no focus, so every key goes where it always went."""

    DEFAULT_CSS = """
    AwayNote { display: none; dock: bottom; height: auto; margin-bottom: 1; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__(id="away")
        self._lines: tuple[Cell, ...] = ()

    def show(self, view: AwayView | None) -> None:
        """Show this digest; nothing hides the note."""
        self._lines = () if view is None else _note(view)
        self.display = bool(self._lines)
        self.styles.height = max(1, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        runs = self._lines[y] if y < len(self._lines) else ()
        return self.strip_of(fit((run(" "), *runs), self.size.width), self.size.width)


def _note(view: AwayView) -> tuple[Cell, ...]:
    since = f" since {clock(view.since)}Z" if view.since else ""
    title = (run("◷ While you were away", "accent"), run(since, "dim"), run(f"  {counts_of(view)}", "strong"))
    shown = view.lines[: NOTE_LINES - 2]
    left = len(view.lines) - len(shown) + view.more
    foot = (run("D", "accent"), run(" all of it  ", "dim"), run("esc", "accent"), run(" close", "dim"))
    rest = (run(f"   and {left} more" if left else "", "dim"),)
    return (title, *(line_of(event) for event in shown), (*foot, *rest))


class Away:
    """Knows when the operator was away, and has them told what happened.

    Args:
        console: the application.
    """

    def __init__(self, console: ConsoleApp) -> None:
        self._console = console
        self._clock = console.clock
        self.note = AwayNote()
        self._key_at = self._clock.monotonic()
        self._at_key = -1
        self._fresh = -1
        self._kept = -1
        self._kept_at = self._key_at
        self._asked_at = float("-inf")
        self._pressed_at: float | None = None
        self._old = False
        self._begun = False
        self.shown: AwayView | None = None
        self.newest: AwayView | None = None
        """The last digest that had something to tell, also after its note went."""

    def key(self) -> None:
        """Somebody pressed a key, whatever it does."""
        now = self._clock.monotonic()
        if now - self._key_at >= IDLE_SECONDS and self._at_key >= 0:
            self._ask(after=self._at_key)
        self._key_at = now
        if self.shown is None:
            self._at_key = self._fresh
        elif self._pressed_at is None:
            self._pressed_at = now

    def arrived(self, view: View | None) -> None:
        """The engine has news, or time has passed."""
        if view is None:
            return
        now = self._clock.monotonic()
        old = age(view, self._clock.now()) > 0
        idle = now - self._key_at >= IDLE_SECONDS
        if not self._begun and not old:
            self._begun = True
            self._at_key = view.seq
            self._ask()
        elif self._old and not old:
            self._ask(after=self._at_key if idle else self._fresh)
        elif idle and not old and now - self._asked_at >= REFRESH_SECONDS:
            self._ask(after=self._at_key)
        elif self._pressed_at is not None and now - self._pressed_at >= LINGER_SECONDS:
            self.close()
        self._old = old
        if not old:
            self._fresh = view.seq
        if self._at_key > self._kept and self.shown is None and now - self._kept_at >= SEEN_SECONDS:
            self._kept_at = now
            self._console.run_worker(self._keep(), exit_on_error=False, group="seen")

    def close(self) -> bool:
        """Take the note away; returns whether there was one."""
        if self.shown is None:
            return False
        self._at_key = max(self._at_key, self.shown.upto)
        self.shown, self._pressed_at = None, None
        self.note.show(None)
        return True

    async def leave(self) -> None:
        """Keep how far the operator has looked, unless that takes too long."""
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._keep()
        except TimeoutError:
            return

    def _ask(self, *, after: int | None = None) -> None:
        from engine.queries import AskAway

        # Without a place to begin from, the engine knows how far this operator has looked.
        ask = AskAway(operator=self._console.client.operator.name) if after is None else AskAway(after=after)
        self._asked_at = self._clock.monotonic()
        self._console.run_worker(self._look(ask), exclusive=True, exit_on_error=False, group="away")

    async def _look(self, ask: AskAway) -> None:
        from engine.queries import AWAY

        try:
            view = await self._console.client.query(AWAY, ask)
        except WatchfloorError:
            # The header shows what is wrong with the engine; the digest comes when it is back.
            return
        if not view.counts:
            return
        if not self.note.is_attached:
            await self._console.main.mount(self.note)
        self.shown, self.newest, self._pressed_at = view, view, None
        self.note.show(view)

    async def _keep(self) -> None:
        seen = self._at_key
        if seen <= self._kept or self._console.client.operator.role < Role.OPERATOR:
            # A viewer changes nothing, also not this; the note is then only about this session.
            return
        from engine.commands import SeenJournal

        try:
            await self._console.client.send("journal.seen", SeenJournal(seq=seen))
        except WatchfloorError:
            # Then the next digest begins earlier; nothing is missed.
            return
        self._kept = seen
