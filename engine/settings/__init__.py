"""The whole configuration: a TOML file, the environment over it, and hot reload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy import lazily

if TYPE_CHECKING:
    from .console import ConsoleSettings
    from .glancing import Glance, glance
    from .loader import SettingsError, load_agent_side, load_settings, parse_settings
    from .locate import place_of
    from .model import Settings
    from .template import SETTINGS_TEMPLATE
    from .watch import SettingsStore

__all__ = [
    "SETTINGS_TEMPLATE",
    "ConsoleSettings",
    "Glance",
    "Settings",
    "SettingsError",
    "SettingsStore",
    "glance",
    "load_agent_side",
    "load_settings",
    "parse_settings",
    "place_of",
]

_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "console": ("ConsoleSettings",),
    "glancing": ("Glance", "glance"),
    "loader": ("SettingsError", "load_agent_side", "load_settings", "parse_settings"),
    "locate": ("place_of",),
    "model": ("Settings",),
    "template": ("SETTINGS_TEMPLATE",),
    "watch": ("SettingsStore",),
}

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
