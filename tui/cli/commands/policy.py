"""``policy``: what may run by itself, what asks, and why."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.queries import EXPLAIN, POLICY, AskExplain, AskNothing

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import Explanation, PolicyView

_COMMANDS: Final = {
    "explain": ("commands.policy:explain", "Say what the policy says to a kind or an action, and why."),
    "check": ("commands.policy:check", "Try a policy file: its lines, its tests, what it would change."),
    "show": ("commands.policy:show", "Show the policy in force, besides the built-in rules."),
}

_ID: Final = re.compile(r"[0-9a-f-]{4,36}")


@click.group("policy", cls=LazyGroup, lazy=_COMMANDS)
def policy() -> None:
    """What may run by itself, what asks, and why."""


@command("explain")
@click.argument("what", metavar="KIND|ACTION-ID")
@click.option("--tool", default="", help="The tool that would do it; any without.")
@click.option("--args", "arguments", default="{}", metavar="JSON", help="Its arguments as a JSON object.")
@click.option("--account", default="", help="The account that it would be about; its stage is looked up.")
@click.option("--stage", default="", help="A stage to suppose.")
@click.option("--proposer", default="", help="Who would ask, as persona:helper.")
def explain(session: Session, what: str, tool: str, arguments: str, account: str, stage: str, proposer: str) -> None:
    """Say what the guardrails say to an action: tier, the rule that decides, what would change it.

    KIND is a kind of action, however spelled; ACTION-ID is a recorded action's id.
    """
    asked = {"tool": tool, "account": account, "stage": stage, "proposer": proposer}
    if _is_id(what):
        if any(asked.values()) or arguments != "{}":
            raise click.UsageError("an action brings everything with it; leave the other options out")
        ask = checked(AskExplain, action=what)
    else:
        ask = checked(AskExplain, kind=what, arguments=arguments, **asked)

    async def work(client: EngineClient) -> Explanation:
        return await client.query(EXPLAIN, ask)

    found = ask_engine(session, work)
    if session.json:
        print_json(found)
    else:
        print_explanation(found)


def print_explanation(found: Explanation) -> None:
    """The answer first, then every rule that matches."""
    asks = found.tier == "approval"
    facts = [
        ("kind", found.kind),
        ("tier", _TIERS.get(found.tier, found.tier)),
        ("rule", found.rule),
        ("because", found.why),
        ("to change it", found.remedy or "nothing named"),
    ]
    if asks:
        people = f"{found.quorum} different operators" if found.quorum > 1 else "1 operator"
        facts.append(
            ("needs", f"{people}, within {found.expiry_seconds} s; can be undone for {found.grace_seconds:g} s")
        )
    print_facts([*facts, ("policy", found.policy), *(("note", note) for note in found.notes)])
    say()
    print_table(
        ("", "layer", "rule", "tier", "why"),
        [("▸" if one.decides else "", one.layer, one.rule, one.tier or "-", one.why) for one in found.answers],
    )


@command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(session: Session, file: Path) -> None:
    """Read FILE as an engine would, run the tests in it, and say what it loosens and tightens here.

    Exit code 1 where it cannot be used, with each line that is wrong. No engine is needed.
    """
    from engine.client import check_policy
    from engine.settings import Settings, load_settings
    from engine.workspace import find_workspace

    workspace = find_workspace(session.folder)
    settings = load_settings(workspace.settings_file, os.environ) if workspace is not None else Settings()
    found = check_policy(file, settings, workspace)
    if session.json:
        print_json(found)
        return
    counts = ((found.rules, "rule"), (found.kinds, "kind"), (found.limits, "limit"), (found.tests, "test"))
    told = ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts)
    say(f"{file} holds: {told} passed. Policy {found.version}.")
    if not found.loosened and not found.tightened:
        say(f"It changes nothing against {found.against}.")
        return
    say(f"Against {found.against}:")
    for heading, changes in (("loosens", found.loosened), ("tightens", found.tightened)):
        for change in changes:
            say(f"  {heading:<9} {change}")


@command("show")
def show(session: Session) -> None:
    """Show the policy in force: the rules of the file and the settings, own kinds, tools by kind, gated stages."""

    async def work(client: EngineClient) -> PolicyView:
        return await client.query(POLICY, checked(AskNothing))

    found = ask_engine(session, work)
    if session.json:
        print_json(found)
        return
    print_facts([
        ("policy", found.version),
        ("file", found.file),
        *([("capped", f"nothing runs by itself: {found.capped}")] if found.capped else []),
        ("gated stages", ", ".join(found.gated_stages)),
    ])  # fmt: skip
    for heading, rows in (("own kinds", found.kinds), ("tools", [(k, ", ".join(t) or "none") for k, t in found.tools])):
        if rows:
            say(f"\n{heading}")
            print_facts((f"  {name}", value) for name, value in rows)
    say()
    if not found.rules:
        say("No rules besides the built-in ones.")
        return
    print_table(
        ("layer", "rule", "tier", "why"), [(one.layer, one.rule, one.tier or "-", one.why) for one in found.rules]
    )


_TIERS: Final = {
    "autonomous": "autonomous: it runs by itself",
    "approval": "approval: an operator is asked",
    "hard_stop": "hard stop: it never runs, nobody can approve it",
}


def _is_id(text: str) -> bool:
    """Whether it is an action's id or the end of one: they are hexadecimal, kinds are words."""
    return _ID.fullmatch(text) is not None and any(char.isdigit() for char in text)
