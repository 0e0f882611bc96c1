"""Every tool that the engine brings along, as the settings want them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..settings.tools import ToolsSettings
from .account_context import AccountContextTool
from .base import Tool
from .briefing import BriefingTool
from .calendar import CalendarTool
from .chat import ChatTool, Hear, nobody_hears
from .command import CommandTool
from .crm import CrmUpdateTool
from .declared import DeclaredTool
from .digest import DigestTool
from .email import EmailTool
from .fingerprints import Fingerprints
from .interaction import InteractionTool
from .memory import Figures, MemoryStatsTool
from .notify import NotifyTool
from .permission import PermissionTool
from .secrets import Secrets
from .telegram import TelegramApi
from .telegram_tools import TelegramInbox, TelegramPollTool, TelegramSendTool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tools need of the engine that they work in.

    Attributes:
        workspace: the directory whose files they read and write.
        environ: where ``env:`` secrets and variables for programs come from.
        learn: told of each secret that was read, so that it is masked wherever it turns up.
        figures: what the engine measures about itself; without it there is no ``memory_stats``.
        inbox: takes in what Telegram chats say; without it there is no ``telegram_poll``.
        hear: has personas hear what is said in channels.
    """

    workspace: Path = field(default_factory=Path.cwd)
    environ: Mapping[str, str] = field(default_factory=dict)
    learn: Callable[[str], None] = lambda _: None
    figures: Figures | None = None
    inbox: TelegramInbox | None = None
    hear: Hear = nobody_hears

    @property
    def secrets(self) -> Secrets:
        """Reads the secrets that the settings point to."""
        return Secrets(self.environ, self.workspace, self.learn)


def built_in_tools(settings: ToolsSettings, around: Surroundings | None = None) -> tuple[Tool[Any], ...]:
    """Every tool that the engine brings along; those that the settings leave without a counterpart are left out."""
    around = around or Surroundings()
    command = CommandTool(dict(settings.commands), around.workspace, around.environ, Fingerprints())
    tools: list[Tool[Any]] = [
        EmailTool(settings.email, around.secrets, around.workspace),
        CalendarTool(settings.email, around.secrets, around.workspace),
        ChatTool(around.hear),
        InteractionTool(),
        CrmUpdateTool(),
        BriefingTool(),
        DigestTool(),
        AccountContextTool(),
        NotifyTool(settings.notify),
        PermissionTool(),
        command,
        *(DeclaredTool(key, declared, command) for key, declared in settings.commands.items()),
    ]
    if around.figures is not None:
        tools.append(MemoryStatsTool(around.figures))
    telegram = settings.telegram
    if telegram.token is not None:
        api = TelegramApi(telegram, around.secrets)
        tools.append(TelegramSendTool(telegram, api))
        if around.inbox is not None:
            tools.append(TelegramPollTool(telegram, api, around.inbox))
    return tuple(tools)
