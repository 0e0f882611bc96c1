"""What every client of the engine can do, whether the engine lives in this process or behind Redis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..errors import WatchfloorError

if TYPE_CHECKING:
    from ..commands import Arguments
    from ..operators import Operator
    from ..queries import Ask, Query
    from ..view import View

R = TypeVar("R")


class CommandRefused(WatchfloorError):
    """The engine said no.

    Attributes:
        code: the reason as a word for programs: ``role``, ``unknown``, ``changed``, ``decided``, ``expired``,
            ``hard_stop``, ``invalid``, ``halted``, ``failed``.
    """

    def __init__(self, what: str, *, why: str = "", remedy: str = "", code: str = "failed") -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.code = code


def as_refusal(error: WatchfloorError) -> CommandRefused:
    """Any typed error as the refusal that the sender reads."""
    if isinstance(error, CommandRefused):
        return error
    code = str(getattr(error, "code", "failed"))
    return CommandRefused(error.what, why=error.why, remedy=error.remedy, code=code)


class EngineUnreachable(WatchfloorError):
    """No engine answered in time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a carried-out command has to say.

    Attributes:
        text: a sentence for the operator.
        data: the same for programs; JSON values only.
    """

    text: str
    data: dict[str, object] = field(default_factory=dict)


class EngineClient(Protocol):
    """The door in and the window out. Its methods belong to the caller's own event loop."""

    @property
    def operator(self) -> Operator:
        """Who uses this client."""
        ...

    @property
    def attached(self) -> bool:
        """The engine runs in another process."""
        ...

    @property
    def view(self) -> View | None:
        """The newest picture of the engine; nothing before the first."""
        ...

    def subscribe(self, listener: Callable[[View], None]) -> Callable[[], None]:
        """Have ``listener`` called with each new view; the newest only, where the caller's loop is busy.

        Returns:
            a function that ends it.
        """
        ...

    async def ready(self) -> None:
        """Return once the engine answers.

        Raises:
            WatchfloorError: it cannot be started or reached.
        """
        ...

    async def send(self, command: str, arguments: Arguments) -> Reply:
        """Have the engine carry out a command of :data:`engine.commands.COMMANDS`.

        Raises:
            CommandRefused: the engine said no, with the reason.
            EngineUnreachable: no answer came in time; whether it was carried out is not known.
        """
        ...

    async def query(self, query: Query[R], ask: Ask) -> R:
        """Ask for what the view does not hold.

        Raises:
            CommandRefused: there is no such thing.
            EngineUnreachable: no answer came in time.
        """
        ...

    async def close(self) -> None:
        """Leave. An engine in this process is stopped, one elsewhere goes on."""
        ...
