"""Every key of the console in one table; footer, help and palette are projections of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from textual.binding import Binding, BindingType

from engine.operators import Role

from .keys import PAGES, Key, Scope

__all__ = ["BY_ID", "KEYS", "PAGES", "Key", "Scope", "available", "bindings", "bindings_of", "shown"]

_LISTS: Final = (Scope.LISTS,)
_INBOX: Final = (Scope.INBOX, Scope.INBOXES)
_QUEUES: Final = (*_INBOX, Scope.AGENTS)
_APPROVALS: Final = (Scope.APPROVALS,)
_MARKED: Final = (Scope.APPROVALS, *_QUEUES, Scope.DEAD)
_SORTED: Final = (Scope.APPROVALS, Scope.PERSONAS, Scope.INBOX, Scope.GOALS, Scope.AGENTS)
_DEAD: Final = (Scope.DEAD,)
_MANY: Final = "action.decide_many"
"""Whoever may not decide has no use for marks."""

KEYS: Final[tuple[Key, ...]] = (
    Key(
        "approve",
        ("a",),
        "approve",
        "Approve exactly what is shown; asks unless risk and payload are small.",
        _APPROVALS,
        "action.approve",
        1,
    ),
    Key("reject", ("x",), "reject", "Reject with a reason that the proposer reads.", _APPROVALS, "action.reject", 2),
    Key("undo", ("u",), "undo", "Take an approval back before it launches.", _APPROVALS, "action.undo", 3),
    Key("edit", ("e",), "edit", "Change the arguments, then approve the new revision.", _APPROVALS, "action.edit", 3),
    Key("snooze", ("s",), "snooze", "Put it out of sight for a while.", _APPROVALS, "action.snooze", 4),
    Key("settle", ("S",), "settle", "Say what became of an uncertain action.", _APPROVALS, "action.settle", 1),
    Key("claim", ("c",), "claim", "Tell the others that you look at it, or no longer.", _APPROVALS, "action.claim", 6),
    Key("always.allow", ("A",), "always allow", "Always allow what is like this; asks.", _APPROVALS, "rule.allow", 5),
    Key("always.deny", ("X",), "always deny", "Always deny what is like this; asks.", _APPROVALS, "rule.deny", 8),
    Key("withdraw", ("W",), "withdraw", "Take your own proposal back.", _APPROVALS, "action.withdraw", 2),
    Key("mark", ("space",), "mark", "Mark the row: the next verb is for all marked rows.", _MARKED, _MANY, 7),
    Key("mark.range", ("v",), "mark range", "Mark every seen row from the last mark to here.", _MARKED, _MANY),
    Key(
        "write",
        ("m",),
        "write",
        "Write to the persona, and read its answer.",
        (Scope.PERSONAS, *_INBOX),
        "message.send",
        4,
    ),
    Key("mode", ("M",), "mode", "Change how far the persona acts by itself.", (Scope.PERSONAS,), "persona.set_mode", 6),
    Key("waits", ("W",), "waits for", "Say whom the persona lets answer first.", (Scope.PERSONAS,), "persona.wait_for"),
    Key("raise", ("plus",), "raise", "Raise the priority.", _QUEUES, "queue.reprioritise", 5),
    Key("lower", ("minus",), "lower", "Lower the priority.", _QUEUES, "queue.reprioritise", 6),
    Key("set", ("equals_sign",), "set", "Set the priority to a number.", _QUEUES, "queue.reprioritise", 0),
    Key("top", ("t",), "top", "Move to the top.", _QUEUES, "queue.reprioritise", 7),
    Key("drop", ("x",), "drop", "Drop the message, or all marked ones; asks.", _INBOX, "message.drop", 8),
    Key("retry", ("u",), "retry", "Give a message that was given up another try.", _INBOX, "message.retry", 1),
    Key(
        "pause",
        ("p",),
        "pause",
        "Pause the selected thing, or let it go on.",
        (Scope.PERSONAS, Scope.GOALS, Scope.AGENTS),
        "target.pause",
        8,
    ),
    Key("halt", ("P",), "pause all", "Pause everything at once; resuming asks.", sends="engine.halt", footer=9),
    Key("open", ("enter",), "open", "Open all there is to know about it.", _LISTS, footer=10),
    Key("filter", ("slash",), "filter", "Show only rows that match: text, !not, field:value.", _LISTS, footer=11),
    Key("sort", ("o",), "sort", "Sort by the next thing that rows here can be sorted by.", _SORTED),
    Key("match.next", ("n",), "next match", "Go to the next row that matches the filter.", _LISTS),
    Key(
        "match.previous",
        ("N",),
        "previous match",
        "Go to the previous row that matches the filter.",
        _LISTS,
        filtered=True,
    ),
    Key(
        "new",
        ("N",),
        "new",
        "Begin a task or a goal; while a filter is on, N is the previous match.",
        sends="goal.add",
        filtered=False,
    ),
    Key("goal.edit", ("e",), "edit", "Change the goal's title, target or window.", (Scope.GOALS,), "goal.edit", 1),
    Key(
        "goal.archive",
        ("X",),
        "put away",
        "Put a goal that is not active away.",
        (Scope.GOALS,),
        "goal.archive",
        2,
    ),
    Key("payload.down", ("J", "shift+down"), "scroll payload", "Scroll the payload down.", _APPROVALS),
    Key("payload.up", ("K", "shift+up"), "scroll payload up", "Scroll the payload up.", _APPROVALS),
    Key("palette", ("colon", "ctrl+p"), "palette", "Find anything the console can do.", footer=12),
    Key("help", ("question_mark", "f1"), "help", "Show every key and command.", footer=13),
    Key("quit", ("q", "ctrl+c"), "quit", "Leave; says first what stops and what goes on.", footer=14),
    Key("focus.personas", ("1",), "personas", "Go to the personas."),
    Key("focus.approvals", ("2",), "approvals", "Go to the approvals."),
    Key("focus.inbox", ("3",), "inbox", "Go to the inbox."),
    Key("focus.goals", ("4",), "goals", "Go to the goals."),
    Key("focus.agents", ("5",), "agents", "Go to the agents and tasks."),
    Key("focus.activity", ("6",), "activity", "Go to the activity."),
    Key("page.journal", ("L",), "journal", "Read the journal: filter, follow, verify, export."),
    Key("page.away", ("D",), "digest", "What happened while you were away."),
    Key("journal.follow", ("f",), "follow", "Let new rows in by themselves, or not.", (Scope.JOURNAL,), footer=1),
    Key("journal.older", ("greater_than_sign",), "older", "The next page of older rows.", (Scope.JOURNAL,), footer=2),
    Key("journal.newer", ("less_than_sign",), "newer", "Back to the page before.", (Scope.JOURNAL,), footer=3),
    Key("journal.verify", ("V",), "verify", "Prove the whole journal, row by row.", (Scope.JOURNAL,), footer=4),
    Key(
        "journal.export",
        ("E",),
        "export",
        "Write these rows to a file that anybody can prove.",
        (Scope.JOURNAL,),
        footer=5,
    ),
    Key("page.rules", ("F",), "standing rules", "What is always allowed or denied, and how often it was."),
    Key("page.explain", ("E",), "explain", "What the policy says to the selected action, or to any kind."),
    Key("page.budgets", ("B",), "budgets", "How much may happen by itself, and how much did."),
    Key("rule.revoke", ("x",), "revoke", "End the standing rule; asks.", (Scope.RULES,), "rule.revoke", 1),
    Key("rule.open", ("enter",), "open", "All about the rule, with what it answered.", (Scope.RULES,), footer=2),
    Key("rule.ended", ("e",), "ended too", "List those that ended too, or no longer.", (Scope.RULES,), footer=3),
    Key("explain.kind", ("e",), "ask about a kind", "Ask what would happen with a kind.", (Scope.EXPLAIN,), footer=1),
    Key("page.heartbeat", ("H",), "heartbeat", "HEARTBEAT.md with the live state of each line."),
    Key("heartbeat.edit", ("E",), "edit", "Open your own editor on the file.", (Scope.HEARTBEAT,), "job.run", 1),
    Key("heartbeat.beat", ("b",), "beat now", "Propose the tasks whose turn it is.", (Scope.HEARTBEAT,), "job.run", 2),
    Key(
        "heartbeat.pause",
        ("p",),
        "pause",
        "Let no beat happen, or let them happen again.",
        (Scope.HEARTBEAT,),
        "target.pause",
        3,
    ),
    Key("page.schedule", ("T",), "schedule", "Background jobs: when they run next, and how they did."),
    Key("schedule.run", ("r",), "run now", "Run the selected job now.", (Scope.SCHEDULE,), "job.run", 1),
    Key(
        "schedule.pause",
        ("p",),
        "pause",
        "Hold the selected job, or let it go on.",
        (Scope.SCHEDULE,),
        "target.pause",
        2,
    ),
    Key("page.patterns", ("C",), "patterns", "What accounts show, with the evidence."),
    Key("page.triggers", ("Z",), "triggers", "What has personas start work by themselves, and what holds them back."),
    Key("trigger.fire", ("f",), "fire", "Have the trigger fire now; asks.", (Scope.TRIGGERS,), "trigger.fire", 1),
    Key("trigger.arm", ("a",), "arm", "Arm the trigger again.", (Scope.TRIGGERS,), "trigger.reset", 2),
    Key("scanner.run", ("r",), "look now", "Have the scanner look now.", (Scope.TRIGGERS,), "job.run", 1),
    Key("scanner.pause", ("p",), "pause", "Hold the scanner, or let it go on.", (Scope.TRIGGERS,), "target.pause", 2),
    Key("page.accounts", ("O",), "accounts", "Where each account stands, and what it is worth."),
    Key("account.open", ("enter",), "open", "All about the account.", (Scope.ACCOUNTS,), footer=1),
    Key(
        "account.stage", ("s",), "set stage", "Set the account's stage by hand.", (Scope.ACCOUNTS,), "account.stage", 2
    ),
    Key("page.inbox", ("I",), "inboxes", "All that waits, dead letters, and what became of the rest."),
    Key("inbox.open", ("enter",), "open", "The whole message, and what happened to it.", (Scope.INBOXES,), footer=2),
    Key(
        "inbox.state", ("s",), "state", "Which messages: waiting, dead, answered and so on.", (Scope.INBOXES,), footer=3
    ),
    Key("inbox.persona", ("f",), "one persona", "Only this persona's, or all again.", (Scope.INBOXES,), footer=9),
    Key(
        "inbox.order", ("o",), "order", "The most urgent first, the oldest, or the newest.", (Scope.INBOXES,), footer=9
    ),
    Key("inbox.next", ("greater_than_sign",), "more", "The next page.", (Scope.INBOXES,), footer=10),
    Key("inbox.previous", ("less_than_sign",), "back a page", "The page before.", (Scope.INBOXES,), footer=10),
    Key("persona.plot", ("e",), "plot", "The next plot: its state, or one emotion after the other.", (Scope.PERSONA,)),
    Key("persona.longer", ("greater_than_sign",), "longer", "A longer time.", (Scope.PERSONA,)),
    Key("persona.shorter", ("less_than_sign",), "shorter", "A shorter time.", (Scope.PERSONA,)),
    Key("page.rollout", ("r",), "rollout", "How far personas work by themselves: stages, gates, history."),
    Key("rollout.back", ("R",), "all to sync", "Put every persona on sync at once; asks once.", sends="rollout.back"),
    Key("rollout.advance", ("a",), "advance", "Begin the next stage; asks.", (Scope.ROLLOUT,), "rollout.advance", 1),
    Key(
        "rollout.hold",
        ("p",),
        "hold",
        "Hold the rollout; where it is held, let it go on, which asks.",
        (Scope.ROLLOUT,),
        "rollout.hold",
        2,
    ),
    Key("rollout.all", ("b",), "roll back", "Put every persona on sync; asks.", (Scope.ROLLOUT,), "rollout.back", 3),
    Key("rollout.start", ("s",), "start", "Begin a rollout, or one again; asks.", (Scope.ROLLOUT,), "rollout.start", 1),
    Key("rollout.abort", ("X",), "give up", "Back to what was before; asks.", (Scope.ROLLOUT,), "rollout.abort", 5),
    Key("rollout.compare", ("c",), "shadow", "What autonomy would have done.", (Scope.ROLLOUT,), footer=4),
    Key("page.shadow", (), "shadow report", "What autonomy would have done, beside what was done."),
    Key("shadow.verdict", ("v",), "only", "Only what compares in one way, then the next.", (Scope.SHADOW,), footer=1),
    Key("task.cancel", ("x",), "cancel", "Cancel the task; stops one that runs.", (Scope.AGENTS,), "task.cancel", 2),
    Key("task.retry", ("u",), "retry", "Try a dead or failed task again.", (Scope.AGENTS,), "task.retry", 1),
    Key("task.graph", ("i",), "its goal", "Open the goal that the task is a step of.", (Scope.AGENTS,), footer=9),
    Key("drain", ("d",), "drain", "Let the agent finish and leave.", (Scope.AGENTS,), "agent.drain", 3),
    Key("page.agents", ("U",), "agents", "What each agent does, its leases, rate and breakers."),
    Key("agents.pause", ("p",), "pause", "Hand the agent nothing more.", (Scope.AGENTS_PAGE,), "target.pause", 1),
    Key("agents.drain", ("d",), "drain", "Let the agent finish and leave.", (Scope.AGENTS_PAGE,), "agent.drain", 2),
    Key("page.queues", ("Q",), "queues", "What waits for agents, by what it asks for."),
    Key(
        "queues.pause", ("p",), "pause", "Hand out nothing of this sort, or go on.", (Scope.QUEUES,), "target.pause", 1
    ),
    Key("queues.all", ("a",), "all queues", "Hand out nothing at all, or go on.", (Scope.QUEUES,), "target.pause", 2),
    Key(
        "page.dead",
        ("V",),
        "dead letters",
        "Tasks that were given up: why, what each did last; replay, purge.",
        (Scope.ANYWHERE, Scope.QUEUES),
    ),
    Key("dead.replay", ("u",), "replay", "Give it, or all marked, every attempt again; asks.", _DEAD, "dead.replay", 1),
    Key("dead.purge", ("X",), "purge", "Forget it, or all marked, for good; asks.", _DEAD, "dead.purge", 2),
    Key("dead.open", ("enter",), "open", "The whole task: its output, events and result.", _DEAD, footer=3),
    Key("dead.type", ("f",), "one type", "Only tasks of this type, or all again.", _DEAD, footer=9),
    Key("dead.next", ("greater_than_sign",), "more", "The next page.", _DEAD, footer=10),
    Key("dead.previous", ("less_than_sign",), "back a page", "The page before.", _DEAD, footer=10),
    Key("page.graphs", ("Y",), "goals in steps", "Goals that were split into tasks, and how far they are."),
    Key("graphs.open", ("enter",), "open", "All steps of the goal.", (Scope.GRAPHS,), footer=1),
    Key("panel.next", ("tab",), "next panel", "Go to the next panel."),
    Key("panel.previous", ("shift+tab",), "previous panel", "Go to the panel before."),
    Key("zoom", ("z",), "zoom", "Let the focused panel fill the screen, or end that."),
    Key("down", ("j", "down"), "down", "One row down.", _LISTS),
    Key("up", ("k", "up"), "up", "One row up.", _LISTS),
    Key("first", ("g", "home"), "first", "To the first row.", _LISTS),
    Key("last", ("G", "end"), "last", "To the last row.", _LISTS),
    Key("page.down", ("ctrl+d", "pagedown"), "page down", "Half a page down.", _LISTS),
    Key("page.up", ("ctrl+u", "pageup"), "page up", "Half a page up.", _LISTS),
    Key("back", ("escape",), "back", "Back: end the filter, then the zoom."),
    Key("copy", ("y",), "copy", "Copy the selected row.", _LISTS),
    Key("save", ("w",), "save screen", "Save the screen as a file: a picture, or text."),
    Key("repaint", ("ctrl+l",), "repaint", "Paint the whole screen again."),
)
"""Every key, in the order of the help."""

BY_ID: Final[dict[str, Key]] = {key.id: key for key in KEYS}
"""Every key by its id, as it holds in this process: :mod:`tui.remap` puts the settings' keys in."""


