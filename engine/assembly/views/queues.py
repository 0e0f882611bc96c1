"""Dead letters, cron entries and the queue in Redis as operators see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...coordination.bridge import QUEUE_TARGETS
from ...governance.halt import Scope, halted, paused_targets
from ...queries.base import AskPage
from ...queries.tasks import (
    CRONS,
    DEAD,
    QUEUES,
    AskDead,
    CapabilityView,
    CronPage,
    CronView,
    DeadPage,
    DeadView,
    QueuesView,
)
from ...settings import SettingsStore
from ...storage import Reader
from ...tasks import FailurePolicy, due_of
from ...tasks.cron import TaskCron, list_crons
from ...tasks.dead import Buried, count_dead, list_dead
from ...tasks.dependencies import policy_of
from ...tasks.rules import key_of
from ..redis_side import RedisSide

MOST_QUEUES: Final = 500
_TEXT_LIMIT: Final = 2_000


def queue_readers(store: SettingsStore, redis: RedisSide | None) -> Mapping[str, Callable[[Reader, Any], object]]:
    """The answers to questions about the queue, by the query's name."""
    return {
        DEAD.name: _dead,
        CRONS.name: _crons,
        QUEUES.name: lambda reader, _ask: _queues(reader, store, redis),
    }


def _dead(reader: Reader, ask: AskDead) -> DeadPage:
    found = list_dead(reader, Buried(type=ask.type), ask.limit + 1, ask.after)
    items = tuple(
        DeadView(
            id=task.id,
            title=task.title,
            type=task.type,
            priority=task.priority,
            attempts=task.attempts,
            agent=task.agent,
            error=task.error[:_TEXT_LIMIT],
            ended_at=task.ended_at or task.updated_at,
        )
        for task in found[: ask.limit]
    )
    more = items[-1].id if len(found) > ask.limit else ""
    return DeadPage(items, tuple(count_dead(reader).items()), more)


def _crons(reader: Reader, ask: AskPage) -> CronPage:
    found = list_crons(reader, ask.limit + 1, ask.after)
    items = tuple(map(_cron, found[: ask.limit]))
    return CronPage(items, items[-1].name if len(found) > ask.limit else "")


def _cron(cron: TaskCron) -> CronView:
    return CronView(
        name=cron.name,
        cron=cron.entry,
        zone=cron.zone,
        title=cron.task.title,
        type=cron.task.type,
        next_at=cron.next_at,
        runs=cron.runs,
        missed=cron.missed,
        last_at=cron.last_at,
        last_task=cron.last_task,
    )


def _queues(reader: Reader, store: SettingsStore, redis: RedisSide | None) -> QueuesView:
    paused = paused_targets(reader, Scope.QUEUE)
    stopped = halted(reader) is not None
    seen = None if redis is None else redis.queue
    if seen is None:
        return QueuesView((), paused=bool(QUEUE_TARGETS & paused), halted=stopped)
    limits = store.current.tasks.limits
    names = {*seen.statistics.waiting, *(need for minute in seen.minutes for need in minute)}
    queues = [
        CapabilityView(
            needs=tuple(need.split(",")),
            waiting=seen.statistics.waiting.get(need, 0),
            throughput=tuple(minute.get(need, 0) for minute in seen.minutes),
            paused=tuple(sorted(paused.intersection(need.split(",")))),
            per_minute=limits[kind].per_minute if (kind := need.split(",")[0]) in limits else None,
        )
        for need in names
    ]
    queues.sort(key=lambda queue: (-queue.waiting, queue.needs))
    return QueuesView(
        queues=tuple(queues[:MOST_QUEUES]),
        delayed=seen.statistics.delayed,
        leased=seen.statistics.leased,
        untold=seen.statistics.results,
        paused=bool(QUEUE_TARGETS & paused),
        halted=stopped,
        seen_at=seen.at,
        counters=tuple(sorted(seen.statistics.counters.items())),
    )


def rules_of(reader: Reader, task_id: str) -> list[tuple[str, str]]:
    """What was asked for a task besides the work: names and values, where it is not the default."""
    due, key, policy = due_of(reader, task_id), key_of(reader, task_id), policy_of(reader, task_id)
    facts = [("not before", due.strftime("%Y-%m-%d %H:%M:%SZ"))] if due is not None else []
    facts += [("only one called", key)] if key else []
    return facts + ([("where one it waits for fails", policy.value)] if policy is not FailurePolicy.FAIL else [])
