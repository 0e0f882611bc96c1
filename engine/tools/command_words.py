"""The words of a declared command: what is fixed, what an action chose, and what it may not choose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..governance.ports import ArgumentsError
from ..settings.tools import CommandSettings, ParameterSettings
from .reading import Refused, fingerprint_beneath


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the command line.

    Attributes:
        text: as the program gets it.
        sha256: for a file that an action chose: of its content.
    """

    text: str
    sha256: str = ""


def words(
    name: str,
    declared: CommandSettings,
    chosen: Mapping[str, str | int],
    added: Sequence[str],
    root: Path,
) -> tuple[Word, ...]:
    """The whole command line: fixed words, flags with what was chosen, then ``--`` and the rest.

    Args:
        name: of the command, for messages.
        declared: how it is declared.
        chosen: for its parameters.
        added: further words.
        root: the workspace.

    Raises:
        ArgumentsError: what was chosen or added is not allowed.
    """
    strange = next((key for key in chosen if key not in declared.parameters), None)
    if strange is not None:
        known = ", ".join(declared.parameters) or "none"
        raise _refused(name, f"it has no parameter {strange[:60]}", f"There are: {known}.")
    if len(added) > declared.max_arguments:
        raise _refused(name, f"it takes at most {declared.max_arguments} added arguments")
    for text in added:
        if text.startswith("-") or "\0" in text or re.fullmatch(declared.argument_pattern, text) is None:
            raise _refused(name, "an added argument does not match its declared pattern")
    flagged: list[Word] = []
    behind: list[Word] = []
    for key, parameter in declared.parameters.items():
        if key not in chosen:
            if parameter.required:
                raise _refused(name, f"its parameter {key} is missing")
            continue
        word = _word(name, key, parameter, chosen[key], root)
        if parameter.flag:
            flagged += [Word(parameter.flag), word]
        else:
            behind.append(word)
    behind += [Word(text) for text in added]
    fixed = [Word(text) for text in declared.argv]
    return (*fixed, *flagged, *([Word("--"), *behind] if behind else []))


def named_files(line: Sequence[Word]) -> tuple[tuple[str, str], ...]:
    """The files that an action chose, each with the SHA-256 of its content."""
    return tuple((word.text, word.sha256) for word in line if word.sha256)


def _word(name: str, key: str, parameter: ParameterSettings, value: str | int, root: Path) -> Word:
    if parameter.type == "integer":
        if isinstance(value, str) or not parameter.minimum <= value <= parameter.maximum:
            raise _refused(name, f"{key} is no integer from {parameter.minimum} to {parameter.maximum}")
        if value < 0 and not parameter.flag:
            # It stands behind "--", where a program that reads it wrongly would take it for an option.
            raise _refused(name, f"{key} is negative, which only a parameter with a flag may be")
        return Word(str(value))
    if not isinstance(value, str) or not value or "\0" in value or value.startswith("-"):
        raise _refused(name, f"{key} is no text, or begins with a dash")
    match parameter.type:
        case "choice":
            if value not in parameter.choices:
                raise _refused(name, f"{key} is not among its choices", f"There are: {', '.join(parameter.choices)}.")
            return Word(value)
        case "file":
            folder = root / parameter.root
            try:
                return Word(str(folder / value), fingerprint_beneath(folder, value))
            except Refused as error:
                raise _refused(name, f"{key}: {error}") from None
        case _:
            if re.fullmatch(parameter.pattern, value) is None:
                raise _refused(name, f"{key} does not match its declared pattern")
            return Word(value)


def _refused(name: str, why: str, remedy: str = "") -> ArgumentsError:
    return ArgumentsError(f"command {name} refused", why=why, remedy=remedy)
