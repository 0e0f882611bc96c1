"""Help: every key and every command, straight from their registries."""

from __future__ import annotations

from typing import Final

from engine.commands import COMMANDS
from engine.operators import Role

from ..keymap import BY_ID, Scope, shown
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.tones import cell
from .reading import Reading

_HEADINGS: Final = {
    Scope.APPROVALS: "In the approvals",
    Scope.PERSONAS: "In the personas",
    Scope.INBOX: "In the inbox, on tasks",
    Scope.GOALS: "In the goals",
    Scope.AGENTS: "In the agents and tasks",
    Scope.ACTIVITY: "In the activity",
    Scope.JOURNAL: "On the journal's screen",
    Scope.RULES: "On the standing rules' screen",
    Scope.BUDGETS: "On the budgets' screen",
    Scope.SCHEDULE: "On the schedule's screen",
    Scope.HEARTBEAT: "On the heartbeat's screen",
    Scope.PATTERNS: "On the patterns' screen",
    Scope.ACCOUNTS: "On the accounts' screen",
    Scope.TRIGGERS: "On the screen of triggers and scanners",
    Scope.EXPLAIN: "On the policy's screen",
    Scope.ROLLOUT: "On the rollout's screen",
    Scope.SHADOW: "On the shadow report",
    Scope.INBOXES: "On the inboxes' screen",
    Scope.PERSONA: "On a persona's screen",
    Scope.AGENTS_PAGE: "On the agents' screen",
    Scope.QUEUES: "On the queues' screen",
    Scope.DEAD: "On the dead letters' screen",
    Scope.GRAPHS: "On the screen of goals in steps",
    Scope.LISTS: "In every list",
    Scope.ANYWHERE: "Anywhere",
}


def page(role: Role, here: Scope) -> tuple[Paragraph, ...]:
    """The help for somebody with a role: first what works where they are, then what works in most places."""
    lines: list[Paragraph] = []
    order = dict.fromkeys((here, Scope.LISTS, Scope.ANYWHERE, *_HEADINGS))
    for scope, title in ((scope, _HEADINGS[scope]) for scope in order if scope in _HEADINGS):
        keys = [key for key in BY_ID.values() if key.scopes[0] is scope and key.keys]
        if not keys:
            continue
        lines += [heading(title), *(_key(key.shown, key.tooltip, allowed=key.allows(role)) for key in keys), GAP]
    lines.append(heading("In a question"))
    lines += [
        _key(
            shown("approve"),
            "Low or medium risk, on the screen whole for 0.4 s, nothing odd: yes without a question; "
            f"{shown('undo')} undoes it.",
        ),
        _key("y", "Yes; counts once the question has stood for 0.4 s. A paste or a held key never answers."),
        _key("n esc ⏎", "No; works at once."),
        _key("0-9 a-f", "High risk: type the last four of the digest, then ⏎, instead of y."),
        GAP,
        heading("What the engine can be told, here or with the command line"),
    ]
    for command in COMMANDS.values():
        allowed = role >= command.role
        who = "" if allowed else f" Needs the role {command.role.title}."
        back = "" if command.reversible else " Cannot be undone."
        lines.append(_key(command.name, f"{command.doc}{back}{who}", allowed=allowed))
    return tuple(lines)


def _key(keys: str, what: str, *, allowed: bool = True) -> Paragraph:
    return paragraph(what, keys, tone="text" if allowed else "dim", label_tone="accent" if allowed else "dim")


class HelpScreen(Reading):
    """The help."""

    def action_everywhere(self, id: str) -> None:  # noqa: A002  # the key's own word
        """As elsewhere; help is here already."""
        if id != "help":
            super().action_everywhere(id)

    def __init__(self, role: Role, here: Scope) -> None:
        super().__init__(cell(f"Help · {role.title}", "strong"))
        self._role = role
        self._here = here

    def on_mount(self) -> None:
        """Fill the page."""
        self.read(page(self._role, self._here))
