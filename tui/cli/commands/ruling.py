"""``rules allow``, ``deny`` and ``backtest``: a standing rule is made from an example that was read."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from engine.commands import AllowLike, DenyLike
from engine.queries import BACKTEST, AskBacktest, AskDetail

from ..arguments import checked
from ..printing import print_facts, print_json, say
from ..reach import ask_engine
from ..replies import print_reply
from ..session import Session, command
from .approvals import print_approval, whole
from .decide import Digest, insist_as_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.client import EngineClient, Reply
    from engine.queries import Backtest
    from engine.view import ApprovalView

R = TypeVar("R", bound=AllowLike)
W = TypeVar("W", bound="Callable[..., Any]")

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SHOWN_AGAINST: Final = 10
_DAYS: Final = 30


class _Span(click.ParamType[int]):
    """A length of time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The seconds.

        Raises:
            click.BadParameter: it is none.
        """
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([0-9]{1,7})([smhd]?)", value)
        if found is None:
            self.fail(f"{value!r} is not a time: write 90s, 10m, 12h or 7d.", param, ctx)
        return int(found[1]) * _UNITS[found[2]]


_SCOPE: Final = (
    click.option("--same", multiple=True, metavar="POINTER", help="An argument that has to be equal: /to. Repeat it."),
    click.option("--any-proposer", is_flag=True, help="Whoever proposes it, not only the example's proposer."),
    click.option("--any-account", is_flag=True, help="Whatever account it is about, not only the example's."),
)
_BOUNDS: Final = (
    click.option("--uses", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How often, at most."),
    click.option("--for", "lasts", type=_Span(), default="1d", show_default=True, help="How long: 90m, 12h, 7d."),
    click.option("--yes", is_flag=True, help="Do not ask; needs --digest."),
    click.option("--digest", type=Digest(), metavar="HEX", help="The example's digest, or its last 8 digits or more."),
)


def _with(options: tuple[Callable[[Any], Any], ...]) -> Callable[[W], W]:
    def add(work: W) -> W:
        for option in reversed(options):
            work = option(work)
        return work

    return add


@command("backtest")
@click.argument("id_", metavar="ID")
@_with(_SCOPE)
@click.option("--days", type=click.IntRange(1, 365), default=_DAYS, show_default=True, help="How far back.")
def backtest(session: Session, id_: str, days: int, **scope: Any) -> None:
    """Say what a rule made from this example would have answered in the past."""
    ask_whole = checked(AskDetail, scope="action", id=id_)

    async def work(client: EngineClient) -> Backtest:
        rule = _like(AllowLike, await whole(client, ask_whole), **scope)
        return await client.query(BACKTEST, AskBacktest(rule=rule, days=days))

    answer = ask_engine(session, work)
    if session.json:
        print_json(answer)
    else:
        _print_backtest(answer, days)


@command("allow")
@click.argument("id_", metavar="ID")
@_with(_SCOPE)
@_with(_BOUNDS)
def allow(session: Session, id_: str, digest: str | None, *, yes: bool, **scope: Any) -> None:
    """Always allow what is like this action: its scope and its backtest are shown first."""
    _make(session, id_, digest, lambda found: _like(AllowLike, found, **scope), "rule.allow", yes=yes)


@command("deny")
@click.argument("id_", metavar="ID")
@click.option("--reason", required=True, help="Why not; every proposer reads it.")
@_with(_SCOPE)
@_with(_BOUNDS)
def deny(session: Session, id_: str, digest: str | None, *, yes: bool, **scope: Any) -> None:
    """Always deny what is like this action, with a reason that its proposers read."""
    _make(session, id_, digest, lambda found: _like(DenyLike, found, **scope), "rule.deny", yes=yes)


def _make(
    session: Session,
    id_: str,
    digest: str | None,
    make: Callable[[ApprovalView], AllowLike],
    name: str,
    *,
    yes: bool,
) -> None:
    if yes and digest is None:
        raise click.UsageError("--yes needs --digest, so that the rule is made from what you have read")
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("standard input is not a terminal: use --yes with --digest")
    ask_whole = checked(AskDetail, scope="action", id=id_)

    async def work(client: EngineClient) -> Reply:
        found = await whole(client, ask_whole)
        insist_as_read(found, digest)
        rule = make(found)
        if not yes:
            asked = AskBacktest(rule=rule, days=_DAYS)
            answer = await client.query(BACKTEST, asked)
            print_approval(found)
            say()
            _print_backtest(answer, asked.days)
            say(f"holds for {rule.lasts_seconds} s, {rule.uses} uses at most")
            click.confirm("Make this rule?", default=False, abort=True)
        return await client.send(name, rule)

    print_reply(session, ask_engine(session, work))


def _like(
    model: type[R],
    found: ApprovalView,
    *,
    same: tuple[str, ...],
    any_proposer: bool,
    any_account: bool,
    lasts: int | None = None,
    **more: Any,
) -> R:
    bounds = {} if lasts is None else {"lasts_seconds": lasts}
    return checked(
        model,
        id=found.id,
        revision=found.revision,
        digest=found.digest,
        same=same,
        same_proposer=not any_proposer,
        same_account=not any_account,
        **bounds,
        **more,
    )


def _print_backtest(answer: Backtest, days: int) -> None:
    say("would cover")
    print_facts((f"  {name}", value) for name, value in answer.scope)
    if answer.refused:
        print_facts([("refused", answer.refused)])
    told = f"{answer.matched} in the last {days} days"
    parts = (
        ("approved", answer.approved),
        ("rejected", answer.rejected),
        ("expired", answer.expired),
        ("other", answer.other),
    )
    counted = ", ".join(f"{number} {name}" for name, number in parts if number)
    print_facts([("backtest", f"{told}: {counted}" if counted else told)])
    for one in answer.against[:_SHOWN_AGAINST]:
        say(f"  rejected: {one}")
