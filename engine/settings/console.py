"""How the console looks and behaves for everybody who opens this workspace."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .base import Section


class WorkspaceSettings(Section):
    """``[workspace]``."""

    name: str = Field(default="", max_length=60)
    """What the header calls this workspace; empty takes the folder's name."""


class ConsoleSettings(Section):
    """``[console]``."""

    theme: str = Field(default="midnight", pattern=r"^[a-z][a-z0-9\-]{0,40}$")
    """Name of a theme: one that is shipped, or a file in the workspace's ``themes`` folder."""

    bell: Literal["off", "on"] = "off"
    """Ring the terminal's bell when something new needs an operator."""

    clipboard_limit: int = Field(default=74_994, ge=256, le=1_000_000)
    """Most characters, after base64 made them a third more, that are copied to the operator's clipboard at once."""


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_Word = Annotated[str, Field(min_length=1, max_length=40)]
Keys = Annotated[
    dict[_Word, Annotated[tuple[_Word, ...], BeforeValidator(_several), Field(max_length=4)]], Field(max_length=200)
]
"""Keys of the console by the id of what they do: the ``[keys]`` table.

A key, or up to four; none leaves it to the palette. The console knows the ids and what a terminal can send, so it
refuses what does not hold.
"""
