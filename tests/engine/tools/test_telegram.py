"""Telegram against a server that speaks its Bot API: what is said and heard, and what every failure means."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from engine.canonical import JSON
from engine.governance import ArgumentsError, Effect, ToolError
from engine.tools.telegram import ChatMessage, RateLimitedError, TelegramUnknownError

from .surroundings import context, registry
from .web import Web, answer, open_web

TOKEN = "7000000001:AAtest-token-of-nobody-in-particular"  # opens nothing
SAID = answer(200, {"ok": True, "result": {"message_id": 7, "date": 1, "chat": {"id": -100}}})
WORDS: dict[str, JSON] = {"chat": "team", "text": "*40* seats <b>now</b> @everyone"}


class Inbox:
    """Keeps what it takes, as the engine's does."""

    def __init__(self) -> None:
        self.messages: list[ChatMessage] = []
        self.following = 0

    async def offset(self) -> int:
        return self.following

    async def take(self, messages: tuple[ChatMessage, ...], following: int) -> int:
        self.messages += messages
        self.following = following
        return len(messages)


def settings(url: str, **table: object) -> dict[str, object]:
    return {"telegram": {"api": url, "token": "env:BOT", "chats": {"team": -100}, "timeout_seconds": 5, **table}}


async def say(folder: Path, web: Web, **table: object) -> str:
    tools = registry(folder, settings(web.url, **table), {"BOT": TOKEN})
    call = tools.prepare("telegram_send", WORDS)
    return (await tools.run("telegram_send", call.arguments, context(folder))).summary


def update(number: int, text: str = "hello", chat: int = -100) -> dict[str, Any]:
    sender = {"id": 5, "first_name": "Ana", "is_bot": False}
    return {
        "update_id": number,
        "message": {"message_id": 1, "date": 1772443800, "chat": {"id": chat}, "from": sender, "text": text},
    }


async def test_it_says_plain_text_in_an_allowed_chat(tmp_path: Path) -> None:
    async with open_web(SAID) as web:
        assert await say(tmp_path, web) == "said in the Telegram chat team"
    (asked,) = web.asked
    assert asked.path == f"/bot{TOKEN}/sendMessage"
    assert asked.json == {"chat_id": -100, "text": WORDS["text"], "disable_web_page_preview": True}
    assert "parse_mode" not in asked.json


async def test_only_chats_of_the_settings_are_written_to(tmp_path: Path) -> None:
    async with open_web(SAID) as web:
        tools = registry(tmp_path, settings(web.url), {"BOT": TOKEN})
        with pytest.raises(ArgumentsError, match="the settings do not allow it"):
            tools.prepare("telegram_send", {**WORDS, "chat": "-200"})
        with pytest.raises(ArgumentsError):
            tools.prepare("telegram_send", {**WORDS, "text": "x" * 4_097})
        with pytest.raises(ArgumentsError):
            tools.prepare("telegram_send", {**WORDS, "text": "\U0001f600" * 2_049})
        assert tools.prepare("telegram_send", WORDS).recipients == ("telegram:-100",)
    assert web.asked == []


@pytest.mark.parametrize(
    ("answered", "match"),
    [
        (answer(403, {"ok": False, "error_code": 403, "description": "bot was kicked"}), "403 bot was kicked"),
        (answer(400, {"ok": False, "error_code": 400, "description": "chat not found\x1b[2J"}), "chat not found"),
        (answer(401, "no json"), "HTTP 401"),
        (answer(404, ""), "HTTP 404"),
    ],
)
async def test_a_no_is_certain(tmp_path: Path, answered: bytes, match: str) -> None:
    async with open_web(answered) as web:
        with pytest.raises(ToolError, match=match) as caught:
            await say(tmp_path, web)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "answered",
    [
        answer(429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 17}}),
        answer(429, "slow down", retry_after="17"),
    ],
)
async def test_a_rate_limit_says_how_long(tmp_path: Path, answered: bytes) -> None:
    async with open_web(answered) as web:
        with pytest.raises(RateLimitedError, match="17 s") as caught:
            await say(tmp_path, web)
    assert caught.value.seconds == 17


