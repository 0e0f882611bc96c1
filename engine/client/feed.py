"""Brings views to a listener on another event loop: the newest only, never a queue of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from ..view import View


class ViewFeed:
    """Holds the newest view and tells its listeners on their loop.

    Made on the listeners' loop; :meth:`offer` may be called from any thread. While the loop is busy, newer views
    replace the one that waits.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._waiting: View | None = None
        self._newest: View | None = None
        self._listeners: list[Callable[[View], None]] = []

    @property
    def newest(self) -> View | None:
        """The last view that was told."""
        return self._newest

    def subscribe(self, listener: Callable[[View], None]) -> Callable[[], None]:
        """Have ``listener`` called with each new view, and at once with the newest if there is one."""
        self._listeners.append(listener)
        if self._newest is not None:
            listener(self._newest)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def offer(self, view: View) -> None:
        """A new view; tells the listeners soon."""
        with self._lock:
            scheduled = self._waiting is not None
            self._waiting = view
        if not scheduled:
            try:
                self._loop.call_soon_threadsafe(self._tell)
            except RuntimeError:
                # The listeners' loop has closed: there is nobody left to tell.
                return

    def _tell(self) -> None:
        with self._lock:
            view, self._waiting = self._waiting, None
        if view is None:
            return
        self._newest = view
        for listener in tuple(self._listeners):
            listener(view)
