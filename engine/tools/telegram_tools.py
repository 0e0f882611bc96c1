"""Telegram as tools: saying something in a chat, and fetching what was said."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Protocol

from pydantic import AfterValidator, StringConstraints

from ..canonical import JSON
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolResult
from ..settings.connections import TelegramSettings
from .base import OutsideTool, ToolArguments
from .telegram import TEXT_LIMIT, ChatMessage, TelegramApi
from .text import Identifier, prose

_MARGIN_SECONDS: Final = 5.0
_MOST_BATCHES: Final = 10


def _fits(text: str) -> str:
    if len(text.encode("utf-16-le")) // 2 > TEXT_LIMIT:
        raise ValueError(f"is longer than {TEXT_LIMIT} characters")
    return text


class TelegramSendArguments(ToolArguments):
    """A message to a chat."""

    chat: Identifier
    """The chat, by its name in the settings."""
    text: Annotated[
        str, StringConstraints(min_length=1, max_length=TEXT_LIMIT), AfterValidator(prose), AfterValidator(_fits)
    ]
    """What to say; plain text, nothing in it is markup."""


class TelegramSendTool(OutsideTool[TelegramSendArguments]):
    """Says something in a chat that the settings allow.

    Args:
        settings: the table ``[tools.telegram]``.
        api: reaches Telegram.
    """

    name: ClassVar[str] = "telegram_send"
    description: ClassVar[str] = "Says something in a Telegram chat."
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = TelegramSendArguments

    def __init__(self, settings: TelegramSettings, api: TelegramApi) -> None:
        self._settings = settings
        self._api = api

    def summary(self, arguments: TelegramSendArguments) -> str:
        return f"says 1 message in the Telegram chat {arguments.chat}"

    def recipients(self, arguments: TelegramSendArguments) -> tuple[str, ...]:
        return (f"telegram:{self._chat(arguments)}",)

    def facts(self, arguments: TelegramSendArguments) -> JSON:
        return {"chat": self._chat(arguments), "api": self._settings.api, "token": self._settings.token}

    def time_limit(self, arguments: TelegramSendArguments) -> float:
        return self._settings.timeout_seconds + _MARGIN_SECONDS

    def usual_time_limit(self) -> float:
        return self._settings.timeout_seconds + _MARGIN_SECONDS

    async def run(self, arguments: TelegramSendArguments, context: ToolContext) -> ToolResult:
        number = await self._api.send(self._chat(arguments), arguments.text)
        return ToolResult(f"said in the Telegram chat {arguments.chat}", {"message": number})

    def _chat(self, arguments: TelegramSendArguments) -> int:
        chat = self._settings.chats.get(arguments.chat)
        if chat is None:
            known = ", ".join(self._settings.chats)
            raise ArgumentsError(
                f"Telegram chat {arguments.chat[:60]} refused",
                why="the settings do not allow it",
                remedy=f"There are: {known}." if known else "Name one in [tools.telegram.chats].",
            )
        return chat


class TelegramInbox(Protocol):
    """Where fetched messages go. Taking them in and moving the offset is one unit of work."""

    async def offset(self) -> int:
        """The number of the first update that was not taken in yet."""
        ...

    async def take(self, messages: tuple[ChatMessage, ...], following: int) -> int:
        """Take messages in and move the offset, unless another fetch did so meanwhile; returns how many."""
        ...


class TelegramPollArguments(ToolArguments):
    """No arguments."""


class TelegramPollTool(OutsideTool[TelegramPollArguments]):
    """Fetches what was said in the chats that the settings allow, and puts it into inboxes.

    Nothing that comes from there decides anything: it is a message like any other, by whoever wrote it.

    Args:
        settings: the table ``[tools.telegram]``.
        api: reaches Telegram.
        inbox: takes the messages in.
    """

    name: ClassVar[str] = "telegram_poll"
    description: ClassVar[str] = "Fetches what was said in the Telegram chats."
    effect: ClassVar[Effect] = Effect.LOCAL
    idempotent: ClassVar[bool] = True
    arguments = TelegramPollArguments

    def __init__(self, settings: TelegramSettings, api: TelegramApi, inbox: TelegramInbox) -> None:
        self._settings = settings
        self._api = api
        self._inbox = inbox

    def summary(self, arguments: TelegramPollArguments) -> str:
        return f"puts new Telegram messages into #{self._settings.channel}"

    def facts(self, arguments: TelegramPollArguments) -> JSON:
        chats: dict[str, JSON] = dict(self._settings.chats)
        return {"chats": chats, "channel": self._settings.channel, "api": self._settings.api}

    def time_limit(self, arguments: TelegramPollArguments) -> float:
        return _MOST_BATCHES * self._settings.timeout_seconds + _MARGIN_SECONDS

    def usual_time_limit(self) -> float:
        return _MOST_BATCHES * self._settings.timeout_seconds + _MARGIN_SECONDS

    async def run(self, arguments: TelegramPollArguments, context: ToolContext) -> ToolResult:
        return await self.poll()

    async def poll(self) -> ToolResult:
        """Fetch until nothing is left, or a bounded number of times.

        Raises:
            ToolError: Telegram cannot be asked now.
            TelegramUnknownError: its answer cannot be understood; what came before it is taken in.
        """
        allowed = frozenset(self._settings.chats.values())
        taken = strange = ignored = 0
        for _ in range(_MOST_BATCHES):
            found = await self._api.updates(await self._inbox.offset())
            ignored += found.ignored
            if found.following is None:
                break
            ours = tuple(one for one in found.messages if one.chat in allowed)
            strange += len(found.messages) - len(ours)
            taken += await self._inbox.take(ours, found.following)
        said = f"{taken} taken in, {strange} from chats that are not allowed, {ignored} of other sorts ignored"
        return ToolResult(said, {"taken": taken, "refused": strange, "ignored": ignored})
