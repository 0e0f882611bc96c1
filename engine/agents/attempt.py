"""One attempt at a task: understood, carried out within its time, told, and counted by the breakers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final

from ..clock import Clock
from ..coordination.messages import Claim, Report, ReportKind
from ..errors import WatchfloorError
from ..settings.agents import AgentSettings
from .breakers import Breakers
from .deadlines import Deadlines
from .job import COMMAND, Executor, Job, JobFailed, Spent, read_job
from .output_buffer import OutputBuffer
from .pace import Pace
from .tracing import AgentTraces

RESULT_CHARACTERS: Final = 262_144
"""Most characters of a result or an error that are sent."""
HOPELESS: Final = " (It was not tried again: that would not help.)"
BREAKER_OPEN: Final = "it has failed too often lately and is left alone for a while"


class Attempts:
    """Carries attempts out.

    Args:
        executors: by task type.
        settings: how long an attempt may take, when it is tried again, when a breaker opens.
        clock: measures.
        outputs: takes what tasks write while they run.
        traces: tells of runs; nothing where nobody wants to know.
    """

    def __init__(
        self,
        executors: Mapping[str, Executor],
        settings: AgentSettings,
        clock: Clock,
        outputs: OutputBuffer,
        traces: AgentTraces | None = None,
    ) -> None:
        self._executors = executors
        self._settings = settings
        self._clock = clock
        self._outputs = outputs
        self._traces = traces
        self.breakers = Breakers(settings.breaker, clock)
        """What keeps failing."""
        self.deadlines = Deadlines(clock)
        """Ends what takes too long; has to run beside the attempts."""
        self.pace = Pace(clock)
        """How many tasks end in a minute."""
        self.types = tuple(sorted(executors))
        """What can be done, by task type."""
        self.done = 0
        """How many tasks were done."""
        self.failed = 0
        """How many attempts failed."""

    def run(
        self, claim: Claim, began: Callable[[Job], None], lane: asyncio.Task[Any] | None = None
    ) -> Coroutine[Any, Any, Report]:
        """Carry an attempt out; ``began`` is told as soon as it starts, and ``lane`` is the task that awaits it.

        Returns:
            what came of it.
        """
        work = self._run(claim, began, lane)
        return work if self._traces is None else self._traces.around(claim, work)

    async def _run(self, claim: Claim, began: Callable[[Job], None], lane: asyncio.Task[Any] | None) -> Report:
        needs: tuple[str, ...] = ()
        failed: bool | None = None
        spent = Spent()
        try:
            job = self._read(claim, spent)
            wanted = (job.type, *job.capabilities)
            if not self.breakers.begin(wanted):
                return Report(ReportKind.RELEASED, claim.id, claim.token, f"{job.type}: {BREAKER_OPEN}")
            needs = wanted
            began(job)
            executor = self._executors.get(job.type)
            if executor is None:
                raise JobFailed(f"no executor is called {job.type}", retry=False)
            result = await self.deadlines.within(executor(job), job.timeout_seconds, lane)
        except JobFailed as failure:
            failed = failure.blames
            return self._failure(claim, failure.sentence(), spent, retry=failure.retry)
        except TimeoutError:
            failed = True
            return self._failure(claim, "its time was up", spent, retry=True)
        except WatchfloorError as error:
            failed = True
            return self._failure(claim, error.sentence(), spent, retry=True)
        except Exception as error:  # noqa: BLE001  # an executor's fault is the task's failure, not the agent's
            failed = True
            return self._failure(claim, f"{type(error).__name__}: {error}", spent, retry=True)
        else:
            failed = False
        finally:
            if failed is None:
                self.breakers.drop(needs)
            else:
                # A task that could not be understood, or not be done by anybody, says nothing about the executor.
                self.breakers.end(needs, failed=failed)
        self.done += 1
        self.pace.count()
        return Report(ReportKind.COMPLETED, claim.id, claim.token, result[:RESULT_CHARACTERS], usage=spent.text())

    def _read(self, claim: Claim, spent: Spent) -> Job:
        return read_job(
            claim.id,
            claim.body,
            claim.attempt,
            self._usual_seconds,
            token=claim.token,
            say=partial(self._outputs.add, claim.id, claim.token),
            spent=spent,
        )

    def _usual_seconds(self, kind: str, payload: Mapping[str, object]) -> float:
        name = str(payload.get("name")) if kind == COMMAND else kind
        program = self._settings.coders.get(name) or self._settings.commands.get(name)
        return self._settings.default_timeout_seconds if program is None else program.timeout_seconds

    def _failure(self, claim: Claim, why: str, spent: Spent, *, retry: bool) -> Report:
        self.failed += 1
        usage = spent.text()
        if not retry:
            why = f"{why[: RESULT_CHARACTERS - len(HOPELESS)]}{HOPELESS}"
            return Report(ReportKind.DEAD, claim.id, claim.token, why)
        rules = self._settings.retry
        longest = min(rules.base_seconds * 2 ** min(claim.attempt - 1, 30), rules.cap_seconds)
        # Between half and all of it, so that what failed together does not come back together.
        delay = longest * (0.5 + self._clock.random.random() / 2)
        return Report(ReportKind.RETRY, claim.id, claim.token, why[:RESULT_CHARACTERS], int(delay * 1000), usage=usage)
