"""What a screen needs of the settings before they are checked: it can be there while that is done.

Nothing here is a setting in force. What is wrong with the file is found, and told with its line, by
:func:`engine.settings.load_settings`, which everything else waits for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..operators import Role
from ..plain_file import read_plain
from .environment import environment_values
from .size import SIZE_LIMIT


@dataclass(frozen=True, slots=True)
class Glance:
    """What the settings seem to say; where they say nothing, or nothing that could hold, the shipped defaults.

    Attributes:
        name: the workspace's name.
        theme: the console's theme.
        roles: the role of each operator that is named.
        default_role: the role of everybody else.
        keys: keys of the console that are not the shipped ones.
    """

    name: str = ""
    theme: str = "midnight"
    roles: Mapping[str, str] = field(default_factory=dict)
    default_role: str = "operator"
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def role_of(self, name: str) -> Role:
        """What somebody of this name seems to be allowed; the engine goes by what was checked."""
        role = self.roles.get(name, self.default_role).upper()
        return Role[role] if role in Role.__members__ else Role.VIEWER


_DEFAULT: Final = Glance()


def glance(path: Path, environ: Mapping[str, str]) -> Glance | None:
    """What the settings file and the environment seem to say; nothing where the file cannot be understood at all."""
    try:
        found: Mapping[str, object] = tomllib.loads(read_plain(path, SIZE_LIMIT).decode("utf-8-sig"))
    except (OSError, ValueError):
        return None
    over = environment_values(environ)
    keys: dict[str, Sequence[str]] = {}
    for values in (found.get("keys"), over.get("keys")):
        keys |= _keys(values)

    def look(table: str, key: str) -> object:
        for values in (over.get(table), found.get(table)):
            if isinstance(values, Mapping) and key in values:
                return values[key]
        return None

    roles = look("governance", "operators")
    return Glance(
        name=_text(look("workspace", "name"), ""),
        theme=_text(look("console", "theme"), _DEFAULT.theme),
        roles={str(name): _text(role, "") for name, role in roles.items()} if isinstance(roles, Mapping) else {},
        default_role=_text(look("governance", "default_role"), _DEFAULT.default_role),
        keys=keys,
    )


def _keys(values: object) -> dict[str, Sequence[str]]:
    several = {
        str(name): (keys,) if isinstance(keys, str) else keys
        for name, keys in (values.items() if isinstance(values, Mapping) else ())
    }
    return {
        name: tuple(keys)
        for name, keys in several.items()
        if isinstance(keys, list | tuple) and all(isinstance(key, str) for key in keys)
    }


def _text(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise
