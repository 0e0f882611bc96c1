"""Settings of the tools: who mail comes from, and which commands there are."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints

from .base import Section

CommandName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
Word: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=4_096, pattern=r"^[^\x00]*$")]
VariableName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]


def _expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error.msg}") from None
    return pattern


class EmailSettings(Section):
    """The table ``[tools.email]``."""

    sender: Annotated[str, StringConstraints(min_length=3, max_length=254)] = "watchfloor@localhost"
    """The address that mail is from."""
    max_recipients: int = Field(default=20, ge=1, le=500)
    """Most addresses of one mail, copies included."""


class CommandSettings(Section):
    """One table ``[tools.commands.NAME]``: a program that actions may run exactly as declared, never by a shell."""

    argv: tuple[Word, ...] = Field(min_length=1, max_length=100)
    """The program and its fixed arguments."""
    description: Annotated[str, StringConstraints(max_length=200)] = ""
    """What it does, for the operator."""
    max_arguments: int = Field(default=0, ge=0, le=50)
    """Most arguments that an action may add behind ``--``; 0 lets it add none."""
    argument_pattern: Annotated[str, StringConstraints(max_length=200), AfterValidator(_expression)] = (
        r"[A-Za-z0-9][A-Za-z0-9._/@=+:,-]{0,199}"
    )
    """Regular expression that each added argument has to match from end to end."""
    directory: Annotated[str, StringConstraints(max_length=1_024)] = "."
    """Where it runs, relative to the workspace."""
    environment: tuple[VariableName, ...] = Field(default=(), max_length=50)
    """Variables passed on besides PATH, HOME, LANG, LC_ALL and TZ."""
    timeout_seconds: int = Field(default=60, ge=1, le=3_600)
    """Seconds until it is stopped."""
    effect: Literal["none", "local", "outward"] = "outward"
    """How far its effect reaches, for the operator and the risk."""


class ToolsSettings(Section):
    """The table ``[tools]``."""

    email: EmailSettings = EmailSettings()
    """Mail."""
    commands: dict[CommandName, CommandSettings] = Field(default_factory=dict, max_length=200)
    """Programs by the name that actions call them."""
