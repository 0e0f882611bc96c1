"""How tasks, reports and events are written for the scripts, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ..errors import WatchfloorError
from .messages import (
    Claim,
    Claimed,
    ClaimStatus,
    Controls,
    Heads,
    QueuedTask,
    QueueStatistics,
    Report,
    StreamEvent,
    StreamKind,
    from_ms,
)

BATCH: Final = 500
"""Most tasks in one call; longer lists are sent in several."""
BATCH_BYTES: Final = 1_048_576
"""Most bytes of bodies or results in one call, save that one may always go."""
_BLANK: Final = re.compile(r"[\s\x00-\x1f]")
_LAST_MOMENT_MS: Final = 253_402_300_799_000


def enqueue_words(tasks: Sequence[QueuedTask]) -> list[str | bytes]:
    """The arguments of ``enqueue``: a line for each task, then their bodies.

    Raises:
        WatchfloorError: an id or a capability holds what the queue cannot carry.
    """
    lines = [
        f"{clean_id(task.id)} {task.priority} {task.attempts} {task.max_attempts} {task.token} {task.due_ms}"
        f" {need_of(task)}\n"
        for task in tasks
    ]
    return ["".join(lines), *(task.body for task in tasks)]


def need_of(task: QueuedTask) -> str:
    """What an agent must be able to do, the type first.

    Raises:
        WatchfloorError: there is nothing, or a name with a comma or white space.
    """
    names = sorted(task.capabilities)
    if task.type:
        names = [task.type, *(name for name in names if name != task.type)]
    if not names or any(not name or "," in name or _split(name) for name in names):
        raise WatchfloorError(
            "task refused",
            why="its capabilities are none, or hold a comma or white space",
            remedy="Name them with letters and digits.",
        )
    return ",".join(names)


def clean_id(identifier: str) -> str:
    """The id, if it fits into a line.

    Raises:
        WatchfloorError: it is empty or holds white space.
    """
    if not identifier or _split(identifier):
        raise WatchfloorError("task refused", why="its id is empty or holds white space")
    return identifier


def clean_agent(name: str) -> str:
    """The agent's name, if it fits into a line.

    Raises:
        WatchfloorError: it is empty or holds control characters.
    """
    if not name or any(letter < " " for letter in name):
        raise WatchfloorError("agent refused", why="its name is empty or holds control characters")
    return name


def report_words(agent: str, reports: Sequence[Report]) -> list[str | bytes]:
    """The arguments of ``report``: a line for each, then the texts that belong to lines."""
    lines: list[str] = []
    words: list[str | bytes] = []
    for number, report in enumerate(reports, 1):
        lines.append(
            f"{report.kind.value} {report.id} {report.token} {report.delay_ms} {report.ran_ms}\n"
        )  # fmt: skip
        if report.data:
            words += (f"d{number}", report.data)
        if report.usage:
            words += (f"u{number}", report.usage)
    return [agent, "".join(lines), *words]


def control_words(controls: Controls) -> list[str | bytes | int]:
    """The arguments of ``control``."""
    limits = (
        f"{kind} {max(1, round(60_000_000 / limit.per_minute))} {limit.burst}"
        for kind, limit in sorted(controls.limits.items())
    )
    return [
        controls.epoch,
        int(controls.halted),
        int(controls.paused),
        _framed(controls.agents),
        _framed(controls.capabilities),
        _framed(limits),
    ]


def read_claimed(answer: Any) -> Claimed:
    """What ``claim`` answered."""
    rest = iter(answer[2:])
    claims = tuple(_claim(identifier, token, known) for identifier, token, known in zip(rest, rest, rest, strict=True))
    wait = int(answer[1])
    return Claimed(ClaimStatus(text(answer[0])), claims, None if wait < 0 else wait / 1000)


def read_heads(answer: Any) -> Heads:
    """What ``heads`` answered."""
    wait = int(answer[1])
    return Heads(ClaimStatus(text(answer[0])), tuple(map(int, answer[2:])), None if wait < 0 else wait / 1000)


def read_entry(position: str, fields: Mapping[Any, Any]) -> list[StreamEvent]:
    """The events of one entry of the results.

    Raises:
        KeyError, ValueError, OverflowError: nothing of ours writes such an entry.
    """
    at_ms, emitted = int(fields[b"at"]), int(fields[b"n"])
    at, caller = from_ms(min(at_ms, _LAST_MOMENT_MS)), text(fields[b"agent"])
    events = []
    for number, line in enumerate(fields[b"e"].decode().split("\n"), 1):
        if not line:
            continue  # a report that was refused
        kind, identifier, token, attempt, ran, *agent = line.split(" ", 5)
        events.append(
            StreamEvent(
                position=position,
                kind=StreamKind(kind),
                id=identifier,
                token=int(token),
                attempt=int(attempt),
                agent=agent[0] if agent else caller,
                at=at,
                data=text(fields.get(b"d%d" % number, b"")),
                ran_ms=int(ran),
                emitted=emitted,
                usage=text(fields.get(b"u%d" % number, b"")),
            )
        )
    return events


def read_statistics(answers: Iterable[Any]) -> QueueStatistics:
    """What ``statistics`` answered in each shard, added up."""
    totals = [0, 0, 0, 0]
    halted = paused = False
    counters: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for answer in answers:
        totals = [total + int(number) for total, number in zip(totals, answer[:4], strict=True)]
        halted, paused = halted or bool(answer[4]), paused or bool(answer[5])
        add_up(counters, answer[6])
        add_up(waiting, answer[7])
    delayed, leased, results, agents = totals
    return QueueStatistics(
        sum(waiting.values()), delayed, leased, results, agents, halted, paused, counters, waiting
    )  # fmt: skip


def _claim(identifier: bytes, token: int, known: bytes) -> Claim:
    head, _, body = known.partition(b"\n")
    return Claim(identifier.decode(), token, int(head.split(b" ", 3)[2]) + 1, body)


def add_up(totals: dict[str, int], flat: Any) -> None:
    """Add numbers by name, as a flat list or as a mapping, to what is there."""
    pairs = flat.items() if isinstance(flat, Mapping) else zip(flat[::2], flat[1::2], strict=True)
    for name, number in pairs:
        totals[text(name)] = totals.get(text(name), 0) + int(number)


def batches(items: Sequence[Any], weight: Any = None) -> list[Sequence[Any]]:
    """Cut a list into what one call may carry; ``weight`` tells an item's bytes."""
    if weight is None:
        return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
    found: list[Sequence[Any]] = []
    start = size = 0
    for place, item in enumerate(items):
        heavy = weight(item)
        if place > start and (place - start >= BATCH or size + heavy > BATCH_BYTES):
            found.append(items[start:place])
            start, size = place, 0
        size += heavy
    if start < len(items):
        found.append(items[start:])
    return found


def text(value: Any) -> str:
    """What the client library gave, as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _framed(lines: Iterable[str]) -> str:
    # Each line between two line ends, so that a script finds a whole one without cutting the text.
    found = sorted(line for line in lines if line and "\n" not in line)
    return "\n" + "".join(f"{line}\n" for line in found) if found else ""


def _split(name: str) -> bool:
    return _BLANK.search(name) is not None
