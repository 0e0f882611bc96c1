"""The policy file that a new workspace starts with."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

POLICY_TEMPLATE: Final = files(__package__).joinpath("template.toml").read_text(encoding="utf-8")
"""A file of comments: it says nothing yet, and shows everything that it could say."""
