"""The border that hostile text crosses once, on its way from the engine to a screen, a plain line or a log.

Everything that a message, agent, tool, file or model produced is hostile: it may carry terminal escapes, invisible
characters or text that reads in another order than it is written. :func:`display` turns such text into a
:class:`SafeText`, in which every character that is not plainly visible has become a visible mark such as ``⟨ESC⟩`` or
``⟨U+202E⟩``. Marks cannot be forged: the opening bracket itself is marked where it comes from data.

Nothing here imports Textual or Rich until :func:`content` is called, so the command line may use it for plain output.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, final

from .lookalikes import Suspicion, mixed_script, suspicious_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text
    from textual.content import Content

__all__ = ["SafeText", "Suspicion", "content", "display", "joined", "mixed_script", "suspicious_characters"]

MARK_OPEN: Final = "⟨"
MARK_CLOSE: Final = "⟩"
MAX_COMBINING: Final = 4
"""How many combining marks one character may carry before the rest is summed up in a mark."""

_NOT_PLAIN = re.compile(r"[^\x20-\x7e\n]")
_NOT_PLAIN_RUN = re.compile(r"[^\x20-\x7e\n]+")
_SEAL: Final = object()

_CONTROL_NAMES: Final = tuple(
    re.findall(
        r"\w+",
        "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI"
        " DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US",
    )
)
# Letters and marks by category, yet terminals paint nothing: the fillers of Hangul and Khmer, the grapheme joiner.
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_VARIATION_SELECTORS: Final = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_ESCAPED_BYTES: Final = range(0xDC80, 0xDD00)


@final
class SafeText:
    """Text that is safe to paint, made only by :func:`display` and :func:`joined`.

    It is no ``str`` on purpose: a ``str`` given to a Textual widget is parsed as markup, whereas this is shown
    literally by every widget (``visualize``), by Rich (``__rich__``) and by ``print`` (``__str__``).
    """

    __slots__ = ("_hidden", "_marks", "_text")

    def __init__(self, text: str, marks: int, hidden: int, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("SafeText is made by display(), which cleans what it is given")
        self._text = text
        self._marks = marks
        self._hidden = hidden

    @property
    def text(self) -> str:
        """The cleaned text. Painting it through markup is still wrong: use :func:`content`."""
        return self._text

    @property
    def marks(self) -> int:
        """How many marks stand for something invisible: above zero, the original deserves suspicion."""
        return self._marks

    @property
    def hidden(self) -> int:
        """How many characters (bytes, where bytes were given) the caps cut off; 0 where the whole text is shown."""
        return self._hidden

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"SafeText({self._text!a})"

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SafeText) and self._text == other._text

    def __hash__(self) -> int:
        return hash((SafeText, self._text))

    def visualize(self, _widget: object = None, _obj: object = None) -> Content:
        """Textual's protocol for things that know how they look."""
        return content(self)

    def __rich__(self) -> Text:
        from rich.text import Text

        return Text(self._text)


def display(
    raw: str | bytes | SafeText,
    *,
    limit: int = 4096,
    lines: int = 400,
    multiline: bool = True,
    tab: int | None = 4,
) -> SafeText:
    """Clean hostile text.

    Args:
        raw: the text; bytes are read as UTF-8, with invalid bytes shown as ``⟨xFF⟩``.
        limit: how many characters are shown at most, marks included, at least 1; the rest is summed up as ``…(+N)``.
        lines: how many lines are shown at most, at least 1; the rest is summed up as ``…(+N lines)``.
        multiline: keep line feeds; else each is shown as ``↵`` and the result is one line.
        tab: the spaces that stand for a tab, or ``None`` to keep tabs as they are.
    """
    marks = beyond = 0
    if isinstance(raw, SafeText):
        window, marks = raw.text, raw.marks
    elif isinstance(raw, bytes):
        window, beyond = raw[: 4 * limit].decode("utf-8", "surrogateescape"), max(0, len(raw) - 4 * limit)
    else:
        window = raw
    beyond += max(0, len(window) - limit)
    text = window[:limit]
    if not isinstance(raw, SafeText) and _NOT_PLAIN.search(text) is not None:
        text, marks, unread = _cleaned(text, limit, tab)
        beyond += unread
    if beyond:
        text = f"{text}…(+{beyond})"
    if "\n" in text:
        text = _capped_lines(text, lines) if multiline else text.replace("\n", "↵")
    return SafeText(text, marks, beyond, _SEAL)


