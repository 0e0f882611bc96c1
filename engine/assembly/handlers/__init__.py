"""The commands of each room, as handlers for the dispatcher."""

from __future__ import annotations

from collections.abc import Mapping

from ...settings import Settings, SettingsStore
from ..dispatch import LongHandler, UnitHandler
from ..foundation import Foundation
from ..rooms import Rooms
from .actions import action_units
from .goals import crm_import, goal_units
from .graphs import graph_units
from .halts import halt_units
from .jobs import job_units
from .journal import prune_journal, seen
from .personas import persona_units, send_message
from .queues import queue_units
from .rollout import rollout_units
from .rules import rule_units
from .task_records import record_units
from .tasks import task_units
from .tools import tool_units
from .triggers import trigger_units


def all_handlers(
    foundation: Foundation, store: SettingsStore, rooms: Rooms
) -> tuple[Mapping[str, UnitHandler], Mapping[str, LongHandler]]:
    """Every command's handler: those that are one unit of work, and those that are not."""
    clock, database = foundation.clock, foundation.database

    def settings() -> Settings:
        return store.current

    units = {
        **action_units(rooms.gate),
        **rule_units(rooms.gate),
        **persona_units(rooms.personas),
        **rollout_units(lambda: rooms.rollout.floor),
        **halt_units(rooms.known_targets),
        **task_units(rooms.work.interface),
        **record_units(),
        **queue_units(lambda: settings().tasks.zone),
        **graph_units(rooms.work),
        **tool_units(),
        **job_units(rooms.initiative),
        **trigger_units(rooms.triggers, rooms.personas, lambda: rooms.initiative.scheduler.alive),
        **goal_units(clock, settings),
        "journal.seen": seen,
    }
    longs = {
        "agent.drain": rooms.work.drain,
        "message.send": send_message(rooms.personas, database),
        "crm.import": crm_import(database, settings),
        "journal.prune": prune_journal(rooms.archivist),
    }
    return units, longs
