"""Commands about background jobs."""

from __future__ import annotations

from collections.abc import Mapping

from ...client.protocol import Reply
from ...commands import RunJob
from ...operators import Operator
from ...storage import Transaction
from ..dispatch import UnitHandler
from ..initiative import Initiative


def job_units(initiative: Initiative) -> Mapping[str, UnitHandler]:
    """The commands about jobs; each is one unit of work."""

    def run(tx: Transaction, arguments: RunJob, operator: Operator) -> Reply:
        scheduler = initiative.scheduler
        scheduler.run_now(tx, arguments.name)
        tx.record("job.asked", arguments.name, {}, operator.actor)
        when = "runs now" if scheduler.alive else "runs as soon as an engine runs"
        return Reply(f"Job {arguments.name} {when}.", {"name": arguments.name, "engine": scheduler.alive})

    return {"job.run": run}
