"""``send``: a message to a persona or a channel, and with ``--wait`` what comes of it."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

import click

from engine.clock import SystemClock
from engine.commands import SendMessage
from engine.errors import WatchfloorError
from engine.queries import MESSAGE, AskMessage

from ..arguments import checked
from ..exits import Exit
from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply
    from engine.queries import MessageReport

POLL_SECONDS: Final = 0.3
_TEXT_BYTES: Final = 1_048_576
_OPEN: Final = frozenset({"waiting", "in_progress"})


@command("send")
@click.argument("to")
@click.argument("text", nargs=-1, required=True)
@click.option("--wait", is_flag=True, help="Wait for the answer and print it; refused or given up is exit code 1.")
@click.option("--seconds", type=click.IntRange(1, 3_600), default=180, show_default=True, help="Longest wait.")
def send(session: Session, to: str, text: tuple[str, ...], seconds: int, *, wait: bool) -> int:
    """Write TEXT to a persona (its id) or a channel ('#name'); '-' reads the text from standard input."""
    words = _from_input() if text == ("-",) else " ".join(text)
    arguments = checked(SendMessage, to=to, text=words)

    async def work(client: EngineClient) -> tuple[Reply, bool, list[MessageReport]]:
        reply = await client.send("message.send", arguments)
        waits = wait and client.attached
        return reply, client.attached, await _ended(client, _taken_in(reply), seconds) if waits else []

    reply, attached, reports = ask_engine(session, work)
    unanswered = any(report.why.state != "answered" for report in reports)
    if session.json:
        told = {"text": reply.text, "data": reply.data, "engine_running": attached}
        print_json(told | ({"messages": reports} if wait else {}))
    elif reports:
        for report in reports:
            _tell(report)
    else:
        say(reply.text)
        if not attached:
            say("No engine is running: the message waits in the inbox until one starts.")
    return Exit.FAILED if unanswered else Exit.OK


def _taken_in(reply: Reply) -> list[str]:
    """The messages that it became."""
    answers = reply.data.get("answers")
    found = answers if isinstance(answers, list) else []
    return [str(one["id"]) for one in found if isinstance(one, dict) and one.get("id")]


async def _ended(client: EngineClient, ids: list[str], seconds: int) -> list[MessageReport]:
    """Every message, once something has come of it.

    Raises:
        WatchfloorError: nothing has within the time.
    """
    clock = SystemClock()
    until = clock.monotonic() + seconds
    while True:
        reports = [await client.query(MESSAGE, AskMessage(id=one)) for one in ids]
        waiting = [report for report in reports if report.why.state in _OPEN]
        if not waiting:
            return reports
        if clock.monotonic() > until:
            why = waiting[0].why
            raise WatchfloorError(
                f"no answer within {seconds} s",
                why="; ".join(why.blocks) or why.why,
                remedy=f"It goes on waiting; see `watchfloor inbox show {why.id}`.",
            )
        await asyncio.sleep(POLL_SECONDS)


def _tell(report: MessageReport) -> None:
    why, who = report.why, report.message.persona
    if why.state != "answered":
        say(f"{who}: {why.state}{f': {why.why}' if why.why else ''}")
        return
    texts = [said for said in report.said if said.text]
    for said in texts:
        say(f"{who}: {said.text}{'' if said.status == 'executed' else f' ({said.status})'}")
    for said in report.said:
        if not said.text:
            say(f"{who} proposes {said.kind} by {said.tool} ({said.status}): {said.action_id}")
    if not report.said:
        say(f"{who} answered without a word.")


def _from_input() -> str:
    raw = sys.stdin.buffer.read(_TEXT_BYTES + 1)
    if len(raw) > _TEXT_BYTES:
        raise WatchfloorError("the message is too long", why=f"standard input has more than {_TEXT_BYTES} bytes")
    text = raw.decode("utf-8", "replace").rstrip("\n")
    if not text:
        raise WatchfloorError("the message is empty", why="standard input holds nothing")
    return text
