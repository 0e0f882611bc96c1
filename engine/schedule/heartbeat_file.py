"""HEARTBEAT.md as tasks and errors; pure.

Markdown decides what is a list item, a heading, code or a comment; a line is then read by itself. Nothing in a code
fence or a comment is a task. Anything else that looks like a tool call but is none is an error with its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..canonical import JSON, canonical, digest
from ..governance.names import normalise
from .heartbeat_lines import TaskLine, is_task_shape, looks_like_call, read_line

MAX_LINES: Final = 10_000
"""Most lines of the file: so many are read within a second."""
_BOM: Final = b"\xef\xbb\xbf"
_BREAK: Final = re.compile(rb"\r\n|\r|\n")


class TaskSection(StrEnum):
    """Where a task stands, which decides how it recurs."""

    RECURRING = "recurring"
    """Runs every beat, is never ticked."""
    ONE_TIME = "one_time"
    """Runs until it succeeded once, then is ticked."""
    OTHER = "other"
    """Runs every beat, is never ticked."""


_SECTIONS: Final = {
    "recurring": TaskSection.RECURRING,
    "one_time": TaskSection.ONE_TIME,
    "onetime": TaskSection.ONE_TIME,
}


@dataclass(frozen=True, slots=True)
class HeartbeatTask:
    """One task.

    Attributes:
        key: the same for the same content in the same section, wherever it stands.
        line: where it stands, from 1.
        section: how it recurs.
        done: its box is ticked.
        text: its line after the box.
        tool: what it calls; nothing for a task in plain words, which only counts as pending.
        arguments: what the tool gets.
        box: the byte in its box, counted from the start of the file.
    """

    key: str
    line: int
    section: TaskSection
    done: bool
    text: str
    tool: str | None
    arguments: dict[str, JSON]
    box: int


@dataclass(frozen=True, slots=True)
class LineError:
    """A line that cannot be what it looks like."""

    line: int
    reason: str

    def sentence(self) -> str:
        """The error in one line."""
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class HeartbeatFile:
    """What the file says, in its order."""

    tasks: tuple[HeartbeatTask, ...]
    errors: tuple[LineError, ...]

    @property
    def pending(self) -> int:
        """Tasks that are not ticked, those in plain words included."""
        return sum(not task.done for task in self.tasks)


def parse_heartbeat(data: bytes, max_bytes: int = 262_144) -> HeartbeatFile:
    """Read the file.

    Args:
        data: its bytes, as they are.
        max_bytes: a longer file is refused as a whole, with an error on its first line.
    """
    if len(data) > max_bytes:
        return HeartbeatFile((), (LineError(1, f"the file is refused: it is longer than {max_bytes} bytes"),))
    start = len(_BOM) if data.startswith(_BOM) else 0
    try:
        text = data[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(_BREAK.findall(data[: start + error.start])) + 1
        return HeartbeatFile((), (LineError(line, "the file is refused: not valid UTF-8"),))
    if len(_BREAK.findall(data)) > MAX_LINES:
        return HeartbeatFile((), (LineError(MAX_LINES + 1, f"the file is refused: more than {MAX_LINES} lines"),))
    offsets = [start, *(start + match.end() for match in _BREAK.finditer(data[start:]))]
    lines = _BREAK.sub(b"\n", data[start:]).decode("utf-8").split("\n")
    return _Reading(text, lines, offsets).result()


class _Reading:
    """One pass over the file."""

    def __init__(self, text: str, lines: list[str], offsets: list[int]) -> None:
        self._lines = lines
        self._offsets = offsets
        self._items: set[int] = set()
        self._hidden: set[int] = set()
        self._opaque: set[int] = set()
        self._sections: dict[int, TaskSection] = {}
        self._tasks: list[HeartbeatTask] = []
        self._errors: list[LineError] = []
        self._first_line: dict[str, int] = {}
        self._scan(text)
        self._hide_inline_comments()

    def result(self) -> HeartbeatFile:
        section = TaskSection.OTHER
        for number, line in enumerate(self._lines):
            section = self._sections.get(number, section)
            if number in self._hidden:
                continue
            if number in self._items:
                self._read(number, line, section)
            elif looks_like_call(line):
                where = "indented code or HTML" if number in self._opaque else "no list item here"
                self._error(number, f"looks like a tool call but is {where}: write `- [ ] @tool {{…}}` on its own line")
        return HeartbeatFile(tuple(self._tasks), tuple(sorted(self._errors, key=lambda error: error.line)))

    def _scan(self, text: str) -> None:
        from markdown_it import MarkdownIt

        markdown = MarkdownIt("commonmark")
        # Only the structure is needed, and only inline parsing could take long on hostile text.
        markdown.core.ruler.disable(["inline", "text_join"])
        tokens = markdown.parse(text)
        for number, token in enumerate(tokens):
            if token.map is None:
                continue
            first, last = token.map
            if token.type == "list_item_open":
                self._items.add(first)
            elif token.type == "fence":
                self._hidden.update(range(first, last))
            elif token.type == "html_block" and token.content.lstrip().startswith("<!--"):
                self._hidden.update(range(first, last))
                if "-->" not in token.content:
                    self._error(first, "a comment begins here and never ends")
            elif token.type in {"code_block", "html_block"}:
                self._opaque.update(range(first, last))
            elif token.type == "heading_open" and token.level == 0 and token.tag in {"h1", "h2"}:
                # A heading's opening is always followed by its text.
                name = normalise(tokens[number + 1].content) if token.tag == "h2" else ""
                self._sections[first] = _SECTIONS.get(name, TaskSection.OTHER)

    def _hide_inline_comments(self) -> None:
        """Hide what a comment that begins within a line goes on to cover; Markdown itself would end it at a list."""
        opened: int | None = None
        for number, line in enumerate(self._lines):
            if opened is not None:
                self._hidden.add(number)
                if "-->" in line:
                    opened = None
            elif number not in self._hidden and number not in self._opaque and not is_task_shape(line):
                before, mark, after = line.rpartition("<!--")
                if mark and "-->" not in after and before.strip():
                    opened = number
        if opened is not None:
            self._error(opened, "a comment begins here and never ends")

    def _read(self, number: int, line: str, section: TaskSection) -> None:
        found = read_line(line)
        if found is None:
            return
        if isinstance(found, str):
            self._error(number, found)
            return
        task = self._task(number, line, section, found)
        if task.tool is not None and not task.done:
            earlier = self._first_line.setdefault(task.key, task.line)
            if earlier != task.line:
                self._error(number, f"the same task already stands on line {earlier}")
                return
        self._tasks.append(task)

    def _task(self, number: int, line: str, section: TaskSection, found: TaskLine) -> HeartbeatTask:
        content = canonical(found.arguments).decode() if found.tool else found.text
        return HeartbeatTask(
            key=digest(["heartbeat", section.value, found.tool, content])[:32],
            line=number + 1,
            section=section,
            done=found.done,
            text=found.text,
            tool=found.tool,
            arguments=found.arguments,
            box=self._offsets[number] + len(line[: found.box].encode()),
        )

    def _error(self, number: int, reason: str) -> None:
        self._errors.append(LineError(number + 1, reason))
