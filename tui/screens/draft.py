"""The arguments of an action while an operator changes them: as fields, or as one JSON text."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.canonical import JSON, JsonError, parse_strict

from ..panels.payload import SHORT
from ..safe import display
from ..widgets.document import GAP, Paragraph, paragraph

LONGEST_MARK: Final = 16
"""Most characters that stand for one that cannot be seen."""
WHOLE: Final = ""
"""The name of the only field of a draft that is one JSON text."""


@dataclass(frozen=True, slots=True)
class Field:
    """One argument.

    Attributes:
        name: its name; empty where it is all of them as one JSON text.
        text: what stands in the editor.
        plain: the text is the value itself; else it is JSON.
        before: what stood there at first.
    """

    name: str
    text: str
    plain: bool
    before: str

    @property
    def changed(self) -> bool:
        """It is not what it was."""
        return self.text != self.before


def visible(text: str) -> bool:
    """Every character of a text is seen as itself, and no editor would change it."""
    room = (len(text) + 1) * LONGEST_MARK
    return "\r" not in text and not display(text, limit=room, lines=len(text) + 1, tab=None).marks


def written(value: JSON) -> str:
    """A value as JSON over several lines, with whatever cannot be seen as an escape."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if visible(text):
        return text
    return "".join(one if one == "\n" or visible(one) else _escaped(one) for one in text)


def fields_of(arguments: str) -> tuple[Field, ...]:
    """Each argument as a field, the short ones first: texts as they are, everything else as JSON.

    Raises:
        JsonError: the arguments are no JSON object.
    """
    found = (_field(name, value) for name, value in _parsed(arguments).items())
    return tuple(sorted(found, key=lambda field: field.plain and (len(field.text) > SHORT or "\n" in field.text)))


def whole_of(arguments: str) -> tuple[Field, ...]:
    """All arguments as one JSON text.

    Raises:
        JsonError: as for :func:`fields_of`.
    """
    text = written(_parsed(arguments))
    return (Field(WHOLE, text, plain=False, before=text),)


def problem(field: Field) -> str:
    """What is wrong with one field; empty where nothing is."""
    if (hidden := _hidden(field.text)) is not None:
        return hidden
    if field.plain:
        return ""
    try:
        parsed = parse_strict(field.text)
    except JsonError as error:
        return error.why
    return "" if field.name or isinstance(parsed, dict) else "the arguments have to be an object: {…}"


def composed(fields: Sequence[Field]) -> str:
    """The arguments as JSON text, strictly parsed.

    Raises:
        JsonError: a field is not what it has to be; the reason names it.
    """
    for field in fields:
        if wrong := problem(field):
            raise JsonError(f"{field.name}: {wrong}" if field.name else wrong)
    if len(fields) == 1 and fields[0].name == WHOLE:
        values = _parsed(fields[0].text)
    else:
        values = {field.name: field.text if field.plain else parse_strict(field.text) for field in fields}
    text = json.dumps(values, ensure_ascii=False)
    parse_strict(text)
    return text


def same(one: str, other: str) -> bool:
    """Two texts mean the same arguments."""
    return _parsed(one) == _parsed(other)


def with_text(fields: Sequence[Field], index: int, text: str) -> tuple[Field, ...]:
    """The fields with another text in one of them."""
    return tuple(replace(field, text=text) if place == index else field for place, field in enumerate(fields))


def difference(before: str, after: str) -> tuple[Paragraph, ...]:
    """What changes from one arguments text to the other, line by line; what stays the same is named only."""
    old, new = _parsed(before), _parsed(after)
    lines: list[Paragraph] = []
    kept: list[str] = []
    for name in (*old, *(name for name in new if name not in old)):
        if name in old and name in new and old[name] == new[name]:
            kept.append(name)
            continue
        lines.append(paragraph(name, tone="accent"))
        was, now = (_told(values[name]) if name in values else [] for values in (old, new))
        for line in difflib.ndiff(was, now):
            if not line.startswith("?"):
                tone, mark = {"-": ("bad", "−"), "+": ("good", "+")}.get(line[0], ("dim", " "))
                lines.append(paragraph(f"{mark} {line[2:]}", tone=tone))
    if kept:
        lines += [GAP, paragraph(", ".join(kept), "as before", tone="dim")]
    return tuple(lines)


def _told(value: JSON) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return text.split("\n")


def _field(name: str, value: JSON) -> Field:
    plain = isinstance(value, str) and visible(value)
    text = value if isinstance(value, str) and plain else written(value)
    return Field(name, text, plain, text)


def _parsed(arguments: str) -> dict[str, JSON]:
    value = parse_strict(arguments)
    if not isinstance(value, dict):
        raise JsonError("the arguments have to be an object")
    return value


def _hidden(text: str) -> str | None:
    for number, line in enumerate(text.split("\n"), 1):
        if visible(line):
            continue
        column, one = next((place, one) for place, one in enumerate(line, 1) if not visible(one))
        return f"a character that cannot be seen, U+{ord(one):04X}, at line {number} column {column}"
    return None


def _escaped(one: str) -> str:
    return json.dumps(one)[1:-1]
