"""``approvals approve`` and ``reject``: a decision binds to the bytes that were shown."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

import click

from engine.commands import ApproveAction, RejectAction
from engine.errors import WatchfloorError
from engine.queries import AskDetail
from engine.view import Risk

from ..arguments import checked
from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command
from .approvals import print_approval, whole

if TYPE_CHECKING:
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
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask; needs --digest.")
@click.option("--digest", type=Digest(), metavar="HEX", help="The digest that you read, or its last 8 digits or more.")
def approve(session: Session, id_: str, *, yes: bool, digest: str | None) -> None:
    """Approve an action: its whole payload is shown first, and the yes is to exactly that."""
    if yes and digest is None:
        raise click.UsageError("--yes needs --digest, so that the yes is to what you have read")
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("standard input is not a terminal: use --yes with --digest")
    ask = checked(AskDetail, scope="action", id=id_)

    async def work(client: EngineClient) -> tuple[Reply, bool]:
        found = await whole(client, ask)
        insist_as_read(found, digest)
        if not yes:
            print_approval(found)
            _confirm(found)
        arguments = checked(ApproveAction, id=found.id, revision=found.revision, digest=found.digest)
        return await client.send("action.approve", arguments), client.attached

    reply, attached = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data, "engine_running": attached})
        return
    say(reply.text)
    if not attached:
        say("No engine is running: the action runs when one starts.")


@command("reject")
@click.argument("id_", metavar="ID")
@click.option("--reason", required=True, help="Why not; the proposer reads it.")
@click.option("--digest", type=Digest(), metavar="HEX", help="Reject only what has this digest.")
def reject(session: Session, id_: str, reason: str, digest: str | None) -> None:
    """Reject an action, with a reason that its proposer reads."""
    ask = checked(AskDetail, scope="action", id=id_)

    async def work(client: EngineClient) -> Reply:
        found = await whole(client, ask)
        insist_as_read(found, digest)
        arguments = checked(RejectAction, id=found.id, revision=found.revision, digest=found.digest, reason=reason)
        return await client.send("action.reject", arguments)

    reply = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data})
    else:
        say(reply.text)


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


def _confirm(found: ApprovalView) -> None:
    if not found.payload_complete:
        raise WatchfloorError(
            "the action cannot be approved here",
            why="its payload is too long to be shown whole",
            remedy="Read it with `watchfloor approvals show --json`, then approve with --yes and --digest.",
        )
    say()
    if found.risk is Risk.HIGH:
        expected = found.digest[-_TYPED:]
        typed = click.prompt(
            f"HIGH risk. Type the last {_TYPED} of the digest to approve", default="", show_default=False
        )
        if typed.strip().lower() != expected:
            raise WatchfloorError("not approved", why="that was not the end of the digest")
    else:
        click.confirm("Approve exactly this?", default=False, abort=True)
