"""``tasks export`` and ``tasks import``: tasks as JSON, on their way out and in."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from engine.commands import RECORD_CHARACTERS, RECORDS, ImportTasks
from engine.errors import WatchfloorError
from engine.queries import TASK_RECORDS, AskRecords

from ..arguments import checked
from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply

FILE_BYTES: Final = 1_000_000_000
PAGE: Final = 200


@command("export")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--state", default="", help="Only those in this state: pending, active, done, …")
def export(session: Session, file: Path | None, state: str) -> None:
    """Write tasks as JSON, oldest first, to a file or to standard output; without a state also the cron entries."""

    async def work(client: EngineClient) -> tuple[list[str], list[str]]:
        found, crons = list[str](), list[str]()
        after = ""
        while True:
            page = await client.query(TASK_RECORDS, AskRecords(state=state.lower(), after=after, limit=PAGE))
            found += page.items
            crons += page.crons
            after = page.next
            if not after:
                return found, crons

    texts, crons = ask_engine(session, work)
    content: dict[str, Any] = {"format": 1, "tasks": [json.loads(text) for text in reversed(texts)]}
    if crons:
        content["crons"] = [json.loads(text) for text in crons]
    whole = json.dumps(content, sort_keys=True, indent=1)
    if file is None:
        say(whole)
        return
    fresh = file.with_name(f".{file.name}.tmp")
    try:
        fresh.write_text(f"{whole}\n", encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise WatchfloorError(f"{file} cannot be written", why=error.strerror or str(error)) from error
    if session.json:
        print_json({"tasks": len(texts), "crons": len(crons), "file": os.fspath(file)})
    else:
        also = f" and {len(crons)} cron {'entry' if len(crons) == 1 else 'entries'}" if crons else ""
        say(f"{len(texts)} {'task' if len(texts) == 1 else 'tasks'}{also} written to {file}.")


@command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def take_in(session: Session, files: tuple[Path, ...]) -> None:
    """Take over tasks where they are newer than here: from an export, or from single task files; '-' reads one.

    Goals and their approval steps come with their tasks; cron entries where their names are free here.
    """
    found = [_records(file) for file in files]
    records = {record["id"]: record for tasks, _ in found for record in tasks}
    crons = [json.dumps(cron, ensure_ascii=False) for _, entries in found for cron in entries]
    asked = [checked(ImportTasks, records=batch) for batch in _batches(_ordered(records))]
    asked += [checked(ImportTasks, crons=batch) for batch in _batches(crons)]

    async def work(client: EngineClient) -> list[Reply]:
        return [await client.send("task.import", batch) for batch in asked]

    replies = ask_engine(session, work)
    taken, left, new = (sum(int(str(reply.data[name])) for reply in replies) for name in ("taken", "left", "crons"))
    if session.json:
        print_json({"taken": taken, "left": left} | ({"crons": new} if crons else {}))
    else:
        also = f" {new} of {len(crons)} cron entries taken over." if crons else ""
        say(f"{taken} {'task' if taken == 1 else 'tasks'} taken over, {left} as new or newer here.{also}")


def _records(file: Path) -> tuple[list[dict[str, Any]], list[Any]]:
    """The tasks and the cron entries of a file."""
    name = os.fspath(file)
    try:
        text = sys.stdin.read(FILE_BYTES) if name == "-" else file.read_text(encoding="utf-8")
        read = json.loads(text)
    except OSError as error:
        raise WatchfloorError(f"{name} cannot be read", why=error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise WatchfloorError(f"{name} was not understood", why=str(error)[:200]) from None
    whole = isinstance(read, dict) and not read.keys().isdisjoint({"tasks", "crons"})
    found = read.get("tasks", []) if whole else [read] if isinstance(read, dict) else read
    crons = read.get("crons", []) if whole else []
    if not (isinstance(found, list) and isinstance(crons, list)) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in found
    ):
        raise WatchfloorError(f"{name} was not understood", why="it holds no tasks", remedy="See `tasks export`.")
    return found, crons


def _ordered(records: dict[str, dict[str, Any]]) -> list[str]:
    """As text, each behind what it depends on."""
    needs = {name: [other for other in _needs(record) if other in records] for name, record in records.items()}
    try:
        order = TopologicalSorter(needs).static_order()
        return [json.dumps(records[name], ensure_ascii=False) for name in order]
    except CycleError as error:
        circle = " → ".join(map(str, error.args[1]))
        raise WatchfloorError("import refused", why=f"tasks wait for each other: {circle[:300]}") from None


def _needs(record: dict[str, Any]) -> list[str]:
    needs = record.get("depends_on")
    return [one for one in needs if isinstance(one, str)] if isinstance(needs, list) else []


def _batches(texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and (len(batch) == RECORDS or characters + len(text) > RECORD_CHARACTERS):
            yield tuple(batch)
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield tuple(batch)
