"""Tells journal events in words, for the activity panel, the journal screen and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..journal import Event
from ..view import ActivityView

TEXT_LIMIT: Final = 300
"""Most characters of one line."""

_TONES: Final = {
    "good": ("executed", "approved", "completed", "done", "resumed", "restored", "answered"),
    "bad": ("blocked", "failed", "dead", "uncertain", "halted", "breached", "lost", "refused", "killed"),
    "warn": ("expired", "rejected", "dropped", "paused", "withdrawn", "cancelled", "missed", "skipped", "retried"),
}
_LEADING: Final = ("name", "title", "kind", "tool", "persona", "sender", "summary", "text")
"""Particulars that name the thing best, in this order."""
_TRAILING: Final = ("reason", "why", "error", "rule", "code", "result", "agent", "state")
"""Particulars that explain it."""


def narrate(event: Event) -> ActivityView:
    """One event as a line: what happened, to what, and why where the event says so."""
    verb = event.kind.rpartition(".")[2]
    tone = next((tone for tone, verbs in _TONES.items() if verb in verbs), "plain")
    return ActivityView(event.seq, event.at, event.kind, event.subject, event.actor, _sentence(event), tone)


def _sentence(event: Event) -> str:
    noun, _, verb = event.kind.rpartition(".")
    data = event.data
    thing = _first(data, _LEADING) or event.subject
    parts = [noun.replace("_", " "), verb.replace("_", " "), thing]
    why = _first(data, _TRAILING)
    sentence = " ".join(part for part in parts if part)
    if why and why != thing:
        sentence = f"{sentence}: {why}"
    return sentence if len(sentence) <= TEXT_LIMIT else sentence[: TEXT_LIMIT - 1] + "…"


def _first(data: Mapping[str, object], names: tuple[str, ...]) -> str:
    for name in names:
        value = data.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value):
            return str(value)
    return ""
