"""Settings of the tools: who mail comes from and how it leaves, and which commands there are."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from .base import Section
from .connections import McpServerSettings, NotifySettings, SecretRef, TelegramSettings

CommandName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
ServerName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Word: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=4_096, pattern=r"^[^\x00]*$")]
VariableName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
EffectName: TypeAlias = Literal["none", "local", "outward"]


def _expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error.msg}") from None
    return pattern


Pattern: TypeAlias = Annotated[str, StringConstraints(max_length=200), AfterValidator(_expression)]


class SmtpSettings(Section):
    """The table ``[tools.email.smtp]``: the server that mail is handed to; without a host it stays in ``outbox/``."""

    host: Annotated[str, StringConstraints(max_length=253, pattern=r"^[A-Za-z0-9.:_-]*$")] = ""
    """Its name or address; empty writes mail into ``outbox/`` instead of sending it."""
    port: int = Field(default=587, ge=1, le=65_535)
    """Its port."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """``starttls`` from the first word on, ``tls`` from the first byte on, ``none`` only for this machine."""
    username: Annotated[str, StringConstraints(max_length=254)] = ""
    """Who logs in; empty does not log in."""
    password: SecretRef | None = None
    """Where the password is: ``env:NAME`` or ``file:PATH``."""
    ca_file: Annotated[str, StringConstraints(max_length=1_024)] = ""
    """Certificates to trust instead of the system's, PEM, relative to the workspace."""
    timeout_seconds: int = Field(default=30, ge=1, le=300)
    """Seconds for one mail, from connecting to the server's last word."""

    @model_validator(mode="after")
    def _whole(self) -> SmtpSettings:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together")
        if self.security == "none" and self.host not in {"", "localhost", "127.0.0.1", "::1"}:
            raise ValueError('security = "none" is only for this machine; use starttls or tls')
        return self


class EmailSettings(Section):
    """The table ``[tools.email]``."""

    sender: Annotated[str, StringConstraints(min_length=3, max_length=254)] = "watchfloor@localhost"
    """The address that mail is from."""
    max_recipients: int = Field(default=20, ge=1, le=500)
    """Most addresses of one mail, copies included."""
    smtp: SmtpSettings = SmtpSettings()
    """The server that it is handed to."""


class ParameterSettings(Section):
    """One table ``[tools.commands.NAME.parameters.NAME]``: a word that an action may choose."""

    type: Literal["text", "integer", "choice", "file"] = "text"
    """What it may be; a ``file`` lies under ``root`` and its content is part of what is approved."""
    pattern: Pattern = r"[A-Za-z0-9][A-Za-z0-9._/@=+:,-]{0,199}"
    """For ``text``: regular expression that it has to match from end to end."""
    minimum: int = Field(default=0, ge=-(2**53), le=2**53)
    """For ``integer``: the least."""
    maximum: int = Field(default=1_000_000, ge=-(2**53), le=2**53)
    """For ``integer``: the most."""
    choices: tuple[Word, ...] = Field(default=(), max_length=100)
    """For ``choice``: what there is to choose from."""
    root: Annotated[str, StringConstraints(min_length=1, max_length=1_024)] = "."
    """For ``file``: the folder that it lies in, relative to the workspace."""
    flag: Annotated[str, StringConstraints(max_length=100, pattern=r"^(-[^\x00\s]*)?$")] = ""
    """Put before the word, as a word of its own (``--title``); empty puts the word behind ``--``."""
    required: bool = True
    """Whether an action has to choose it."""

    @model_validator(mode="after")
    def _whole(self) -> ParameterSettings:
        if self.type == "choice" and not self.choices:
            raise ValueError("a choice needs choices")
        if self.minimum > self.maximum:
            raise ValueError("minimum is more than maximum")
        return self


class CommandSettings(Section):
    """One table ``[tools.commands.NAME]``: a program that actions may run exactly as declared, never by a shell."""

    argv: tuple[Word, ...] = Field(min_length=1, max_length=100)
    """The program and its fixed arguments."""
    description: Annotated[str, StringConstraints(max_length=200)] = ""
    """What it does, for the operator."""
    parameters: dict[CommandName, ParameterSettings] = Field(default_factory=dict, max_length=50)
    """Words that an action may choose, by name, in this order."""
    max_arguments: int = Field(default=0, ge=0, le=50)
    """Most further arguments that an action may add behind ``--``; 0 lets it add none."""
    argument_pattern: Pattern = r"[A-Za-z0-9][A-Za-z0-9._/@=+:,-]{0,199}"
    """Regular expression that each added argument has to match from end to end."""
    directory: Annotated[str, StringConstraints(max_length=1_024)] = "."
    """Where it runs, relative to the workspace."""
    environment: tuple[VariableName, ...] = Field(default=(), max_length=50)
    """Variables passed on besides PATH, HOME, LANG, LC_ALL and TZ."""
    timeout_seconds: int = Field(default=60, ge=1, le=3_600)
    """Seconds until it is stopped."""
    cpu_seconds: int = Field(default=600, ge=1, le=86_400)
    """Seconds of processor time that it and each of its children may use."""
    memory_mb: int = Field(default=0, ge=0, le=1_048_576)
    """Megabytes of address space that each of its processes may use; 0 sets no limit."""
    file_mb: int = Field(default=1_024, ge=0, le=1_048_576)
    """Megabytes that one file that it writes may have."""
    processes: int = Field(default=0, ge=0, le=100_000)
    """Most processes that this user may have while it starts more; 0 sets no limit."""
    effect: EffectName = "outward"
    """How far its effect reaches, for the operator and the risk."""
    idempotent: bool = False
    """Running it twice for the same action does no harm; it finds the action's id in WATCHFLOOR_ACTION."""
    cost_cents: int = Field(default=0, ge=0, le=100_000_000)
    """What one run spends, in cents, for budgets."""


class ToolsSettings(Section):
    """The table ``[tools]``."""

    email: EmailSettings = EmailSettings()
    """Mail."""
    notify: NotifySettings = NotifySettings()
    """Notifications."""
    telegram: TelegramSettings = TelegramSettings()
    """Telegram."""
    commands: dict[CommandName, CommandSettings] = Field(default_factory=dict, max_length=200)
    """Programs by the name that actions call them."""
    mcp: dict[ServerName, McpServerSettings] = Field(default_factory=dict, max_length=50)
    """MCP servers by name; their tools are called ``mcp.NAME.TOOL``."""
