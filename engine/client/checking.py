"""Reading HEARTBEAT.md without an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import WatchfloorError


@dataclass(frozen=True, slots=True)
class HeartbeatCheck:
    """What a file says.

    Attributes:
        path: the file.
        tasks: boxes, ticked or not.
        pending: those that are empty.
        errors: number and reason of each line that is wrong, by line.
    """

    path: str
    tasks: int
    pending: int
    errors: tuple[tuple[int, str], ...]


def check_heartbeat(path: Path) -> HeartbeatCheck:
    """Read a file as a beat would.

    Raises:
        WatchfloorError: there is none, or it cannot be read.
    """
    # The console imports this package before its first screen; whoever checks nothing does not wait for these.
    from ..schedule import parse_heartbeat
    from ..schedule.heartbeat_rewrite import read_heartbeat
    from ..schedule.heartbeat_tools import unknown_tool
    from ..settings.schedule import HeartbeatSettings

    limit = HeartbeatSettings().max_file_bytes
    data = read_heartbeat(path, limit)
    if data is None:
        raise WatchfloorError(f"{path} cannot be checked", why="there is no such file")
    file = parse_heartbeat(data, limit)
    unknown = [error for task in file.tasks if (error := unknown_tool(task)) is not None]
    errors = sorted((error.line, error.reason) for error in (*file.errors, *unknown))
    return HeartbeatCheck(str(path), len(file.tasks), file.pending, tuple(errors))
