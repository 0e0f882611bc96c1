"""Commands that stop things and let them go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...client.protocol import CommandRefused, Reply
from ...commands import HaltEngine, Nothing, Target
from ...governance.halt import Scope, halt, pause, resume, resume_all
from ...operators import Operator
from ...storage import Transaction
from ..dispatch import UnitHandler
from ..views.halts import counted, in_flight


def halt_units(known: Callable[[Scope], frozenset[str] | None]) -> Mapping[str, UnitHandler]:
    """The commands about pauses; each is one unit of work.

    Args:
        known: every target that a scope has; nothing where targets come and go by themselves.
    """

    def check(scope: Scope, target: str) -> None:
        targets = known(scope)
        if targets is not None and target not in targets:
            there_are = f"There are: {', '.join(sorted(targets))}."
            raise CommandRefused(f"no {scope.value} {target[:60]!r}", remedy=there_are, code="unknown")

    def stop_everything(tx: Transaction, arguments: HaltEngine, operator: Operator) -> Reply:
        flying = in_flight(tx)
        epoch = halt(tx, operator.name, arguments.reason, flying)
        text = f"Everything is paused. In flight: {counted([str(one['what']) for one in flying])}."
        return Reply(text, {"epoch": epoch, "in_flight": flying})

    def resume_everything(tx: Transaction, arguments: Nothing, operator: Operator) -> Reply:
        resumed = resume_all(tx, operator.name)
        return Reply("Everything goes on." if resumed else "Nothing was paused.", {"resumed": resumed})

    def stop_one(tx: Transaction, arguments: Target, operator: Operator) -> Reply:
        check(Scope(arguments.scope), arguments.id)
        pause(tx, Scope(arguments.scope), arguments.id, operator.name, arguments.reason)
        return Reply(f"{arguments.scope.title()} {arguments.id} is paused.")

    def resume_one(tx: Transaction, arguments: Target, operator: Operator) -> Reply:
        resumed = resume(tx, Scope(arguments.scope), arguments.id, operator.name)
        said = "goes on" if resumed else "was not paused"
        return Reply(f"{arguments.scope.title()} {arguments.id} {said}.", {"resumed": resumed})

    return {
        "engine.halt": stop_everything,
        "engine.resume": resume_everything,
        "target.pause": stop_one,
        "target.resume": resume_one,
    }
