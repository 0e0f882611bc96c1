"""Makes views and hands them out: at once after something changed, ten a second in the long run, at least one a second.

A change after a quiet time is shown at once, and so are the next few; only a steady stream is gathered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ..clock import Clock
from ..journal import Event
from ..view import View

SHORTEST_SECONDS: Final = 0.1
"""Between views in the long run."""
LONGEST_SECONDS: Final = 1.0
AT_ONCE: Final = 3
"""Most views that are not spaced like that, before a pause has to let them come up again."""
_LEAST_SECONDS: Final = 0.02


class ViewPublisher:
    """A service that builds a view whenever there is news and gives it to every listener.

    Args:
        clock: spaces the views.
        build: makes a view of now.
    """

    def __init__(self, clock: Clock, build: Callable[[], Awaitable[View]]) -> None:
        self._clock = clock
        self._build = build
        self._news = asyncio.Event()
        self._listeners: list[Callable[[View], None]] = []
        self._newest: View | None = None

    @property
    def newest(self) -> View | None:
        """The last view that was made."""
        return self._newest

    def watch(self, listener: Callable[[View], None]) -> None:
        """Have ``listener`` called with each new view, and at once with the newest."""
        self._listeners.append(listener)
        if self._newest is not None:
            listener(self._newest)

    def notice(self, events: Sequence[Event]) -> None:  # any event is news, whatever it says
        """Something changed: make a view soon."""
        self._news.set()

    async def publish(self) -> View:
        """Make a view now and hand it out."""
        self._news.clear()
        view = await self._build()
        self._newest = view
        for listener in tuple(self._listeners):
            listener(view)
        return view

    async def run(self) -> None:
        """Publish until cancelled."""
        credit, before = float(AT_ONCE), self._clock.monotonic()
        while True:
            await self.publish()
            now = self._clock.monotonic()
            credit = min(AT_ONCE, credit + (now - before) / SHORTEST_SECONDS) - 1
            before = now
            pause = max(_LEAST_SECONDS, (1 - credit) * SHORTEST_SECONDS)
            await self._clock.sleep(pause)
            try:
                await self._clock.wait_for(self._news.wait(), LONGEST_SECONDS - pause)
            except TimeoutError:
                continue
