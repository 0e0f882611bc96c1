"""Plays the demo's traffic into an engine, through the same commands that operators send."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Protocol

from ..client.protocol import CommandRefused, Reply
from ..clock import Clock
from ..commands import ApproveAction, Arguments
from .traffic import Step, opening, traffic
from .workspace import DemoPlace


class DemoPort(Protocol):
    """What the simulation needs of the engine."""

    @property
    def clock(self) -> Clock:
        """The engine's clock."""
        ...

    async def send_as(self, sender: str, command: str, arguments: Arguments) -> Reply:
        """Carry out a command in the name of ``sender``.

        Raises:
            CommandRefused: the engine said no.
        """
        ...


class Simulation:
    """Made-up people at work.

    Args:
        seed: the same seed plays the same traffic.
        place: the demo's workspace.
    """

    def __init__(self, seed: int, place: DemoPlace) -> None:
        self._seed = seed
        self._place = place
        self._steps: Iterator[Step] | None = None

    async def run(self, port: DemoPort) -> None:
        """Play until cancelled; a second call goes on where the first one ended."""
        if self._steps is None:
            self._steps = self.steps(port.clock)
        for step in self._steps:
            await port.clock.sleep(step.pause)
            try:
                reply = await port.send_as(step.sender, step.command, step.arguments)
                for deed in step.deeds:
                    await port.send_as(deed.who, deed.command, deed.about(_shown(reply)))
            except CommandRefused:
                # The engine has journalled its no; people are refused things too, and go on.
                continue

    def steps(self, clock: Clock) -> Iterator[Step]:
        """What will happen: the opening once, then the traffic for ever."""
        today = clock.now().date()
        place = self._place
        return itertools.chain(opening(place.tables, place.figures, self._seed, today), traffic(self._seed))


def _shown(reply: Reply) -> ApproveAction:
    """What was asked, as somebody else sees it."""
    return ApproveAction.model_validate({name: reply.data.get(name) for name in ("id", "revision", "digest")})
