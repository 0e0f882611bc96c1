"""The one armed key: a yes without a question, for what was wholly on the screen, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.screen import Screen
from textual.timer import Timer
from textual.widgets._toast import Toast, ToastRack

from engine.clock import Clock
from engine.view import ApprovalView

from ..panels.approvals import ApprovalsPanel, identity_of
from ..widgets.sighting import Sighting
from .confirm import SETTLE_SECONDS


class OneKey:
    """Watches what the approvals panel shows, and which keys come.

    A key counts where the row under the cursor was there with its whole payload for as long as a question has to stand,
    undisturbed by other keys and covered by nothing, and where no other key follows at once, as it would in a paste.

    Args:
        screen: the first screen.
        panel: its approvals.
        clock: the time.
    """

    def __init__(self, screen: Screen[None], panel: ApprovalsPanel, clock: Clock) -> None:
        self._screen = screen
        self._panel = panel
        self._sighting = Sighting(clock)
        self._timer: Timer | None = None

    @property
    def settling(self) -> bool:
        """A yes was given and waits whether a second key shows it to be a paste."""
        return self._timer is not None

    def look(self) -> None:
        """Something may have been covered or moved; or come in sight, once it is laid out and painted."""
        self._look()
        self._screen.call_after_refresh(self._look)

    def forget(self) -> None:
        """Another screen lies above: what is below has to be seen anew."""
        self._stop()
        self._sighting.forget()

    def key(self) -> None:
        """A key came. One that follows a yes at once takes it back."""
        self._stop()
        self._sighting.key()

    def answer(self, action: ApprovalView, then: Callable[[], None]) -> bool:
        """Go on unless another key follows, where the last key may answer for this action.

        Returns:
            whether it may.
        """
        what = identity_of(action)
        if self._in_sight() != what or not self._sighting.answers(what):
            return False
        self._stop()
        self._timer = self._screen.set_timer(SETTLE_SECONDS, partial(self._settled, what, then))
        return True

    def _look(self) -> None:
        what = self._in_sight()
        if self._sighting.look(what):
            self._screen.call_after_refresh(partial(self._sighting.painted, what))

    def _settled(self, what: str, then: Callable[[], None]) -> None:
        self._timer = None
        action = self._panel.table.current
        if self._in_sight() == what and action is not None and action.status == "pending":
            self._sighting.forget()
            then()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _in_sight(self) -> str:
        hidden = not self._panel.has_class("-current") or self._screen.has_class("-tiny")
        # What is old may have changed: then the question is asked, and the engine has its say meanwhile.
        hidden = hidden or self._screen.has_class("-stale")
        return "" if hidden or self._covered() else self._panel.read_whole()

    def _covered(self) -> bool:
        # Asked each second, so only where toasts can be.
        return self._screen is not self._screen.app.screen or any(
            toast.region.overlaps(self._panel.region)
            for rack in self._screen.query_children(ToastRack)
            for toast in rack.query(Toast)
        )
