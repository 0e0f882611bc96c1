"""Commands about the journal."""

from __future__ import annotations

from ...client.protocol import Reply
from ...commands import PruneJournal, SeenJournal
from ...operators import Operator
from ...storage import Transaction
from ..archivist import Archivist
from ..counting import counted
from ..dispatch import LongHandler
from ..views.away import note_seen


def seen(tx: Transaction, arguments: SeenJournal, operator: Operator) -> Reply:
    """Note how far an operator has looked."""
    note_seen(tx, operator.name, arguments.seq)
    return Reply("")


def prune_journal(archivist: Archivist) -> LongHandler:
    """The command that prunes the journal."""

    async def prune(arguments: PruneJournal, operator: Operator, _: str) -> Reply:
        pruned = await archivist.prune(
            arguments.before, actor=operator.actor, reason=arguments.reason, archive=arguments.archive
        )
        held = f" Newer ones stay because of {pruned.held_by}." if pruned.held_by else ""
        if pruned.seal is None:
            return Reply(f"Nothing was pruned.{held}", {"rows": 0, "held_by": pruned.held_by})
        kept = f"; they are in .watchfloor/archive/{pruned.seal.archive}" if pruned.seal.archive else ""
        text = f"{counted(pruned.rows, 'row', 'was', 'were')} sealed and pruned{kept}.{held}"
        return Reply(text, {"rows": pruned.rows, "held_by": pruned.held_by, "seal": pruned.seal.facts()})

    return prune
