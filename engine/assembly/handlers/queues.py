"""Commands about single waiting tasks, cron entries and dead letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from ...client.protocol import CommandRefused, Reply
from ...commands.tasks import AddCron, CronTarget, DeadLetters, TaskTarget
from ...operators import Operator
from ...storage import Transaction
from ...tasks import FailurePolicy, NewTask, pause, resume
from ...tasks.cron import add_cron, remove_cron
from ...tasks.dead import Buried, purge_dead, replay_dead
from ..counting import counted
from ..dispatch import UnitHandler
from ..find import find_id

MOST_AT_ONCE: Final = 1_000


def queue_units(zone: Callable[[], str]) -> Mapping[str, UnitHandler]:
    """The commands; each is one unit of work. ``zone`` tells whose clocks cron entries mean."""

    def pause_task(tx: Transaction, arguments: TaskTarget, operator: Operator) -> Reply:
        task = pause(tx, find_id(tx, "tasks", arguments.id), operator.actor, arguments.reason)
        return Reply(f"Task {task.title} is paused.", {"id": task.id, "state": task.state.value})

    def resume_task(tx: Transaction, arguments: TaskTarget, operator: Operator) -> Reply:
        task = resume(tx, find_id(tx, "tasks", arguments.id), operator.actor)
        return Reply(f"Task {task.title} goes on.", {"id": task.id, "state": task.state.value})

    def add(tx: Transaction, arguments: AddCron, operator: Operator) -> Reply:
        if arguments.delay_seconds or arguments.due_at or arguments.depends_on or arguments.unique:
            raise CommandRefused(
                "cron task refused", why="it can neither wait, nor depend on tasks, nor be unique", code="invalid"
            )
        task = NewTask(
            title=arguments.title,
            type=arguments.type,
            payload=arguments.payload,
            priority=arguments.priority,
            capabilities=arguments.capabilities,
            timeout_seconds=arguments.timeout_seconds,
            max_attempts=arguments.max_attempts,
            on_failure=FailurePolicy.FAIL,
            description=arguments.description,
            parent_goal=find_id(tx, "task_graphs", arguments.goal) if arguments.goal else None,
        )
        cron = add_cron(tx, arguments.name, arguments.cron, zone(), task, operator.actor)
        first = cron.next_at.isoformat()
        return Reply(
            f"Cron task {cron.name} is submitted first at {first}.", {"name": cron.name, "next": first}
        )  # fmt: skip

    def remove(tx: Transaction, arguments: CronTarget, operator: Operator) -> Reply:
        remove_cron(tx, arguments.name, operator.actor)
        return Reply(f"Cron task {arguments.name} is removed.", {"name": arguments.name})

    def replay(tx: Transaction, arguments: DeadLetters, operator: Operator) -> Reply:
        again, kept = replay_dead(tx, _which(tx, arguments), operator.actor, MOST_AT_ONCE)
        said = f"{counted(again, 'dead task', 'goes', 'go')} again."
        if kept:
            stay = "1 stays" if kept == 1 else f"{kept} stay"
            said += f" {stay}: another unfinished task has the same unique name."
        return Reply(said, {"replayed": again, "kept": kept})

    def purge(tx: Transaction, arguments: DeadLetters, operator: Operator) -> Reply:
        gone, kept = purge_dead(tx, _which(tx, arguments), operator.actor, MOST_AT_ONCE)
        said = f"{counted(gone, 'dead task', 'is', 'are')} forgotten."
        if kept:
            stay, them = ("1 stays", "it") if kept == 1 else (f"{kept} stay", "them")
            said += f" {stay}: unfinished tasks wait for {them}."
        return Reply(said, {"purged": gone, "kept": kept})

    return {
        "task.pause": pause_task,
        "task.resume": resume_task,
        "cron.add": add,
        "cron.remove": remove,
        "dead.replay": replay,
        "dead.purge": purge,
    }


def _which(tx: Transaction, arguments: DeadLetters) -> Buried:
    ids = tuple(find_id(tx, "tasks", one) for one in arguments.ids)
    before = tx.now - timedelta(seconds=arguments.older_seconds) if arguments.older_seconds else None
    return Buried(ids, arguments.type, before)
