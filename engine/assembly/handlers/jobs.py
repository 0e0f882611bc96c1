"""Commands about background jobs."""

from __future__ import annotations

from ...client.protocol import Reply
from ...commands import RunJob
from ...operators import Operator
from ..dispatch import LongHandler
from ..initiative import Initiative


def run_job(initiative: Initiative) -> LongHandler:
    """The command that runs a job now."""

    async def run(arguments: RunJob, operator: Operator, _: str) -> Reply:
        await initiative.scheduler.run_now(arguments.name)
        return Reply(f"Job {arguments.name} runs.", {"name": arguments.name, "operator": operator.name})

    return run
