"""``approvals edit``, ``undo``, ``withdraw``, ``settle``, ``claim`` and ``snooze``: all but a plain yes or no."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from engine.commands import ClaimAction, EditAction, SettleAction, SnoozeAction, UndoApproval, WithdrawAction
from engine.errors import WatchfloorError
from engine.queries import AskDetail

from ..arguments import checked
from ..printing import print_facts
from ..reach import ask_engine
from ..replies import print_reply, send
from ..session import Session, command
from .approvals import whole
from .decide import Digest, insist_as_read

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply

_MOST_BYTES: Final = 262_144
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,5}")


class _Setting(click.ParamType[tuple[list[str], Any]]):
    """A JSON pointer and the value that goes there."""

    name = "setting"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[list[str], Any]:
        """The pointer's parts, and the value.

        Raises:
            click.BadParameter: it is no pointer, or what follows is no JSON.
        """
        pointer, sign, text = str(value).partition("=")
        if not sign or not pointer.startswith("/"):
            self.fail(f"{value!r} is not POINTER=JSON: write /subject='\"text\"'.", param, ctx)
        try:
            content = json.loads(text, object_pairs_hook=_distinct)
        except ValueError as error:
            self.fail(f"what follows {pointer}= is not JSON ({error}); text stands in double quotes.", param, ctx)
        return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")], content


@command("edit")
@click.argument("id_", metavar="ID")
@click.option("--set", "settings", type=_Setting(), multiple=True, metavar="POINTER=JSON", help="One argument's value.")
@click.option("--args", "file", metavar="FILE", help="All arguments as JSON, from a file or from - (standard input).")
@click.option("--reason", default="", help="Why, for the proposer and the journal.")
@click.option("--digest", type=Digest(), metavar="HEX", help="Edit only what has this digest.")
def edit(
    session: Session,
    id_: str,
    settings: tuple[tuple[list[str], Any], ...],
    file: str | None,
    reason: str,
    digest: str | None,
) -> None:
    """Change an open question's arguments. It gets a new revision, is judged again, and still has to be answered."""
    if bool(settings) == (file is not None):
        raise click.UsageError("name the changes with --set, or all arguments with --args")
    text = None if file is None else _read(file)

    async def work(client: EngineClient) -> Reply:
        found = await whole(client, checked(AskDetail, scope="action", id=id_))
        insist_as_read(found, digest)
        arguments = checked(
            EditAction,
            id=found.id,
            revision=found.revision,
            digest=found.digest,
            arguments=text if text is not None else _changed(found.arguments, settings),
            reason=reason,
        )
        return await client.send("action.edit", arguments)

    reply = ask_engine(session, work)
    print_reply(session, reply)
    if not session.json:
        print_facts((name, str(reply.data[name])) for name in ("revision", "digest"))


@command("undo")
@click.argument("id_", metavar="ID")
def undo(session: Session, id_: str) -> None:
    """Take a yes back before its action starts: your own of several, or any in its grace period."""
    send(session, "action.undo", checked(UndoApproval, id=id_))


@command("withdraw")
@click.argument("id_", metavar="ID")
@click.option("--reason", default="", help="Why, for the journal.")
def withdraw(session: Session, id_: str, reason: str) -> None:
    """Take your own proposal back before it starts."""
    send(session, "action.withdraw", checked(WithdrawAction, id=id_, reason=reason))


@command("settle")
@click.argument("id_", metavar="ID")
@click.option("--happened/--did-not-happen", default=None, help="Whether its effect is there; say which.")
@click.option("--note", default="", help="What you found, for the journal.")
def settle(session: Session, id_: str, note: str, *, happened: bool | None) -> None:
    """Say what became of an uncertain action, after looking. Nothing runs by it, and it is said once."""
    if happened is None:
        raise click.UsageError("say --happened or --did-not-happen")
    send(session, "action.settle", checked(SettleAction, id=id_, happened=happened, note=note))


@command("claim")
@click.argument("id_", metavar="ID")
@click.option("--release", is_flag=True, help="You no longer look at it.")
def claim(session: Session, id_: str, *, release: bool) -> None:
    """Tell the others that you look at a question. It is a hint, no lock, and lapses by itself."""
    send(session, "action.claim", checked(ClaimAction, id=id_, release=release))


@command("snooze")
@click.argument("id_", metavar="ID")
@click.option(
    "--seconds", type=click.IntRange(0, 86_400), default=300, show_default=True, help="How long; 0 brings it back."
)
def snooze(session: Session, id_: str, seconds: int) -> None:
    """Put a question out of sight for a while. Its deadline stays."""
    send(session, "action.snooze", checked(SnoozeAction, id=id_, seconds=seconds))


def _read(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.read(_MOST_BYTES + 1)
        with Path(file).open(encoding="utf-8") as stream:
            return stream.read(_MOST_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise WatchfloorError(f"{file} cannot be read", why=str(error)) from error


def _changed(arguments: str, settings: tuple[tuple[list[str], Any], ...]) -> str:
    """The arguments with other values at some places.

    Raises:
        click.UsageError: a pointer leads nowhere.
    """
    document: Any = json.loads(arguments)
    for parts, value in settings:
        _put(document, parts, value)
    return json.dumps(document, ensure_ascii=False)


def _put(document: Any, parts: list[str], value: Any) -> None:
    where = document
    for part in parts[:-1]:
        where = _inside(where, part, parts)
    last = parts[-1]
    if isinstance(where, dict):
        where[last] = value
    elif isinstance(where, list) and (last == "-" or last == str(len(where))):
        where.append(value)
    elif isinstance(where, list) and _INDEX.fullmatch(last) and int(last) < len(where):
        where[int(last)] = value
    else:
        raise _nowhere(parts)


def _inside(where: Any, part: str, parts: list[str]) -> Any:
    if isinstance(where, dict) and part in where:
        return where[part]
    if isinstance(where, list) and _INDEX.fullmatch(part) and int(part) < len(where):
        return where[int(part)]
    raise _nowhere(parts)


def _nowhere(parts: list[str]) -> click.UsageError:
    return click.UsageError(f"/{'/'.join(parts)} leads nowhere in the arguments")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found
