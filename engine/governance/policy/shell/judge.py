"""Judges simple commands: which only read, and what is to be doubted about the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Final

from .lexing import Hazard
from .programs import FIND_TESTS, FIND_VALUES, READERS, SUBCOMMANDS, TELL_VERSION, Operands, Reads
from .reading import Line, Simple, program_name

_SAID: Final = {
    Hazard.REDIRECTION: "it redirects input or output",
    Hazard.SUBSTITUTION: "it runs a command inside of another's words",
    Hazard.VARIABLE: "it uses a variable, whose value is not seen here",
    Hazard.ENVIRONMENT: "it sets the environment of a program",
    Hazard.COMPOUND: "it uses the shell's own language",
    Hazard.BACKGROUND: "it leaves a program running",
    Hazard.INLINE_CODE: "it carries code for an interpreter",
    Hazard.INTERPRETER: "it starts a program that runs other code",
    Hazard.UNREADABLE: "it cannot be read with certainty",
}
_SECRET_NAMES: Final = (
    ".env*", ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".netrc", ".pgpass", ".npmrc", ".pypirc", ".git-credentials",
    ".docker", ".config", ".*history", "*.pem", "*.key", "*.p12", "*.pfx", "*.kdbx", "id_rsa*", "id_ed25519*",
    "id_ecdsa*", "*secret*", "*credential*", "*password*", "*passwd*", "shadow", "*token*",
)  # fmt: skip
_WILD: Final = frozenset("*?[")


class Danger(IntEnum):
    """How much is to be doubted."""

    UNKNOWN = 1
    """Nothing says that it only reads; a rule of the policy may name it."""
    HAZARD = 2
    """An operator is always asked."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a line does not run by itself.

    Attributes:
        danger: whether a rule may lift it.
        name: the rule's name.
        why: as a sentence.
        command: the simple command it is about; nothing where it is about the line.
    """

    danger: Danger
    name: str
    why: str
    command: Simple | None = None


def doubts_of(line: Line) -> tuple[Doubt, ...]:
    """Everything that keeps a line from running by itself; nothing where it plainly only reads."""
    hazards = [Doubt(Danger.HAZARD, f"command.{hazard}", _SAID[hazard]) for hazard in Hazard if hazard in line.hazards]
    return (*hazards, *(doubt for command in line.commands if (doubt := _doubt(command)) is not None))


def _doubt(command: Simple) -> Doubt | None:
    why = _why_not(command)
    return None if why is None else Doubt(Danger.UNKNOWN, "command.unknown", why, command)


def _why_not(command: Simple) -> str | None:
    argv = command.argv
    name = argv[0]
    if "/" in name:
        return f"{name[:60]} names a program by its path"
    if name == "find":
        return _why_not_find(argv[1:])
    if argv[1:] in {("--version",), ("--help",)}:
        return None if name in READERS or program_name(name) in TELL_VERSION else f"{name[:60]} is not known"
    reads = READERS.get(name)
    rest = argv[1:]
    if reads is None and rest:
        reads = SUBCOMMANDS.get((name, rest[0]))
        rest = rest[1:]
    if reads is None:
        return f"nothing says that {' '.join(argv[:2])[:60]} only reads"
    return _why_not_words(name, rest, reads)


def _why_not_words(name: str, words: tuple[str, ...], reads: Reads) -> str | None:
    operands: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            operands += words[index:]
            break
        if word == "-" or not word.startswith("-"):
            operands.append(word)
            continue
        taken = _option(word, reads)
        if taken is None:
            return f"nothing says that {name} {word[:40]} only reads"
        index += taken
    return _why_not_operands(name, operands, reads.operands)


def _option(word: str, reads: Reads) -> int | None:
    """How many of the next words belong to an option; nothing where it is not known to be harmless."""
    if word.startswith("--"):
        key, equals, _ = word[2:].partition("=")
        if f"{key}=" in reads.long:
            return 0 if equals or key in {"color", "colour"} else 1
        return 0 if key in reads.long and not equals else None
    letters = word[1:]
    for place, letter in enumerate(letters):
        at = reads.short.find(letter)
        if at < 0 or not letter.isalnum():
            return None
        if reads.short[at + 1 : at + 2] == ":":
            return 0 if letters[place + 1 :] else 1
    return 0


def _why_not_operands(name: str, operands: list[str], sort: Operands) -> str | None:
    if sort is Operands.NONE:
        return f"{name} may change something when it gets {operands[0][:40]}" if operands else None
    if sort is Operands.FORMAT:
        odd = next((word for word in operands if not word.startswith("+")), None)
        return None if odd is None else f"{name} {odd[:40]} may set something"
    if sort is Operands.TEXT:
        return None
    paths = operands[1:] if sort is Operands.PATTERN_THEN_PATHS else operands
    if sort is Operands.ONE_PATH and len(paths) > 1:
        return f"{name} writes its second file"
    return next((why for path in paths if (why := _why_not_path(path)) is not None), None)


def _why_not_path(path: str) -> str | None:
    parts = path.split("/")
    if path.startswith(("/", "~")) or ".." in parts:
        return f"{path[:60]} lies outside of the folder"
    for part in parts:
        low = part.casefold()
        hidden = part.startswith(".") and not _WILD.isdisjoint(part)
        if hidden or any(fnmatchcase(low, secret) for secret in _SECRET_NAMES):
            return f"{path[:60]} may hold a secret"
    return None


def _why_not_find(words: tuple[str, ...]) -> str | None:
    index = 0
    paths = True
    while index < len(words):
        word = words[index]
        index += 1
        if word.startswith("-") or word in {"!", "(", ")"}:
            paths = False
            if word not in FIND_TESTS:
                return f"nothing says that find {word[:40]} only reads"
            index += word in FIND_VALUES
        elif paths and (why := _why_not_path(word)) is not None:
            return why
    return None