def joined(parts: list[SafeText], separator: str = " ") -> SafeText:
    """Put safe texts together; the separator is cleaned like any other text."""
    between = display(separator).text
    return SafeText(
        between.join(part.text for part in parts),
        sum(part.marks for part in parts),
        sum(part.hidden for part in parts),
        _SEAL,
    )


def content(safe: SafeText, style: str = "") -> Content:
    """Safe text as Textual paints it, with one style for the whole; never parsed as markup.

    Args:
        safe: the text.
        style: a Textual style such as ``"bold $risk-high"``; it must not come from data.
    """
    from textual.content import Content

    return Content.styled(safe.text, style, strip_control_codes=False)


def _capped_lines(text: str, lines: int) -> str:
    beyond = text.count("\n") + 1 - lines
    if beyond <= 0:
        return text
    return "\n".join([*text.split("\n", lines)[:lines], f"…(+{beyond} lines)"])


def _cleaned(text: str, limit: int, tab: int | None) -> tuple[str, int, int]:
    """The text with marks, their number, and how many characters no longer fitted."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    out: list[str] = []
    room, marks, position = limit, 0, 0
    for piece in _pieces(text, tab):
        if piece.atomic and len(piece.shown) > room:
            break
        shown = piece.shown[:room]
        out.append(shown)
        room -= len(shown)
        marks += shown.startswith(MARK_OPEN)
        position += piece.length if piece.atomic else len(shown)
        if room == 0:
            break
    return "".join(out), marks, max(0, len(text) - position)


@dataclass(frozen=True, slots=True)
class _Piece:
    shown: str
    length: int
    atomic: bool
    """Shown whole or not at all."""


def _pieces(text: str, tab: int | None) -> Iterator[_Piece]:
    position = 0
    for run in _NOT_PLAIN_RUN.finditer(text):
        start, end = run.span()
        if start > position:
            yield _Piece(text[position:start], start - position, atomic=False)
        yield from _run_pieces(text, start, end, tab)
        position = end
    if position < len(text):
        yield _Piece(text[position:], len(text) - position, atomic=False)


def _run_pieces(text: str, start: int, end: int, tab: int | None) -> Iterator[_Piece]:
    """The pieces of one run of characters that are not plain ASCII."""
    # A combining mark belongs to what stands before it; before it must be something visible on the same line.
    base = start > 0 and text[start - 1] not in "\n "
    carried = 0
    index = start
    while index < end:
        character = text[index]
        if unicodedata.category(character)[0] == "M" and character not in _INVISIBLE and not _selects(character):
            if base and carried < MAX_COMBINING:
                carried += 1
                yield _Piece(character, 1, atomic=False)
            else:
                stop = index
                while stop < end and unicodedata.category(text[stop])[0] == "M":
                    stop += 1
                shown = _mark(character) if stop == index + 1 else f"⟨+{stop - index} marks⟩"
                yield _Piece(shown, stop - index, atomic=True)
                index, base = stop, False
                continue
        elif character == "\t":
            yield _Piece(character if tab is None else " " * tab, 1, atomic=True)
            base, carried = False, 0
        else:
            shown = _shown(character)
            base, carried = shown == character, 0
            yield _Piece(shown, 1, atomic=shown != character)
        index += 1


def _selects(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _VARIATION_SELECTORS)


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in _HIDDEN_CATEGORIES
    if hidden or character in _INVISIBLE or character == MARK_OPEN or _selects(character):
        return _mark(character)
    return character


def _mark(character: str) -> str:
    code = ord(character)
    if code < len(_CONTROL_NAMES):
        name = _CONTROL_NAMES[code]
    elif code == 0x7F:
        name = "DEL"
    elif code in _ESCAPED_BYTES:
        name = f"x{code - 0xDC00:02X}"
    else:
        name = f"U+{code:04X}"
    return f"{MARK_OPEN}{name}{MARK_CLOSE}"
