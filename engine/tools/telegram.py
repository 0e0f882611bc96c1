"""The Telegram Bot API: sending and fetching, with every failure named for what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import WatchfloorError
from ..governance.ports import ToolError
from ..settings.connections import TelegramSettings
from .secrets import SecretError, Secrets

if TYPE_CHECKING:
    import httpx2

TEXT_LIMIT: Final = 4_096
"""Most characters of one message, as Telegram counts them (UTF-16 units)."""
BATCH: Final = 100
"""Most updates of one answer."""
ANSWER_LIMIT: Final = 4 * 1_048_576
"""Most bytes of one answer."""
_SHOWN: Final = 200


class TelegramUnknownError(WatchfloorError):
    """The request was under way when something failed: whether it had its effect is not known."""


class RateLimitedError(ToolError):
    """Telegram wants to be left alone for a while; nothing was sent.

    Attributes:
        seconds: for how long.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Telegram did not take it",
            why=f"too much was sent; it takes no more for {seconds} s",
            remedy="Propose it again then.",
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """Something that was said in a chat.

    Attributes:
        update: its number; one higher is the next offset.
        chat: the chat's id.
        author: the writer's own name for themselves; anybody may call themselves anything.
        author_id: the writer's number.
        text: what was said.
        at: when.
    """

    update: int
    chat: int
    author: str
    author_id: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Updates:
    """One answer to a fetch.

    Attributes:
        messages: what was said.
        ignored: updates of other sorts, among them pressed buttons: none of them ever decides anything.
        following: the offset to ask from next; nothing where nothing came.
    """

    messages: tuple[ChatMessage, ...]
    ignored: int
    following: int | None


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Chat(_Wire):
    id: int


class _User(_Wire):
    id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class _Message(_Wire):
    message_id: int
    date: int = Field(ge=0, le=253_402_300_799)
    chat: _Chat
    sender: _User | None = Field(default=None, alias="from")
    text: str = ""


class _Update(_Wire):
    update_id: int = Field(ge=0, le=2**53)
    message: _Message | None = None


class _Answer(_Wire):
    ok: bool
    result: Any = None
    description: str = ""
    error_code: int = 0
    parameters: dict[str, Any] = Field(default_factory=dict)


class TelegramApi:
    """Speaks to the Bot API.

    Args:
        settings: the table ``[tools.telegram]``.
        secrets: where the bot's token is.
    """

    def __init__(self, settings: TelegramSettings, secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets

    async def send(self, chat: int, text: str) -> int:
        """Say something in a chat, as plain text.

        Returns:
            the message's number.

        Raises:
            ToolError: it was not said, for certain.
            TelegramUnknownError: it may have been said.
        """
        answer = await self._call("sendMessage", {"chat_id": chat, "text": text, "disable_web_page_preview": True})
        try:
            return _Message.model_validate(answer).message_id
        except ValidationError as error:
            raise TelegramUnknownError("Telegram's answer was not understood") from error

    async def updates(self, offset: int) -> Updates:
        """What was said since; asking with an offset also forgets everything before it on Telegram's side.

        Raises:
            ToolError: it cannot be asked now.
            TelegramUnknownError: it did not answer in a way that can be understood.
        """
        asked = {"offset": offset, "limit": BATCH, "timeout": 0, "allowed_updates": ["message"]}
        answer = await self._call("getUpdates", asked)
        if not isinstance(answer, list):
            raise TelegramUnknownError("Telegram's answer was not understood", why="it is no list of updates")
        found: list[ChatMessage] = []
        following: int | None = None
        for raw in answer[:BATCH]:
            try:
                update = _Update.model_validate(raw)
            except ValidationError:
                update = _bare(raw)
            following = max(following or 0, update.update_id + 1)
            if update.message is not None and update.message.text:
                found.append(_said(update.update_id, update.message))
        return Updates(tuple(found), len(answer[:BATCH]) - len(found), following)

    async def _call(self, method: str, body: dict[str, object]) -> object:
        import httpx2

        if self._settings.token is None:
            raise ToolError("Telegram cannot be used", why="the settings name no token")
        try:
            token = self._secrets.read(self._settings.token)
        except SecretError as error:
            raise ToolError("Telegram cannot be used", why=error.sentence()) from error
        url = f"{self._settings.api}/bot{token}/{method}"
        try:
            async with (
                httpx2.AsyncClient(timeout=self._settings.timeout_seconds, follow_redirects=False) as client,
                client.stream("POST", url, json=body) as response,
            ):
                content = await _bounded(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.InvalidURL) as error:
            raise ToolError("Telegram cannot be reached", why=type(error).__name__) from None
        except httpx2.HTTPError as error:
            # The words of these errors may hold the URL, and the URL holds the token.
            raise TelegramUnknownError("Telegram did not answer", why=type(error).__name__) from None
        return _result(response.status_code, content, response.headers.get("retry-after", ""))


async def _bounded(response: httpx2.Response) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > ANSWER_LIMIT:
            raise TelegramUnknownError("Telegram's answer was not understood", why=f"over {ANSWER_LIMIT} bytes")
    return bytes(content)


def _result(status: int, content: bytes, retry_after: str) -> object:
    try:
        answer = _Answer.model_validate_json(content)
    except ValidationError:
        if status == 429:
            raise RateLimitedError(_seconds(retry_after)) from None
        if 400 <= status < 500:
            raise ToolError("Telegram refused it", why=f"HTTP {status}") from None
        raise TelegramUnknownError("Telegram's answer was not understood", why=f"HTTP {status}") from None
    if answer.ok and status < 300:
        return answer.result
    if status == 429 or answer.error_code == 429:
        raise RateLimitedError(_seconds(answer.parameters.get("retry_after", retry_after)))
    said = " ".join("".join(char if char.isprintable() else " " for char in answer.description).split())[:_SHOWN]
    if status >= 500:
        raise TelegramUnknownError("Telegram failed", why=f"HTTP {status}: {said}")
    raise ToolError("Telegram refused it", why=f"{answer.error_code or status} {said}")


def _seconds(told: object) -> int:
    try:
        return max(1, min(int(str(told)), 86_400))
    except ValueError:
        return 60


def _bare(raw: object) -> _Update:
    """The number alone of an update that is of no use: it has to be stepped over, or it would come for ever.

    Raises:
        TelegramUnknownError: it has not even that.
    """
    try:
        return _Update.model_validate({"update_id": raw["update_id"]} if isinstance(raw, dict) else raw)
    except (KeyError, ValidationError):
        raise TelegramUnknownError("Telegram's answer was not understood", why="an update has no number") from None


def _said(update: int, message: _Message) -> ChatMessage:
    sender = message.sender
    name = " ".join(part for part in (sender.first_name, sender.last_name) if part) if sender else ""
    return ChatMessage(
        update=update,
        chat=message.chat.id,
        author=name or (sender.username if sender else "") or "somebody",
        author_id=sender.id if sender else 0,
        text=message.text,
        at=datetime.fromtimestamp(message.date, UTC),
    )
