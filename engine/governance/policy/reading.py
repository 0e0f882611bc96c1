"""Reads a policy file: its bytes, its tables, its rules, and whether its own tests hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ...errors import WatchfloorError
from ...plain_file import read_plain
from ...settings.governance import GovernanceSettings
from .checking import problems_of
from .document import Document
from .lines import line_of
from .model import Rules
from .trials import failed_trials

SIZE_LIMIT: Final = 1_048_576
"""Most bytes of a policy file."""
_SHOWN_PROBLEMS: Final = 5


class PolicyError(WatchfloorError):
    """A policy file cannot be used; the message names the file and the line."""


def read_text(path: Path) -> str | None:
    """The file's text; nothing where there is no such file.

    Raises:
        PolicyError: it cannot be read, is no plain file, too large or not UTF-8.
    """
    try:
        raw = read_plain(path, SIZE_LIMIT + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if len(raw) > SIZE_LIMIT:
        raise _unreadable(path, f"it has more than {SIZE_LIMIT} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{path.name}, line {line}, is not UTF-8", remedy="Save it as UTF-8.") from error


def parse_policy(text: str, name: str, settings: GovernanceSettings) -> Rules:
    """The rules that a file's text says, once its own tests hold.

    Args:
        text: the file's.
        name: for messages.
        settings: what its tests are run under.

    Raises:
        PolicyError: with the line of everything that is wrong.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name} is not valid TOML", why=str(error), remedy="Mend that line.") from error
    except RecursionError:
        raise PolicyError(f"{name} is not valid TOML", why="it is nested too deeply") from None
    try:
        document = Document.model_validate(tables)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise _refused(
            text, name, [(problem["loc"], _said(problem["type"], problem["msg"])) for problem in found]
        ) from None
    problems = list(problems_of(document))
    if problems:
        raise _refused(text, name, problems)
    rules = Rules.of(document)
    failed = list(failed_trials(rules, settings))
    if failed:
        raise _refused(text, name, failed)
    return rules


def _refused(text: str, name: str, problems: Iterable[tuple[Sequence[str | int], str]]) -> PolicyError:
    lines = [_line(text, name, place, said) for place, said in problems]
    shown = "; ".join(lines[:_SHOWN_PROBLEMS])
    if len(lines) > _SHOWN_PROBLEMS:
        shown += f"; and {len(lines) - _SHOWN_PROBLEMS} more"
    return PolicyError(f"{name} cannot be used", why=shown, remedy="Mend what is named.")


def _line(text: str, name: str, place: Sequence[str | int], said: str) -> str:
    key = ".".join(str(part) for part in place) or "the file"
    line = line_of(text, place)
    return f"{name}, line {line}: {key}: {said}" if line else f"{name}: {key}: {said}"


def _said(sort: str, message: str) -> str:
    if sort == "extra_forbidden":
        return "unknown key"
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _unreadable(path: Path, why: str) -> PolicyError:
    return PolicyError(f"{path.name} cannot be read", why=why, remedy="Check the file and its permissions.")