def shown(id: str) -> str:  # noqa: A002  # the key's own word
    """The first key of something, as a person reads it; nothing where it has none."""
    return BY_ID[id].shown.partition(" ")[0]


def bindings() -> list[BindingType]:
    """The table as Textual's bindings, for the first screen."""
    return _bound(key for key in BY_ID.values() if not PAGES.issuperset(key.scopes))


def bindings_of(page: Scope) -> list[BindingType]:
    """The table as Textual's bindings, for a screen of its own."""
    return _bound(key for key in BY_ID.values() if key.works_in(page))


def _bound(keys: Iterable[Key]) -> list[BindingType]:
    return [
        Binding(",".join(key.keys), key.action, key.title, show=False, id=key.id, tooltip=key.tooltip)
        for key in keys
        if key.keys
    ]


def available(panel: Scope, role: Role, *, alone: bool = False) -> Iterator[Key]:
    """What somebody with this role can do while this panel is focused.

    Args:
        panel: what is focused.
        role: whose keys.
        alone: the engine does not answer yet, so nothing can be sent.
    """
    return (
        _here(key, panel)
        for key in BY_ID.values()
        if key.works_in(panel) and (not key.sends if alone else key.allows(role))
    )


def _here(key: Key, panel: Scope) -> Key:
    """Leaving a screen of its own leaves nothing else."""
    return replace(key, title="back") if key.id == "quit" and panel in PAGES else key
