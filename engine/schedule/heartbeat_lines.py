"""One line of HEARTBEAT.md: whether it is a task, looks like one that went wrong, or is neither; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..canonical import JSON, JsonError, parse_strict

MAX_LINE: Final = 16_384
"""Most characters of a task line."""

_TASK: Final = re.compile(
    r"(?P<head>[ \t]*(?:>[ \t]*)*[-*+](?: {1,4}|\t)\[)(?P<box>[ xX])\](?P<rest>$|[ \t].*)", re.DOTALL
)
_CALL: Final = re.compile(r"@(?P<name>[A-Za-z_][A-Za-z0-9_.\-]{0,63})(?:\s+(?P<json>.*))?", re.DOTALL)
# What a person may have meant as a tool call: a box of any sort before an @, or an @name with an object but no box.
_NEAR_BOX: Final = re.compile(r"[\s>]*(?:(?:[-*+•–—]|[0-9]{1,9}[.)])\s*)*[\[［][^\]］]{0,3}[\]］]?\s*[@＠]")
_NEAR_CALL: Final = re.compile(r"[\s>]*(?:[-*+•–—]|[0-9]{1,9}[.)])\s*[@＠][\w.\-]{1,64}\s*\{")


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A well-formed task.

    Attributes:
        done: its box is ticked.
        box: where the character in its box stands, in characters from the line's start.
        text: what follows the box, without blanks around it.
        tool: the tool it calls; nothing for a task in plain words.
        arguments: what the tool gets.
    """

    done: bool
    box: int
    text: str
    tool: str | None
    arguments: dict[str, JSON]


def looks_like_call(line: str) -> bool:
    """Whether a person may have meant the line as a tool call."""
    return _NEAR_BOX.match(line) is not None or _NEAR_CALL.match(line) is not None


def is_task_shape(line: str) -> bool:
    """Whether the line has a bullet and a box."""
    return _TASK.match(line) is not None


def read_line(line: str) -> TaskLine | str | None:
    """A list item's first line as a task.

    Returns:
        the task; or what is wrong with a line that looks like a tool call; or nothing for any other line.
    """
    match = _TASK.fullmatch(line)
    if match is None:
        return "not a task: write `- [ ] @tool {…}`" if looks_like_call(line) else None
    text = match["rest"].strip()
    done, box = match["box"] != " ", match.end("head")
    if not text.startswith(("@", "＠")):
        return TaskLine(done, box, text, None, {})
    arguments = _call(line, text)
    if isinstance(arguments, str):
        return arguments
    return TaskLine(done, box, text, *arguments)


def _call(line: str, text: str) -> tuple[str, dict[str, JSON]] | str:
    """A tool's name and arguments, or what is wrong with the call."""
    if len(line) > MAX_LINE:
        return f"the line is longer than {MAX_LINE} characters"
    call = None if "\0" in line else _CALL.fullmatch(text)
    if call is None:
        return "not a tool call: write @tool_name, a space, and a JSON object"
    name = call["name"]
    try:
        arguments = parse_strict(call["json"]) if call["json"] else {}
    except JsonError as error:
        return f"the arguments of @{name} are no JSON object: {error.why}"
    if not isinstance(arguments, dict):
        return f"the arguments of @{name} are another JSON value than an object"
    return name, arguments
