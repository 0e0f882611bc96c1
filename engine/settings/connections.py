"""Settings of what tools talk to: notification services, Telegram, MCP servers; and where their secrets are."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from .base import Section

SecretRef: TypeAlias = Annotated[
    str, StringConstraints(max_length=1_005, pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]{0,63}|file:[^\x00]+)$")
]
"""Where a secret is: ``env:NAME`` or ``file:PATH`` (readable by its owner alone, relative to the workspace)."""
TargetName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
ToolName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
EffectName: TypeAlias = Literal["none", "local", "outward"]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is no URL") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or port == 0:
        raise ValueError("is no https URL")
    if parts.username or parts.password:
        raise ValueError("holds a login; put the secret into an env: or file: reference")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("is not https; plain http is only for this machine")
    return url


GuardedUrl: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(_guarded_url)]
"""An https URL, or an http URL of this machine; without a login."""


class NotifyTarget(Section):
    """One table ``[tools.notify.targets.NAME]``: somewhere that notifications go."""

    url: SecretRef
    """Where its Apprise URL is (``slack://…``, ``ntfys://…``, ``mailtos://…``): ``env:NAME`` or ``file:PATH``."""
    by_default: bool = True
    """It gets what names no target."""


class NotifySettings(Section):
    """The table ``[tools.notify]``."""

    targets: dict[TargetName, NotifyTarget] = Field(default_factory=dict, max_length=20)
    """Where notifications go, by name."""
    attempts: int = Field(default=8, ge=1, le=20)
    """How often each delivery is tried before it is given up and shown."""
    retry_first_seconds: int = Field(default=30, ge=1, le=3_600)
    """Seconds before the second try; doubled for each further one."""
    retry_limit_seconds: int = Field(default=3_600, ge=1, le=86_400)
    """Most seconds between tries."""
    timeout_seconds: int = Field(default=20, ge=1, le=120)
    """Seconds for one try."""


class TelegramSettings(Section):
    """The table ``[tools.telegram]``."""

    token: SecretRef | None = None
    """Where the bot's token is: ``env:NAME`` or ``file:PATH``; without it there are no Telegram tools."""
    chats: dict[TargetName, int] = Field(default_factory=dict, max_length=50)
    """Chats that may be written to and heard, by the name that actions use: their numeric ids."""
    channel: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")] = "telegram"
    """The channel in which what they say arrives."""
    api: GuardedUrl = "https://api.telegram.org"
    """Where the Bot API is."""
    timeout_seconds: int = Field(default=20, ge=1, le=120)
    """Seconds for one request."""
    poll_seconds: int = Field(default=0, ge=0, le=86_400)
    """The engine looks for messages by itself so often; 0 leaves that to the tool ``telegram_poll``."""


class McpServerSettings(Section):
    """One table ``[tools.mcp.NAME]``: an MCP server whose tools actions may use."""

    argv: tuple[Annotated[str, StringConstraints(min_length=1, max_length=4_096, pattern=r"^[^\x00]*$")], ...] = Field(
        default=(), max_length=100
    )
    """Program and arguments of a server that is started here and spoken to over its standard streams."""
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    """The program's SHA-256; it is not started while it is another one. Required with ``argv``."""
    pinned: dict[str, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]] = Field(
        default_factory=dict, max_length=20
    )
    """Further files that must be as they were, such as the script that ``argv`` names: path to SHA-256."""
    environment: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")], ...] = Field(
        default=(), max_length=50
    )
    """Variables passed on besides PATH, HOME, LANG, LC_ALL and TZ."""
    url: GuardedUrl | None = None
    """Instead of ``argv``: a server that is reached over streamable HTTP."""
    token: SecretRef | None = None
    """With ``url``: where the bearer token is; required unless the server is on this machine."""
    effect: EffectName = "outward"
    """How far its tools' effects reach; what the server says about itself is never believed."""
    effects: dict[ToolName, EffectName] = Field(default_factory=dict, max_length=200)
    """The same for single tools."""
    idempotent: tuple[ToolName, ...] = Field(default=(), max_length=200)
    """Tools that may run twice for the same action."""
    tools: tuple[ToolName, ...] = Field(default=(), max_length=200)
    """Only these tools; empty takes all."""
    timeout_seconds: int = Field(default=60, ge=1, le=3_600)
    """Seconds for one call."""
    connect_seconds: int = Field(default=20, ge=1, le=300)
    """Seconds to start, to shake hands and to list tools."""
    refresh_seconds: int = Field(default=60, ge=5, le=3_600)
    """The tools are listed again so often, which also shows whether the server lives."""

    @model_validator(mode="after")
    def _one_way(self) -> McpServerSettings:
        if bool(self.argv) == (self.url is not None):
            raise ValueError("needs either argv or url")
        if self.argv and not self.sha256:
            raise ValueError("argv needs the program's sha256, so that another program is not started in its place")
        if self.url is not None:
            if self.sha256 or self.pinned or self.environment:
                raise ValueError("sha256, pinned and environment go with argv")
            if self.token is None and not is_loopback(urlsplit(self.url).hostname or ""):
                raise ValueError("needs a token: only a server of this machine may go without")
        elif self.token is not None:
            raise ValueError("a token goes with url; pass a variable on with environment")
        return self
