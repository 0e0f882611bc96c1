"""Reads the settings: the file first, then the environment over it, then every value checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import WatchfloorError
from ..plain_file import read_plain
from .environment import ENVIRONMENT_PREFIX, environment_values
from .locate import line_of
from .size import SIZE_LIMIT

if TYPE_CHECKING:
    from .agent_side import AgentSide
    from .model import Settings

M = TypeVar("M", bound=BaseModel)
_SHOWN_PROBLEMS: Final = 5


class SettingsError(WatchfloorError):
    """The settings cannot be used; the message names the file and the line, or the environment variable."""


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The whole configuration.

    Args:
        path: the settings file; nothing means shipped defaults.
        environ: the environment; ``WATCHFLOOR_SECTION__KEY`` overrides ``key`` of ``[section]``.

    Raises:
        SettingsError: a file that cannot be read or parsed, an unknown key, a value out of range.
    """
    text = _read(path) if path is not None else ""
    return parse_settings(text, path or Path("(defaults)"), environ)


def load_agent_side(path: Path, environ: Mapping[str, str]) -> AgentSide:
    """What an agent needs of the configuration; the tables that it does not use are left to the engine to check.

    Raises:
        SettingsError: as :func:`load_settings`.
    """
    from .agent_side import AgentSide

    return _checked(AgentSide, _read(path), path, environ)


def parse_settings(text: str, path: Path, environ: Mapping[str, str]) -> Settings:
    """The configuration that ``text`` and the environment say together; ``path`` is for messages."""
    from .model import Settings

    return _checked(Settings, text, path, environ)


def _checked(model: type[M], text: str, path: Path, environ: Mapping[str, str]) -> M:
    try:
        from_file = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"settings file {path} is not valid TOML", why=str(error), remedy="Mend that line."
        ) from error
    from_environment = environment_values(environ)
    try:
        return model.model_validate(_merge(from_file, from_environment))
    except ValidationError as error:
        raise _explain(error, text, path, from_environment) from None


def _read(path: Path) -> str:
    try:
        raw = read_plain(path, SIZE_LIMIT + 1)
    except OSError as error:
        raise SettingsError(
            f"settings file {path} cannot be read",
            why=error.strerror or str(error),
            remedy="Check the path and its permissions, or run `watchfloor init`.",
        ) from error
    if len(raw) > SIZE_LIMIT:
        raise SettingsError(f"settings file {path} is too large", why=f"it has more than {SIZE_LIMIT} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"settings file {path}, line {line}, is not UTF-8", remedy="Save it as UTF-8.") from error


def _merge(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _explain(error: ValidationError, text: str, path: Path, environment: Mapping[str, object]) -> SettingsError:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [_problem(problem["loc"], problem["type"], problem["msg"], text, path, environment) for problem in problems]
    shown = "; ".join(lines[:_SHOWN_PROBLEMS])
    if len(lines) > _SHOWN_PROBLEMS:
        shown += f"; and {len(lines) - _SHOWN_PROBLEMS} more"
    return SettingsError("settings cannot be used", why=shown, remedy="Mend what is named; nothing was changed.")


def _problem(
    loc: Sequence[str | int], kind: str, message: str, text: str, path: Path, environment: Mapping[str, object]
) -> str:
    key = ".".join(str(part) for part in loc) or "the file"
    said = "unknown key" if kind == "extra_forbidden" else message[:1].lower() + message[1:]
    if _holds(environment, loc):
        names = "__".join(_leaf(environment, loc)).upper()
        return f"environment variable {ENVIRONMENT_PREFIX}{names}: {said}"
    line = line_of(text, loc)
    place = f"{path.name}, line {line}" if line else path.name
    return f"{place}: {key}: {said}"


def _leaf(values: Mapping[str, object], loc: Sequence[str | int]) -> list[str]:
    # An unknown table has no variable of its own: the first one that set something in it is named.
    path = [str(part) for part in loc]
    here: object = values
    for part in loc:
        here = here[part] if isinstance(here, Mapping) and part in here else None
    while isinstance(here, Mapping) and here:
        name = next(iter(here))
        path.append(name)
        here = here[name]
    return path


def _holds(values: Mapping[str, object], loc: Sequence[str | int]) -> bool:
    here: object = values
    for part in loc:
        if not isinstance(here, Mapping) or part not in here:
            return here is not values and not isinstance(here, Mapping)
        here = here[part]
    return True
