"""Where tasks are kept: the store that the settings name, beside the engine's own database, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..coordinator import Service
from ..journal import Event
from ..settings import SettingsStore
from ..settings.tasks import StoreKind, TaskSettings
from ..tasks.stores import JsonTaskStore, TaskKeeper, TaskMirror, TaskStore, end_mirror
from ..workspace import Workspace
from .foundation import Foundation

_SHOWN: Final = 2


class TaskRoom:
    """The store besides the database, where the settings name one.

    Args:
        foundation: whose tasks.
        store: the settings; which store is read once.
    """

    def __init__(self, foundation: Foundation, store: SettingsStore) -> None:
        rules = store.current.tasks
        self._database = foundation.database
        kept = store_of(rules, foundation.workspace)
        self.mirror = (
            TaskMirror(foundation.database, kept, foundation.clock, check_seconds=rules.check_seconds)
            if kept is not None
            else None
        )
        self._keeper = TaskKeeper(foundation.database, foundation.clock, lambda: store.current.tasks.keep_days)

    async def open(self) -> None:
        """Where no store is named, have no changes noted for one any more."""
        if self.mirror is None:
            await end_mirror(self._database)

    def services(self) -> Sequence[Service]:
        """What has to run."""
        services = [Service("task-keeper", self._keeper.run)]
        if self.mirror is not None:
            services.append(Service("task-store", self.mirror.run))
        return services

    def on_commit(self, events: Sequence[Event]) -> None:
        """What was committed may have to be kept in the store too."""
        if self.mirror is not None:
            self.mirror.on_commit(events)

    def notices(self) -> Sequence[str]:
        """What an operator should know."""
        if self.mirror is None:
            return ()
        status = self.mirror.status
        notices = [f"tasks are not kept up to date: {status.why}"] if status.why and not status.well else []
        notices += [f"{fault.place} in the task store: {fault.why}" for fault in status.faults[:_SHOWN]]
        return notices


def store_of(rules: TaskSettings, workspace: Workspace) -> TaskStore | None:
    """The store besides the database; nothing where the settings name none."""
    match rules.store:
        case StoreKind.SQLITE:
            return None
        case StoreKind.JSON:
            return JsonTaskStore(workspace.root / rules.directory)
        case StoreKind.POSTGRESQL:
            from ..tasks.stores.postgres import PostgresTaskStore

            return PostgresTaskStore(
                rules.url.get_secret_value(), rules.namespace, timeout_seconds=rules.timeout_seconds
            )
