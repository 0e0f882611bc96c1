"""Tasks on their way out of the database and into it, as records."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Final

from ...storage import Reader, Transaction
from ..task import TaskError
from .adopting import adopt
from .crons import CronRecord, adopt_crons, cron_records, decode_cron, encode_cron
from .membership import fits
from .protocol import TaskQuery
from .record import RecordError, TaskRecord, decode, encode
from .sqlite import find_records, records_of

PAGE_CHARACTERS: Final = 1_000_000
"""A page of records ends once it has so many characters."""


def exported(reader: Reader, query: TaskQuery) -> tuple[list[str], str]:
    """One page of records as text, newest first.

    Returns:
        the texts, and the id to go on after; empty where nothing follows.
    """
    texts: list[str] = []
    characters = 0
    found = find_records(reader, query)
    for record in found:
        texts.append(encode(record))
        characters += len(texts[-1])
        if characters > PAGE_CHARACTERS:
            break
    complete = len(texts) == len(found) < query.limit
    return texts, "" if complete or not texts else found[len(texts) - 1].task.id


def imported(tx: Transaction, texts: Sequence[str], actor: str) -> int:
    """Take over records where they are newer than what is here; all of them fit, or none is taken.

    Whether they are sealed does not matter: an operator brings them.

    Returns:
        how many were taken over.

    Raises:
        TaskError: one of them is no record, they wait for each other in a circle, or one depends on what is nowhere.
    """
    records = [_read(number, text) for number, text in enumerate(texts, 1)]
    by_id = {record.task.id: record for record in records}
    if len(by_id) < len(records):
        raise TaskError("import refused", why="a task is among the records twice")
    try:
        order = list(TopologicalSorter({one.task.id: one.depends_on for one in records}).static_order())
    except CycleError as error:
        circle = " → ".join(map(str, error.args[1]))
        raise TaskError("import refused", why=f"tasks wait for each other: {circle[:300]}") from None
    outside = [task_id for task_id in order if task_id not in by_id]
    missing = sorted(set(outside) - {record.task.id for record in records_of(tx, outside)})
    if missing:
        raise TaskError(
            "import refused",
            why=f"tasks depend on {missing[0]}, which is neither here nor among them",
            remedy="Bring what they depend on as well.",
        )
    return adopt(tx, [by_id[task_id] for task_id in order if task_id in by_id], "import", actor)


def exported_crons(reader: Reader) -> list[str]:
    """Every cron entry as text, by name."""
    return [encode_cron(record) for record in cron_records(reader)]


def imported_crons(tx: Transaction, texts: Sequence[str], actor: str) -> int:
    """Take over cron entries where their names are free here; all of them are entries, or none is taken.

    Returns:
        how many were taken over.

    Raises:
        TaskError: one of them is no entry, or there would be too many.
    """
    records: dict[str, CronRecord] = {}
    for number, text in enumerate(texts, 1):
        try:
            record, _ = decode_cron(text)
        except RecordError as error:
            raise TaskError(f"cron entry {number} refused", why=error.why) from None
        records[record.name] = record
    return adopt_crons(tx, list(records.values()), "import", actor)


def _read(number: int, text: str) -> TaskRecord:
    try:
        record, _ = decode(text)
    except RecordError as error:
        raise TaskError(f"record {number} refused", why=error.why) from None
    if not fits(record.task.type, record.graph) and not record.task.state.terminal:
        raise TaskError(f"record {number} refused", why="an approval step has no meaning outside its plan")
    return record
