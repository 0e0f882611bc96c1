"""Delivers what waits in the outbox, one try at a time, until a service took it or every try failed."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ..clock import Clock
from ..errors import WatchfloorError
from ..governance.halt import halted
from ..journal import Event
from ..settings.connections import NotifySettings
from ..storage import Database
from .outbox import Level, Notification, due, forget_old, next_try, settle_failed, settle_sent, troubles
from .secrets import Secrets

if TYPE_CHECKING:
    from apprise import Apprise

TROUBLE: Final = timedelta(days=1)
"""What was given up is shown this long."""
_BATCH: Final = 20
_SWEEP_SECONDS: Final = 600.0
_MARGIN_SECONDS: Final = 5.0
_SHOWN: Final = 300
_NEWS: Final = frozenset({"notification.queued", "engine.resumed"})


class DeliveryError(WatchfloorError):
    """A try failed; the message says why, without the secret."""


class Messenger:
    """Sends notifications while it runs.

    Args:
        database: holds the outbox.
        clock: the time.
        settings: the table ``[tools.notify]`` as it is now.
        secrets: where the targets' addresses are.
    """

    def __init__(
        self, database: Database, clock: Clock, settings: Callable[[], NotifySettings], secrets: Secrets
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._secrets = secrets
        self._wake = asyncio.Event()
        self.troubles = (0, 0)
        """How many were given up within a day, and how many failed and will be tried again."""
        database.observe(self._notice)

    def wake(self) -> None:
        """Look at once: something waits, or the settings changed."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._wake.clear()
            if await self._database.read(halted) is None:
                await self.deliver_due()
            await self._database.write(forget_old)
            self.troubles = await self._database.read(lambda reader: troubles(reader, self._clock.now() - TROUBLE))
            await self._wait()

    async def deliver_due(self) -> int:
        """Try everything that is due once; returns how many were tried."""
        tried = 0
        while batch := await self._database.read(lambda reader: due(reader, self._clock.now(), _BATCH)):
            # One after another for each target, so that a slow service is not asked many times at once.
            targets = {one.target for one in batch}
            await asyncio.gather(*(self._try_all([one for one in batch if one.target == key]) for key in targets))
            tried += len(batch)
        return tried

    async def _try_all(self, waiting: Sequence[Notification]) -> None:
        for one in waiting:
            await self._try(one)

    async def _try(self, one: Notification) -> None:
        settings = self._settings()
        try:
            await self._deliver(one, settings)
        except DeliveryError as error:
            why = error.sentence()[:_SHOWN]
            again = None
            if one.target in settings.targets and one.attempts + 1 < settings.attempts:
                pause = settings.retry_first_seconds * 2 ** min(one.attempts, 20)
                again = self._clock.now() + timedelta(seconds=min(pause, settings.retry_limit_seconds))
            await self._database.write(lambda tx: settle_failed(tx, one, why, again))
        else:
            await self._database.write(lambda tx: settle_sent(tx, one))

    async def _deliver(self, one: Notification, settings: NotifySettings) -> None:
        target = settings.targets.get(one.target)
        if target is None:
            raise DeliveryError(f"{one.target} was not told", why="the settings name no such target any more")
        limit = settings.timeout_seconds
        try:
            # The library reads all of its services when it is first used, which takes a while.
            service = await asyncio.to_thread(_service, self._secrets.read(target.url), limit)
        except WatchfloorError as error:
            raise DeliveryError(f"{one.target} was not told", why=error.sentence()) from error
        try:
            sent = await self._clock.wait_for(
                service.async_notify(
                    title=one.title, body=one.body, notify_type=_TYPES[one.level], body_format="text", timeout=limit
                ),
                limit + _MARGIN_SECONDS,
            )
        except TimeoutError:
            raise DeliveryError(f"{one.target} was not told", why=f"no answer within {limit} s") from None
        except Exception as error:  # noqa: BLE001  # whatever one of the library's services raises is a failed try
            # Its words may hold the address, and with it the secret.
            raise DeliveryError(f"{one.target} was not told", why=type(error).__name__) from None
        if not sent:
            raise DeliveryError(f"{one.target} was not told", why=f"the service said no or failed ({sent.status.name})")

    async def _wait(self) -> None:
        at = await self._database.read(next_try)
        seconds = _SWEEP_SECONDS
        if at is not None and await self._database.read(halted) is None:
            seconds = min(seconds, max((at - self._clock.now()).total_seconds(), 0.0))
        try:
            await self._clock.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    def _notice(self, events: Sequence[Event]) -> None:
        if any(event.kind in _NEWS for event in events):
            self._wake.set()


_TYPES: Final = {Level.INFO: "info", Level.SUCCESS: "success", Level.WARNING: "warning", Level.FAILURE: "failure"}


_LOADING: Final = threading.Lock()


def _service(url: str, seconds: int) -> Apprise:
    """The library's own object for one address.

    Raises:
        DeliveryError: the library is not installed, or does not know such an address.
    """
    try:
        # One at a time: the library loads its services, and the filter of warnings belongs to all threads.
        with _LOADING, warnings.catch_warnings():
            # One of its services still uses a module that Python 3.13 drops.
            warnings.simplefilter("ignore", DeprecationWarning)
            from apprise import Apprise, AppriseAsset, PersistentStoreMode

            # This has it load all of its services.
            Apprise.instantiate("json://localhost")
    except ImportError as error:
        raise DeliveryError(
            "notifications cannot be sent",
            why="the extra is not installed",
            remedy="Install watchfloor[notify].",
        ) from error
    # It keeps nothing on disk and loads no plug-ins but its own.
    asset = AppriseAsset(
        app_id="Watchfloor",
        app_desc="Watchfloor",
        app_url="",
        async_mode=True,
        plugin_paths=[],
        storage_mode=PersistentStoreMode.MEMORY,
    )
    service = Apprise(asset=asset)
    joined = "&" if "?" in url else "?"
    limits = f"cto={seconds}&rto={seconds}&redirect=no"
    if not service.add(f"{url}{joined}{limits}"):
        raise DeliveryError("its address is not understood", remedy="Write it as Apprise URLs are written.")
    return service
