"""Changing how far a persona acts by itself: less at one key, more after a question."""

from __future__ import annotations

from typing import Final, Literal, cast

from engine.commands import SetMode
from engine.view import PersonaView

from ..widgets.document import paragraph
from ..widgets.tones import run
from .choose import Choice, Choose
from .confirm import Confirm, Question
from .message_verbs import Place

Mode = Literal["off", "sync", "shadow", "autonomous"]

_MODES: Final[dict[str, tuple[Mode, str]]] = {
    "o": ("off", "takes no messages; they are refused with the reason"),
    "s": ("sync", "answers at once, outside the inbox, and begins nothing by itself"),
    "h": ("shadow", "answers as in sync mode; what autonomy would do is only written down"),
    "a": ("autonomous", "works through its inbox by itself, in its own time"),
}
_FURTHER: Final[tuple[Mode, ...]] = ("off", "sync", "shadow", "autonomous")


def mode(screen: Place) -> None:
    """Ask which mode; before it may do more by itself, ask once more."""
    persona = screen.selected
    if not isinstance(persona, PersonaView):
        return
    choices = tuple(
        Choice(key, name, f"{about}{' · as now' if name == persona.mode else ''}")
        for key, (name, about) in _MODES.items()
    )

    def chosen(key: str | None) -> None:
        if key is None:
            return
        wanted = _MODES[key][0]
        now = cast("Mode", persona.mode)
        if now in _FURTHER and _FURTHER.index(wanted) > _FURTHER.index(now):
            _ask(screen, persona, wanted)
        elif wanted != persona.mode:
            screen.console.send("persona.set_mode", SetMode(id=persona.id, mode=wanted))

    title = (run("Mode of ", "strong"), run(persona.name, "accent", limit=60))
    screen.console.push_screen(Choose(title, choices), chosen)


def _ask(screen: Place, persona: PersonaView, wanted: Mode) -> None:
    about = next(text for name, text in _MODES.values() if name == wanted)
    body = (
        paragraph(f"{persona.mode} → {wanted}", "mode"),
        paragraph(about, "then"),
        paragraph("it holds across restarts, whatever the settings say", "note", tone="dim"),
    )
    question = Question(
        (run("Let ", "strong"), run(persona.name, "accent", limit=60), run(" do more by itself?", "strong")),
        body,
        yes=f"make it {wanted}",
        no="leave it",
    )

    def decide(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            screen.console.send("persona.set_mode", SetMode(id=persona.id, mode=wanted))

    screen.console.push_screen(Confirm(question, screen.clock, screen.view), decide)
