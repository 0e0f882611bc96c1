"""Toasts: one for each thing that happened, not ten for one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.clock import Clock
from engine.errors import WatchfloorError

from ..safe import display

if TYPE_CHECKING:
    from textual.app import App

SHOWN_SECONDS: Final = 6.0
"""How long a toast stays; the same text within this time is counted, not shown again."""
LONGEST: Final = 400
REMEMBERED: Final = 32


def broken(error: BaseException | None) -> WatchfloorError:
    """An error that nobody foresaw, in the form in which errors are told."""
    return WatchfloorError(
        "the console met an error that it does not know",
        why=f"{type(error).__name__}: {error}",
        remedy="It goes on. Please report this.",
    )


class Notices:
    """Tells the operator how a command went."""

    def __init__(self, app: App[int], clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._told: dict[str, tuple[float, int]] = {}
        self._complained = float("-inf")

    def tell(self, text: str) -> None:
        """Something worked. The newest takes the place of older ones, but not of what failed."""
        if not text:
            return
        if self._clock.monotonic() - self._complained >= SHOWN_SECONDS:
            self._app.clear_notifications()
            self._told.clear()
        self._toast(text, "", error=False)

    def complain(self, error: WatchfloorError) -> None:
        """Something failed: what, why, and what to do."""
        self._complained = self._clock.monotonic()
        body = "\n".join(part for part in (error.why, error.remedy) if part)
        self._toast(body or error.what, error.what if body else "", error=True)

    def _toast(self, text: str, title: str, *, error: bool) -> None:
        now = self._clock.monotonic()
        key = f"{title}\n{text}"
        at, again = self._told.get(key, (float("-inf"), 0))
        if now - at < SHOWN_SECONDS:
            self._told[key] = (at, again + 1)
            return
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told[key] = (now, 0)
        suffix = f" (×{again + 1})" if again else ""
        self._app.notify(
            display(text, limit=LONGEST).text + suffix,
            title=display(title, limit=120, multiline=False).text,
            severity="error" if error else "information",
            timeout=SHOWN_SECONDS,
            markup=False,
        )
