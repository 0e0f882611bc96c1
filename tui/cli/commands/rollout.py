"""``rollout``: let personas work by themselves, a few at a time; watch the gates; go back at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from engine.commands import PlanRollout, RollBack, SetMode, StartRollout, StepRollout
from engine.queries import ROLLOUT, AskRollout

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, lasting, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.queries import GateView, RolloutStageView, RolloutStepView, RolloutView

MODES: Final = ("off", "sync", "shadow", "autonomous")
STAGES: Final = ("one", "half", "all")
_COMMANDS: Final = {
    "show": ("commands.rollout:show", "Say where it stands: stages, soak, gates, personas, history."),
    "plan": ("commands.rollout:plan", "Draw one up; changes nothing yet."),
    "start": ("commands.rollout:start", "Let the first persona work by itself."),
    "advance": ("commands.rollout:advance", "Begin the next stage."),
    "hold": ("commands.rollout:hold", "Hold it where it is."),
    "resume": ("commands.rollout:resume", "Let it go on."),
    "back": ("commands.rollout:back", "Put every persona on sync, at once."),
    "abort": ("commands.rollout:abort", "Give it up; its personas are what they were before."),
    "restart": ("commands.rollout:restart", "Begin one that ended again."),
    "shadow": ("commands.shadow:shadow", "Compare what autonomy would have done with what was done."),
    "mode": ("commands.rollout:mode", "Change how one persona works."),
}


@click.group("rollout", cls=LazyGroup, lazy=_COMMANDS)
def rollout() -> None:
    """Let personas work by themselves, a few at a time, and go back at once."""


@command("show")
@click.option("--steps", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Steps of the history.")
def show(session: Session, steps: int) -> None:
    """Say where the rollout stands: stages, soak left, every gate against its limit, personas, history."""
    ask = checked(AskRollout, steps=steps)
    view = ask_engine(session, lambda client: client.query(ROLLOUT, ask))
    if session.json:
        print_json(view)
        return
    print_facts(_facts(view))
    if view.stages:
        say()
        print_table(("stage", "state", "soaked", "of", "personas"), [_stage(one) for one in view.stages])
    if view.gates:
        say()
        print_table(("gate", "health", "value", "limit", "worst"), [_gate(one) for one in view.gates])
    if view.personas:
        say()
        rows = [
            (str(one.place or "–"), one.persona, one.mode, one.before or "–", str(one.waiting), instant(one.joined_at))
            for one in view.personas
        ]
        print_table(("place", "persona", "mode", "before", "waiting", "joined"), rows)
    if view.steps:
        say()
        print_table(("at", "step", "stage", "by", "why"), [_step(one) for one in view.steps])


@command("plan")
@click.argument("personas", nargs=-1)
@click.option("--first", default="", metavar="PERSONA", help="Who begins; else a hash of their ids says.")
def plan(session: Session, personas: tuple[str, ...], first: str) -> None:
    """Draw up a rollout of these personas, or of all; nobody's mode changes."""
    send(session, "rollout.plan", checked(PlanRollout, personas=personas, first=first))


@command("start")
@click.option("--first", default="", metavar="PERSONA", help="Who begins; else the plan, or a hash of their ids, says.")
@click.option("--reason", default="", help="Why, for the journal.")
def start(session: Session, first: str, reason: str) -> None:
    """Let the first persona work by itself, as planned; without a plan, of all personas."""
    send(session, "rollout.start", checked(StartRollout, first=first, reason=reason))


_STAGE = click.option("--stage", type=click.Choice(STAGES), help="Only if it is at this stage.")
_REASON = click.option("--reason", default="", help="Why, for the journal.")
_YES = click.option("--yes", is_flag=True, help="Do not ask.")


@command("advance")
@_STAGE
@_REASON
@_YES
def advance(session: Session, stage: str | None, reason: str, yes: bool) -> None:  # noqa: FBT001
    """Begin the next stage now, whatever is left of the soak."""
    _confirm("Begin the next stage? More personas work by themselves at once.", yes=yes)
    send(session, "rollout.advance", checked(StepRollout, stage=stage, reason=reason))


@command("hold")
@_REASON
def hold(session: Session, reason: str) -> None:
    """Hold the rollout where it is: nothing soaks, nothing advances; a breach still rolls it back."""
    send(session, "rollout.hold", checked(StepRollout, reason=reason))


@command("resume")
@_REASON
def resume(session: Session, reason: str) -> None:
    """Let a held rollout go on where it was."""
    send(session, "rollout.resume", checked(StepRollout, reason=reason))


@command("back")
@_REASON
def back(session: Session, reason: str) -> None:
    """Put every persona on sync, at once and for good; those that are off stay off. No message is lost."""
    send(session, "rollout.back", checked(RollBack, reason=reason))


@command("abort")
@_REASON
def abort(session: Session, reason: str) -> None:
    """Give the rollout up: its personas work as they did before it."""
    send(session, "rollout.abort", checked(StepRollout, reason=reason))


@command("restart")
@_REASON
@_YES
def restart(session: Session, reason: str, yes: bool) -> None:  # noqa: FBT001
    """Begin a rollout that went back or was given up again, with its first persona."""
    _confirm("Begin it again? Its first persona works by itself at once.", yes=yes)
    send(session, "rollout.restart", checked(StepRollout, reason=reason))


@command("mode")
@click.argument("persona")
@click.argument("mode", type=click.Choice(MODES))
def mode(session: Session, persona: str, mode: str) -> None:
    """Change how one persona works, past the rollout; it stays so across restarts."""
    send(session, "persona.set_mode", checked(SetMode, id=persona, mode=mode))


def _facts(view: RolloutView) -> list[tuple[str, str]]:
    if view.state == "none":
        return [("rollout", "none; `watchfloor rollout start` begins one")]
    facts = [("rollout", f"{view.number}, {view.state.replace('_', ' ')}")]
    if view.state in {"soaking", "held", "ready"}:
        facts.append(("soak left", lasting(view.soak_left_seconds)))
    facts.append(("next", view.next))
    if view.why:
        facts.append(("why", view.why))
    if view.missing:
        facts.append(("too few yet", f"{view.missing} more messages are needed to tell the health by"))
    facts.append(("since", instant(view.changed_at)))
    return facts


def _stage(one: RolloutStageView) -> tuple[str, ...]:
    names = ", ".join(one.personas[:20]) + (f" and {len(one.personas) - 20} more" if len(one.personas) > 20 else "")
    return (one.share, one.state, lasting(one.soaked_seconds), lasting(one.soak_seconds), names)


def _gate(one: GateView) -> tuple[str, ...]:
    few = f"{one.samples} of {one.least} cases" if one.health == "few" else f"{one.value:g} {one.unit}"
    return (one.gate, one.health, few, f"{one.limit:g} {one.unit}", one.text)


def _step(one: RolloutStepView) -> tuple[str, ...]:
    return (instant(one.at), one.step, one.stage, one.actor, one_line(one.figures or one.reason))


def _confirm(question: str, *, yes: bool) -> None:
    if not yes and sys.stdin.isatty():
        click.confirm(question, abort=True)