@pytest.mark.parametrize(
    "answered",
    [
        answer(500, {"ok": False, "description": "oops"}),
        answer(502, "<html>bad gateway"),
        answer(200, "no json at all"),
        answer(200, {"ok": True, "result": "what"}),
        answer(302, "", location="http://127.0.0.1:1/elsewhere"),
        b"garbage that is no HTTP\r\n\r\n",
        b"",
    ],
)
async def test_what_may_have_been_said_is_not_called_certain(tmp_path: Path, answered: bytes) -> None:
    async with open_web(answered) as web:
        with pytest.raises(TelegramUnknownError) as caught:
            await say(tmp_path, web)
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None or TOKEN not in str(caught.value.__cause__)
    assert len(web.asked) == 1


async def test_silence_is_not_called_certain(tmp_path: Path) -> None:
    silent = asyncio.Event()

    async def nothing(_: object) -> bytes:
        await silent.wait()
        return b""

    async with open_web(nothing) as web:
        with pytest.raises(TelegramUnknownError, match="ReadTimeout"):
            await say(tmp_path, web, timeout_seconds=1)
        silent.set()


async def test_nobody_there_is_certain(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(ToolError, match="cannot be reached") as caught:
            await say(tmp_path, Web([], port=free.getsockname()[1]))
    assert TOKEN not in str(caught.value)


async def test_what_was_said_is_taken_in_once_and_in_order(tmp_path: Path) -> None:
    inbox = Inbox()
    first = [update(10, "one"), update(11, "evil", chat=-666), {"update_id": 12, "callback_query": {"data": "approve"}}]
    odd = [{"update_id": 13, "message": {"no": "sense"}}, update(14, "two")]
    answers = [answer(200, {"ok": True, "result": batch}) for batch in (first, odd, [])]
    async with open_web(*answers) as web:
        tools = registry(tmp_path, settings(web.url), {"BOT": TOKEN}, inbox=inbox)
        spec = tools.spec("telegram_poll")
        assert spec is not None
        assert (spec.effect, spec.idempotent) == (Effect.LOCAL, True)
        result = await tools.run("telegram_poll", {}, context(tmp_path))
    assert [message.text for message in inbox.messages] == ["one", "two"]
    assert result.data == {"taken": 2, "refused": 1, "ignored": 2}
    assert [one.json["offset"] for one in web.asked] == [0, 13, 15]
    assert {tuple(one.json["allowed_updates"]) for one in web.asked} == {("message",)}
    assert inbox.messages[0].author == "Ana"


@pytest.mark.parametrize("result", [{"no": "list"}, [{"message": {}}], [3], None])
async def test_updates_that_make_no_sense_move_nothing(tmp_path: Path, result: object) -> None:
    inbox = Inbox()
    async with open_web(answer(200, {"ok": True, "result": result})) as web:
        tools = registry(tmp_path, settings(web.url), {"BOT": TOKEN}, inbox=inbox)
        with pytest.raises(TelegramUnknownError):
            await tools.run("telegram_poll", {}, context(tmp_path))
    assert (inbox.messages, inbox.following) == ([], 0)


async def test_an_endless_answer_is_cut(tmp_path: Path) -> None:
    endless = answer(200, "x" * (4 * 1_048_576 + 1))
    async with open_web(endless) as web:
        tools = registry(tmp_path, settings(web.url), {"BOT": TOKEN}, inbox=Inbox())
        with pytest.raises(TelegramUnknownError, match="bytes"):
            await tools.run("telegram_poll", {}, context(tmp_path))


def test_without_a_token_there_is_no_telegram(tmp_path: Path) -> None:
    names = registry(tmp_path, {}).schemas.keys()
    assert not {name for name in names if name.startswith("telegram")}


@pytest.mark.parametrize(
    "table",
    [
        {"token": TOKEN},
        {"token": "env:BOT", "api": "http://api.telegram.example"},
        {"token": "env:BOT", "api": "https://user:pass@api.telegram.example"},
        {"token": "env:BOT", "chats": {"team": "@name"}},
    ],
)
def test_settings_that_would_leak_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        registry(Path(), {"telegram": table})
