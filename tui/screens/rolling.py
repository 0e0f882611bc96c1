"""The questions about the rollout: going back asks once, from every screen; so does whatever gives personas more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from engine.commands import Arguments, RollBack, StartRollout, StepRollout
from engine.queries import RolloutView
from engine.view import PersonaView, View

from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import count
from ..widgets.tones import run
from .confirm import Confirm, Question
from .decide import Asker


def roll_back(screen: Asker) -> None:
    """Ask whether every persona is to answer at once again; one yes, and it is so."""
    personas: Sequence[PersonaView] = screen.view.personas if screen.view else ()
    going = [one.name for one in personas if one.mode in {"autonomous", "shadow"}]
    off = [one.name for one in personas if one.mode == "off"]
    waiting = screen.view.inbox.total if screen.view else 0
    body = [
        paragraph(_names(going) or "nobody: all do", "go to sync", tone="warn"),
        paragraph("they answer whoever writes at once, and start nothing by themselves", "then"),
        paragraph(f"{count(waiting, 'message')} that wait are kept and answered, one after the other", "inboxes"),
    ]
    if off:
        body.append(paragraph(f"{_names(off)}: off stays off", "not touched", tone="dim"))
    rollout = screen.view.rollout if screen.view else None
    if rollout is not None and rollout.state in {"soaking", "ready", "held", "complete"}:
        body.append(paragraph(f"the one at {rollout.share} ends as rolled back", "rollout", tone="warn"))
    question = Question((run("Put every persona on sync?", "strong"),), tuple(body), yes="all to sync", no="leave them")
    _ask(screen, question, "rollout.back", RollBack(reason="from the console"))


def advance(screen: Asker, shown: RolloutView) -> None:
    """Ask whether the next stage is to begin."""
    here = next((one for one in shown.stages if one.state == "now"), None)
    following = next((one for one in shown.stages if one.state == "ahead"), None)
    known = set(here.personas) if here else set()
    joining = [one for one in following.personas if one not in known] if following else []
    weak = [gate for gate in shown.gates if gate.health != "ok"]
    body = [
        paragraph(here.share if here else "–", "now"),
        paragraph(
            f"{following.share}: {_names(joining) or 'nobody new'}" if following else "the rollout is complete",
            "then",
            tone="warn",
        ),
    ]
    if shown.soak_left_seconds:
        hours, rest = divmod(shown.soak_left_seconds, 3_600)
        body.append(paragraph(f"{hours} h {rest // 60} min are skipped", "soak left", tone="bad"))
    body += [paragraph(gate.text, f"{gate.gate} {gate.health}", tone="warn") for gate in weak]
    question = Question(
        (run("Begin the next stage?", "strong"),), tuple(body), "begin it", "not yet", void=_still(shown)
    )
    _ask(screen, question, "rollout.advance", StepRollout.model_validate({"stage": shown.stage}))


def start(screen: Asker, shown: RolloutView, first: str) -> None:
    """Ask whether a rollout is to begin: the planned one, an ended one again, or a new one."""
    again = shown.state in {"rolled_back", "aborted"}
    planned = shown.state == "planned"
    order = [one.persona for one in shown.personas if one.place]
    begins = order[0] if order and (again or planned) and not (planned and first) else first or "the first by hash"
    body = [
        paragraph(begins, "begins", tone="warn"),
        paragraph("it works by itself at once; its health is watched", "effect"),
    ]
    if again and shown.why:
        body.append(paragraph(shown.why, "it went back", tone="bad"))
    title = "Begin the rollout again?" if again else "Start the rollout?"
    question = Question((run(title, "strong"),), tuple(body), "begin", "not now", void=_still(shown))
    arguments: Arguments = StepRollout() if again else StartRollout(first=first)
    _ask(screen, question, "rollout.restart" if again else "rollout.start", arguments)


def resume(screen: Asker, shown: RolloutView) -> None:
    """Ask whether a held rollout is to go on."""
    body: tuple[Paragraph, ...] = (
        paragraph(shown.why or "nobody said why", "held"),
        paragraph("the soak goes on where it was, and after it the next stage begins", "effect", tone="warn"),
    )
    question = Question((run("Let the rollout go on?", "strong"),), body, "go on", "stay held", void=_still(shown))
    _ask(screen, question, "rollout.resume", StepRollout.model_validate({"stage": shown.stage}))


def abort(screen: Asker, shown: RolloutView) -> None:
    """Ask whether the rollout is to be given up."""
    before = [f"{one.name}: {one.before}" for one in shown.personas if one.before]
    body = (
        paragraph(_names(before) or "nobody has joined", "back to"),
        paragraph("R puts everybody on sync instead", "otherwise", tone="dim"),
    )
    question = Question((run("Give the rollout up?", "strong"),), body, "give it up", "keep it", void=_still(shown))
    _ask(screen, question, "rollout.abort", StepRollout())


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more


def _still(shown: RolloutView) -> Callable[[View | None, datetime], str]:
    """Says why the question is void: the rollout is not what was shown any more."""

    def void(view: View | None, _now: datetime) -> str:
        if view is None:
            return ""
        state = view.rollout.state if view.rollout else "none"
        stage = view.rollout.stage if view.rollout else ""
        if (state, stage) == (shown.state, shown.stage):
            return ""
        return f"the rollout is {state.replace('_', ' ')} by now. Go back and look again"

    return void


def _ask(screen: Asker, question: Question, command: str, arguments: Arguments) -> None:
    def deliver(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            screen.console.send(command, arguments)

    screen.console.push_screen(Confirm(question, screen.clock, screen.view), deliver)
