"""Tasks that an operator brings in, and those that somebody takes along."""

from __future__ import annotations

from collections.abc import Mapping

from ...client.protocol import Reply
from ...commands.task_records import ImportTasks
from ...operators import Operator
from ...queries.task_records import AskRecords, RecordPage
from ...storage import Reader, Transaction
from ...tasks.stores.exchange import exported, exported_crons, imported, imported_crons
from ...tasks.stores.protocol import PAGE, TaskQuery
from ..dispatch import UnitHandler
from ..views.tasks import states_of


def record_units() -> Mapping[str, UnitHandler]:
    """The command; it is one unit of work."""

    def take_in(tx: Transaction, arguments: ImportTasks, operator: Operator) -> Reply:
        taken = imported(tx, arguments.records, operator.actor)
        left = len(arguments.records) - taken
        crons = imported_crons(tx, arguments.crons, operator.actor)
        text = f"{taken} {'task' if taken == 1 else 'tasks'} taken over, {left} as new or newer here."
        if arguments.crons:
            text += f" {crons} of {len(arguments.crons)} cron entries taken over."
        return Reply(text, {"taken": taken, "left": left, "crons": crons})

    return {"task.import": take_in}


def record_page(reader: Reader, ask: AskRecords) -> RecordPage:
    """One page of records.

    Raises:
        CommandRefused: there is no such state.
    """
    texts, following = exported(
        reader, TaskQuery(states=states_of(ask.state), after=ask.after, limit=min(ask.limit, PAGE))
    )
    whole = not ask.after and not ask.state
    return RecordPage(tuple(texts), following, tuple(exported_crons(reader)) if whole else ())
