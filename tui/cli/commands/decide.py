"""``approvals approve`` and ``reject``: a decision binds to the bytes that were shown."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final, Literal

import click

from engine.commands import ApproveAction, DecideMany, RejectAction
from engine.errors import WatchfloorError
from engine.queries import STATUS, AskDetail, AskNothing
from engine.view import Risk

from ..arguments import checked
from ..exits import Exit
from ..printing import print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command
from .approvals import print_approval, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.client import EngineClient, Reply
    from engine.view import ApprovalView

_SHORTEST: Final = 8
_TYPED: Final = 4


class Digest(click.ParamType[str]):
    """The whole digest, or at least its last eight digits."""

    name = "digest"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The digits in lower case.

        Raises:
            click.BadParameter: they are too few, or no hexadecimal digits.
        """
        digits = value.lower().removeprefix("…")
        if not re.fullmatch(rf"[0-9a-f]{{{_SHORTEST},64}}", digits):
            self.fail(f"at least its last {_SHORTEST} hexadecimal digits are needed.", param, ctx)
        return digits


@command("approve")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask; needs --digest for each.")
@click.option(
    "--digest",
    "digests",
    type=Digest(),
    multiple=True,
    metavar="HEX",
    help="The digest that you read, or its last 8 digits or more. Repeat it for several actions.",
)
def approve(session: Session, ids: tuple[str, ...], *, yes: bool, digests: tuple[str, ...]) -> int:
    """Approve actions: the whole payload of each is shown first, and the yes is to exactly that.

    Several at once are of one kind; each is checked by itself, and what came of each is told.
    """
    if yes and not digests:
        raise click.UsageError("--yes needs --digest, so that the yes is to what you have read")
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("standard input is not a terminal: use --yes with --digest")

    async def work(client: EngineClient) -> tuple[Reply, bool]:
        found = await _found(client, ids, digests)
        if not yes:
            for one in found:
                print_approval(one)
                say()
            _confirm(found, await _why_twice(client))
        return await _answer(client, "approve", found, ""), client.attached

    reply, attached = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data, "engine_running": attached})
        return _exit(reply)
    _tell(reply)
    if not attached:
        say("No engine is running: the action runs when one starts.")
    return _exit(reply)


@command("reject")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why not; the proposer reads it.")
@click.option("--digest", "digests", type=Digest(), multiple=True, metavar="HEX", help="Reject only what has these.")
def reject(session: Session, ids: tuple[str, ...], reason: str, digests: tuple[str, ...]) -> int:
    """Reject actions, with a reason that their proposer reads."""

    async def work(client: EngineClient) -> Reply:
        return await _answer(client, "reject", await _found(client, ids, digests), reason)

    reply = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data})
    else:
        _tell(reply)
    return _exit(reply)


async def _found(client: EngineClient, ids: Sequence[str], digests: Sequence[str]) -> list[ApprovalView]:
    found = [await whole(client, checked(AskDetail, scope="action", id=each)) for each in dict.fromkeys(ids)]
    for one in found:
        # With several it does not matter which digest belongs to which: each action has to have one that was read.
        read = next((digest for digest in digests if one.digest.endswith(digest)), digests[0] if digests else None)
        insist_as_read(one, read)
    return found


async def _answer(
    client: EngineClient, verdict: Literal["approve", "reject"], found: Sequence[ApprovalView], reason: str
) -> Reply:
    shown = [{"id": one.id, "revision": one.revision, "digest": one.digest} for one in found]
    if len(shown) > 1:
        return await client.send(
            "action.decide_many", checked(DecideMany, verdict=verdict, items=tuple(shown), reason=reason)
        )
    if verdict == "approve":
        return await client.send("action.approve", checked(ApproveAction, **shown[0]))
    return await client.send("action.reject", checked(RejectAction, **shown[0], reason=reason))


async def _why_twice(client: EngineClient) -> str:
    """Why this operator is asked once more; empty where nothing is unusual."""
    view = await client.query(STATUS, AskNothing())
    return dict(view.approvals.fatigue).get(client.operator.name, "")


def _tell(reply: Reply) -> None:
    say(reply.text)
    results = reply.data.get("results")
    if isinstance(results, list):
        rows = [
            (str(row["id"]), str(row.get("status") or row.get("code")), str(row.get("why") or "")) for row in results
        ]
        print_table(("id", "is", "why not"), rows)


def _exit(reply: Reply) -> int:
    """Failed where any of several was refused."""
    results = reply.data.get("results")
    refused = isinstance(results, list) and any(not row["done"] for row in results)
    return Exit.FAILED if refused else Exit.OK


def insist_as_read(found: ApprovalView, digest: str | None) -> None:
    """Make sure that an action is the one whose digest was read.

    Raises:
        WatchfloorError: it is another.
    """
    if digest is not None and not found.digest.endswith(digest):
        raise WatchfloorError(
            "the action is not the one that was read",
            why=f"its digest now ends in {found.digest[-_SHORTEST:]} (revision {found.revision})",
            remedy=f"Read it again with `watchfloor approvals show {found.id}`.",
        )


def _confirm(found: Sequence[ApprovalView], why_twice: str) -> None:
    if not all(one.payload_complete for one in found):
        raise WatchfloorError(
            "the action cannot be approved here",
            why="its payload is too long to be shown whole",
            remedy="Read it with `watchfloor approvals show --json`, then approve with --yes and --digest.",
        )
    if why_twice:
        say(f"You are asked once more: {why_twice}.")
    if len(found) > 1:
        _typed(f"Type how many these are to approve all of them ({found[0].kind})", str(len(found)), "the number")
    elif found[0].risk is Risk.HIGH or why_twice:
        risk = "HIGH risk. " if found[0].risk is Risk.HIGH else ""
        _typed(
            f"{risk}Type the last {_TYPED} of the digest to approve", found[0].digest[-_TYPED:], "the end of the digest"
        )
    else:
        click.confirm("Approve exactly this?", default=False, abort=True)


def _typed(question: str, expected: str, what: str) -> None:
    typed = click.prompt(question, default="", show_default=False)
    if typed.strip().lower() != expected:
        raise WatchfloorError("not approved", why=f"that was not {what}")
