"""The settings file that a new workspace starts with."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

SETTINGS_TEMPLATE: Final = files(__package__).joinpath("template.toml").read_text(encoding="utf-8")
"""A commented file that parses and says what the defaults say anyway, where it says anything."""
