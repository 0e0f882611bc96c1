"""What is printed: text that cannot steer a terminal, tables that fit it, and JSON in plain ASCII."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum, IntEnum
from typing import Final

import click
from rich.cells import cell_len, set_cell_size

from ..safe import display

ELLIPSIS: Final = "…"
_CELL_LIMIT: Final = 2_000
_WHOLE_LIMIT: Final = 8_000_000


def say(text: str = "") -> None:
    """A line, or several, on standard output."""
    click.echo(_whole(text))


def print_json(value: object) -> None:
    """A value as JSON: ASCII, every control character escaped."""
    text = json.dumps(plain(value), ensure_ascii=True, indent=2)
    # DEL is the one control character that JSON leaves as it is.
    click.echo(text.replace("\x7f", "\\u007f"))


def plain(value: object) -> object:
    """The value in JSON's own types: dataclasses and mappings as objects, instants in ISO 8601, enums by value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, IntEnum) else value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"no JSON for {type(value).__name__}")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table; on a terminal its last column is cut to the terminal's width, in a pipe nothing is cut."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(cell_len(line[column]) for line in [list(headings), *cells]) for column in range(len(headings))]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in [list(headings), *cells]:
        padded = [set_cell_size(cell, width) for cell, width in zip(line[:-1], widths[:-1], strict=True)]
        click.echo(_cut("  ".join([*padded, line[-1]]).rstrip(), limit))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Names and values in two columns; each of several lines has a bar before it, so that none looks like a fact."""
    shown = [(one_line(name), value) for name, value in facts]
    width = max((cell_len(name) for name, _ in shown), default=0)
    for name, value in shown:
        lines = value.split("\n")
        if len(lines) == 1:
            click.echo(f"{set_cell_size(name, width)}  {_whole(value)}".rstrip())
            continue
        click.echo(name)
        for line in lines:
            click.echo(f"  │ {_whole(line)}")


def one_line(text: str) -> str:
    """The text made harmless, in one line, cut where it is far longer than any column."""
    return display(text, limit=_CELL_LIMIT, multiline=False, tab=1).text


def instant(at: datetime | None) -> str:
    """A moment to the second, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S}Z" if at is not None else ""


def lasting(seconds: float) -> str:
    """A length of time in its two largest units."""
    whole = int(seconds)
    for size, name, below, rest in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            first, more = divmod(whole, size)
            return f"{first} {name} {more // below} {rest}" if more // below else f"{first} {name}"
    return f"{whole} s"


def amount(value: int, unit: str) -> str:
    """A goal's value in its unit: money in cents, a count, or hundredths of a percent."""
    match unit:
        case "money":
            return f"{value // 100:,}.{value % 100:02d}"
        case "percent":
            return f"{value // 100}.{value % 100:02d} %"
        case _:
            return f"{value:,}"


def _whole(text: str) -> str:
    # A decision binds to all of a payload, so here nothing is cut that the engine lets through.
    return display(text, limit=_WHOLE_LIMIT, lines=_WHOLE_LIMIT).text


def _cut(line: str, limit: int | None) -> str:
    if limit is None or cell_len(line) <= limit:
        return line
    return set_cell_size(line, limit - 1).rstrip() + ELLIPSIS
