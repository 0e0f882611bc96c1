"""Commands that stop things and let them go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...client.protocol import Reply
from ...commands import HaltEngine, Nothing, Target
from ...governance.halt import Scope, halt, pause, resume, resume_all
from ...operators import Operator
from ...storage import Reader, Transaction
from ..dispatch import UnitHandler
from ..pausable import check_target
from ..views.halts import counted, in_flight


def halt_units(known: Callable[[Reader, Scope], frozenset[str]]) -> Mapping[str, UnitHandler]:
    """The commands about pauses; each is one unit of work.

    Args:
        known: every target that a scope has now.
    """

    def stop_everything(tx: Transaction, arguments: HaltEngine, operator: Operator) -> Reply:
        flying = in_flight(tx)
        epoch = halt(tx, operator.name, arguments.reason, flying)
        text = f"Everything is paused. In flight: {counted([str(one['what']) for one in flying])}."
        return Reply(text, {"epoch": epoch, "in_flight": flying})

    def resume_everything(tx: Transaction, arguments: Nothing, operator: Operator) -> Reply:
        resumed = resume_all(tx, operator.name)
        return Reply("Everything goes on." if resumed else "Nothing was paused.", {"resumed": resumed})

    def stop_one(tx: Transaction, arguments: Target, operator: Operator) -> Reply:
        scope = Scope(arguments.scope)
        check_target(tx, scope, arguments.id, known(tx, scope))
        pause(tx, scope, arguments.id, operator.name, arguments.reason)
        return Reply(f"{_called(scope, arguments.id)} is paused.")

    def resume_one(tx: Transaction, arguments: Target, operator: Operator) -> Reply:
        scope = Scope(arguments.scope)
        check_target(tx, scope, arguments.id, known(tx, scope))
        resumed = resume(tx, scope, arguments.id, operator.name)
        said = "goes on" if resumed else "was not paused"
        return Reply(f"{_called(scope, arguments.id)} {said}.", {"resumed": resumed})

    return {
        "engine.halt": stop_everything,
        "engine.resume": resume_everything,
        "target.pause": stop_one,
        "target.resume": resume_one,
    }


def _called(scope: Scope, target: str) -> str:
    if scope is Scope.HEARTBEAT:
        return "The heartbeat"
    return f"Every {scope.value}" if target == "*" else f"{scope.value.title()} {target}"
