"""A command line as simple commands: those that it names, and those hidden inside of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .lexing import Hazard, lex
from .programs import CARRIERS, FIND_CARRIES, INTERPRETERS, KEYWORDS

MAX_COMMANDS: Final = 200
"""Most simple commands of one line."""
_MAX_DEPTH: Final = 6
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_CODE: Final = re.compile(r"-[A-Za-z]*[ceErRpn]|--(?:command|eval|execute|print)(?:=.*)?")
_BLANKS: Final = re.compile(r"[\s;&|]")
_HARMLESS: Final = frozenset({("--version",), ("-V",), ("--help",)})
_VERSIONED: Final = re.compile(r"[0-9.]+$")


@dataclass(frozen=True, slots=True)
class Simple:
    """One simple command.

    Attributes:
        argv: program and arguments, quotes taken off; never empty.
        hidden: it stands inside of another command, as its argument or in a substitution.
    """

    argv: tuple[str, ...]
    hidden: bool = False

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return self.argv[0].rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Line:
    """A command line that was read.

    Attributes:
        commands: the simple commands, in order; those inside of others after them.
        hazards: what there is besides plain words.
    """

    commands: tuple[Simple, ...]
    hazards: frozenset[Hazard]


def read_argv(argv: tuple[str, ...]) -> Line:
    """A program and its arguments that run without a shell: each word is just that."""
    hazards: set[Hazard] = set()
    if not argv or any("\0" in word for word in argv):
        return Line((), frozenset({Hazard.UNREADABLE}))
    commands = list(_with_hidden(Simple(argv), hazards, 0))
    return _line(commands, hazards)


def read_line(line: str) -> Line:
    """What a shell would be told."""
    hazards: set[Hazard] = set()
    return _line(_commands(line, hazards, hidden=False, depth=0), hazards)


def program_name(word: str) -> str:
    """The program's name without its folder and version: ``/usr/bin/python3.11`` is ``python``."""
    return _VERSIONED.sub("", word.rpartition("/")[2]) or word


def _line(commands: list[Simple], hazards: set[Hazard]) -> Line:
    if not commands or len(commands) > MAX_COMMANDS:
        hazards.add(Hazard.UNREADABLE)
    return Line(tuple(commands[:MAX_COMMANDS]), frozenset(hazards))


def _commands(line: str, hazards: set[Hazard], *, hidden: bool, depth: int) -> list[Simple]:
    if depth > _MAX_DEPTH:
        hazards.add(Hazard.UNREADABLE)
        return []
    lexed = lex(line)
    hazards |= lexed.hazards
    found: list[Simple] = []
    for words in _split(lexed.pieces, hazards):
        found += _with_hidden(Simple(tuple(words), hidden), hazards, depth)
    for inner in lexed.inner:
        found += _commands(inner, hazards, hidden=True, depth=depth + 1)
    return found


def _split(pieces: list[tuple[str, str]], hazards: set[Hazard]) -> Iterator[list[str]]:
    words: list[str] = []
    skip = False
    for sort, text in [*pieces, ("operator", ";")]:
        if sort == "redirection":
            skip = True
        elif sort == "word":
            if skip:
                skip = False
            elif not words and _ASSIGNMENT.match(text):
                hazards.add(Hazard.ENVIRONMENT)
            elif not words and text in KEYWORDS:
                hazards.add(Hazard.COMPOUND)
            else:
                words.append(text)
        else:
            skip = False
            if text in {"(", ")", ";;"}:
                hazards.add(Hazard.COMPOUND)
            if text == "&":
                hazards.add(Hazard.BACKGROUND)
            if words:
                yield words
            words = []


def _with_hidden(command: Simple, hazards: set[Hazard], depth: int) -> Iterator[Simple]:
    """A command, and the commands that its arguments are."""
    yield command
    name = program_name(command.argv[0])
    rest = command.argv[1:]
    if depth > _MAX_DEPTH:
        hazards.add(Hazard.UNREADABLE)
    elif name in INTERPRETERS:
        if rest not in _HARMLESS:
            hazards.add(Hazard.INTERPRETER)
        if any(_CODE.fullmatch(word) for word in rest):
            hazards.add(Hazard.INLINE_CODE)
            yield from _told([word for word in rest if _BLANKS.search(word) or word.isalpha()], depth)
    elif name in CARRIERS:
        hazards.add(Hazard.INTERPRETER)
        # Where the carried command begins depends on the carrier's options: every word may be its program.
        starts = (at for at, word in enumerate(rest[:MAX_COMMANDS]) if not _is_preamble(word))
        yield from (Simple(rest[at:], hidden=True) for at in starts)
        yield from _told([word for word in rest if _BLANKS.search(word)], depth)
    elif name == "find":
        start = next((at for at, word in enumerate(rest) if word in FIND_CARRIES), None)
        if start is not None and rest[start + 1 :]:
            hazards.add(Hazard.INTERPRETER)
            yield from _with_hidden(Simple(rest[start + 1 :], hidden=True), hazards, depth + 1)


def _is_preamble(word: str) -> bool:
    return word.startswith("-") or _ASSIGNMENT.match(word) is not None or word[:1].isdigit()


def _told(words: list[str], depth: int) -> Iterator[Simple]:
    """The commands in words that are lines themselves."""
    for word in words:
        yield from _commands(word, set(), hidden=True, depth=depth + 1)
