"""Pausing everything: one key, from every screen. Letting everything go on asks first."""

from __future__ import annotations

from engine.commands import HaltEngine, Nothing

from ..widgets.document import paragraph
from ..widgets.figures import count
from ..widgets.tones import run
from .confirm import Confirm, Question
from .decide import Asker


def halt(screen: Asker) -> None:
    """Pause everything at once; where that is done already, ask whether all may go on."""
    if screen.view is None or not screen.view.engine.halted:
        screen.console.send("engine.halt", HaltEngine())
        return

    def deliver(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            screen.console.send("engine.resume", Nothing())

    view = screen.view
    question = Question(
        title=(run("Let everything go on?", "strong"),),
        body=(
            paragraph(view.engine.halted_by or "not told", "paused by"),
            paragraph(f"{count(view.inbox.total, 'message')}, {count(view.agents.pending, 'task')}", "waiting"),
            *(paragraph(line, "in flight then") for line in view.engine.in_flight),
            paragraph("personas, jobs and agents start to act again at once", "effect", tone="warn"),
        ),
        yes="let everything go on",
        no="stay paused",
        void=lambda view, _now: "" if view is None or view.engine.halted else "it goes on already",
    )
    screen.console.push_screen(Confirm(question, screen.clock, screen.view), deliver)
