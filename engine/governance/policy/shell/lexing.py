"""The words and operators of a shell line, without running or expanding anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MAX_LINE: Final = 16_384
"""The longest line that is read, in characters."""
_OPERATORS: Final = ("&&", "||", ";;", "|&", ";", "&", "|", "(", ")", "\n")
_BLANK: Final = " \t\r"


class Hazard(StrEnum):
    """What a line has besides plain words."""

    REDIRECTION = "redirection"
    SUBSTITUTION = "substitution"
    VARIABLE = "variable"
    ENVIRONMENT = "environment"
    COMPOUND = "compound"
    BACKGROUND = "background"
    INLINE_CODE = "inline_code"
    INTERPRETER = "interpreter"
    UNREADABLE = "unreadable"


@dataclass(slots=True)
class Lexed:
    """A line in pieces.

    Attributes:
        pieces: words as lists of one text, operators as text.
        hazards: what was met besides plain words.
        inner: the lines inside of substitutions.
    """

    pieces: list[tuple[str, str]] = field(default_factory=list)
    hazards: set[Hazard] = field(default_factory=set)
    inner: list[str] = field(default_factory=list)


def lex(line: str) -> Lexed:
    """Take a line to pieces: ``("word", text)`` and ``("operator", text)``."""
    return _Lexer(line).run()


class _Lexer:
    def __init__(self, line: str) -> None:
        self.line, self.at = line, 0
        self.found = Lexed()
        self.word: list[str] | None = None

    def run(self) -> Lexed:
        if len(self.line) > MAX_LINE or "\0" in self.line:
            self.found.hazards.add(Hazard.UNREADABLE)
            return self.found
        while self.at < len(self.line):
            self._step()
        self._end_word()
        return self.found

    def _step(self) -> None:
        char = self.line[self.at]
        if char in _BLANK:
            self._end_word()
            self.at += 1
        elif char == "#" and self.word is None:
            end = self.line.find("\n", self.at)
            self.at = len(self.line) if end < 0 else end
        elif char in "<>":
            self._redirection()
        elif operator := next((each for each in _OPERATORS if self.line.startswith(each, self.at)), None):
            self._end_word()
            self.found.pieces.append(("operator", operator))
            self.at += len(operator)
        elif char == "'":
            self._single()
        elif char == '"':
            self._double()
        else:
            self._plain(char)

    def _plain(self, char: str) -> None:
        if char == "\\":
            following = self.line[self.at + 1 : self.at + 2]
            self._add("" if following == "\n" else following)
            if not following:
                self.found.hazards.add(Hazard.UNREADABLE)
            self.at += 2
        elif char in "$`":
            self._expansion(char)
        else:
            if char in "{}" and self._is_brace():
                self.found.hazards.add(Hazard.COMPOUND)
            self._add(char)
            self.at += 1

    def _is_brace(self) -> bool:
        # A brace expansion makes words out of one; "{}" alone is what find calls the file.
        return not self.line.startswith("{}", self.at) and not (self.at and self.line[self.at - 1] == "{")

    def _single(self) -> None:
        end = self.line.find("'", self.at + 1)
        if end < 0:
            self.found.hazards.add(Hazard.UNREADABLE)
            end = len(self.line)
        self._add(self.line[self.at + 1 : end])
        self.at = end + 1

    def _double(self) -> None:
        self._add("")
        self.at += 1
        while self.at < len(self.line) and (char := self.line[self.at]) != '"':
            if char == "\\" and self.line[self.at + 1 : self.at + 2] in {"$", "`", '"', "\\", "\n"}:
                self._add(self.line[self.at + 1].replace("\n", ""))
                self.at += 2
            elif char in "$`":
                self._expansion(char)
            else:
                self._add(char)
                self.at += 1
        if self.at >= len(self.line):
            self.found.hazards.add(Hazard.UNREADABLE)
        self.at += 1

    def _expansion(self, char: str) -> None:
        opening = self.line[self.at : self.at + 2]
        if char == "`":
            self._inner(self.line.find("`", self.at + 1), 1)
        elif opening == "$(":
            self._inner(_closing(self.line, self.at + 1), 2)
        elif opening in {"$'", '$"'}:
            # Its escapes make other characters than are seen.
            self.found.hazards.add(Hazard.UNREADABLE)
            self.at += 1
        elif len(opening) == 2 and (opening[1].isalnum() or opening[1] in "_{?$!@*#-["):  # a pair
            self.found.hazards.add(Hazard.VARIABLE)
            self._add(opening)
            self.at += 2
        else:
            self._add(char)
            self.at += 1

    def _inner(self, end: int, skip: int) -> None:
        self.found.hazards.add(Hazard.SUBSTITUTION)
        if end < 0:
            self.found.hazards.add(Hazard.UNREADABLE)
            end = len(self.line)
        inside = self.line[self.at + skip : end]
        self.found.inner.append(inside)
        self._add(self.line[self.at : end + 1])
        self.at = end + 1

    def _redirection(self) -> None:
        self.found.hazards.add(Hazard.REDIRECTION)
        if self.line[self.at + 1 : self.at + 2] == "(":
            self.found.hazards.add(Hazard.SUBSTITUTION)
        if self.word is not None and "".join(self.word).isdigit():
            self.word = None
        self._end_word()
        while self.at < len(self.line) and self.line[self.at] in "<>|&-":
            self.at += 1
        self.found.pieces.append(("redirection", ""))

    def _add(self, text: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(text)

    def _end_word(self) -> None:
        if self.word is not None:
            self.found.pieces.append(("word", "".join(self.word)))
            self.word = None


def _closing(line: str, at: int) -> int:
    depth = 0
    for index in range(at, len(line)):
        depth += (line[index] == "(") - (line[index] == ")")
        if depth == 0:
            return index
    return -1
