"""The file of the store ``json`` that holds the cron entries, beside the tasks' own files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from .crons import CronRecord, decode_cron, encode_cron
from .folder import Folder, Unreadable
from .protocol import Fault
from .record import FORMAT, RecordError

FILE: Final = "crons.json"


def read_cron_file(folder: Folder) -> tuple[list[CronRecord], str]:
    """The entries that stand there as the engine wrote them, and what is wrong with the rest; empty: nothing is."""
    try:
        text = folder.read_beside(FILE)
        if text is None:
            return [], ""
        read = json.loads(text)
        items = read["crons"] if isinstance(read, dict) and read.keys() == {"format", "crons"} else None
    except (Unreadable, ValueError, RecursionError) as error:
        return [], str(error)[:200]
    if not isinstance(items, list):
        return [], "it is not the file of cron entries"
    found: list[CronRecord] = []
    wrong = ""
    for number, item in enumerate(items, 1):
        try:
            record, sealed = decode_cron(json.dumps(item, ensure_ascii=False))
        except RecordError as error:
            wrong = wrong or f"entry {number}: {error.why}"
            continue
        if sealed:
            found.append(record)
        else:
            wrong = wrong or f"entry {number}: somebody changed it after the engine had written it"
    return sorted(found, key=lambda record: record.name), wrong


def keep_cron_file(folder: Folder, records: Sequence[CronRecord]) -> list[Fault]:
    """Have the file hold exactly these entries; what somebody else wrote there is put aside first."""
    there, wrong = read_cron_file(folder)
    if not wrong and there == sorted(records, key=lambda record: record.name):
        return []
    faults = [Fault(FILE, f"{wrong}; kept as {folder.set_beside_aside(FILE)}")] if wrong else []
    whole = {"format": FORMAT, "crons": [json.loads(encode_cron(record)) for record in records]}
    folder.write_beside(FILE, json.dumps(whole, sort_keys=True, indent=2, ensure_ascii=False) + "\n")
    return faults
