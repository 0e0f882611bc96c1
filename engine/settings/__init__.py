"""The whole configuration: a TOML file, the environment over it, and hot reload."""

from .console import ConsoleSettings
from .loader import SettingsError, load_settings, parse_settings
from .model import Settings
from .template import SETTINGS_TEMPLATE
from .watch import SettingsStore

__all__ = [
    "SETTINGS_TEMPLATE",
    "ConsoleSettings",
    "Settings",
    "SettingsError",
    "SettingsStore",
    "load_settings",
    "parse_settings",
]
