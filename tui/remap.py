"""Keys of an operator's own: what ``[keys]`` of the settings changes in the table of keys, and what it may not."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from textual.binding import Binding, BindingsMap

from engine.errors import WatchfloorError

from .keymap import BY_ID, KEYS, Key, Scope
from .keys import NAMES

__all__ = ["rebind", "refuse", "take"]

_TOLD: Final = 5
_KEPT: Final = frozenset({"quit", "help", "reject", "always.deny", "halt"})
"""What has a key whatever somebody writes: the ways out, to safety and to a no. So has every pause."""
_SPECIAL: Final = (
    "space", "tab", "shift+tab", "enter", "escape", "backspace", "insert", "delete", "up", "down", "left", "right",
    "home", "end", "pageup", "pagedown", "shift+up", "shift+down", "shift+left", "shift+right",
)  # fmt: skip
_SAME: Final = frozenset("hijmz")
"""With ctrl these are backspace, tab and enter to a terminal, or stop the program."""
POSSIBLE: Final = frozenset({
    *string.ascii_letters, *string.digits, *NAMES.values(), *_SPECIAL,
    *(f"ctrl+{letter}" for letter in string.ascii_lowercase if letter not in _SAME),
    *(f"f{number}" for number in range(1, 12)),
})  # fmt: skip
"""What every terminal can send, and send as nothing else; f12 is Textual's own."""
_ALSO: Final = {Scope.PERSONA: frozenset({"write", "pause", "mode"})}
"""What works on a screen besides the keys whose place it is."""
_PLACES: Final = tuple(scope for scope in Scope if scope not in {Scope.ANYWHERE, Scope.LISTS})
_SHIPPED: Final = {key.id: key for key in KEYS}


def refuse(wanted: Mapping[str, Sequence[str]], place: Callable[[str], str]) -> None:
    """Check the ``[keys]`` of the settings.

    Args:
        wanted: keys by the id of what they do.
        place: where the settings say so for an id, as an error names it.

    Raises:
        WatchfloorError: an unknown id, a key that no terminal can send, two meanings of a key in one place, or no key
            for what must have one.
    """
    faults = list(_faults(wanted))
    if not faults:
        return
    lines = [f"{place(name)}: keys.{name}: {why}" for name, why in faults[:_TOLD]]
    more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
    raise WatchfloorError(
        "the keys cannot be used",
        why="; ".join(lines) + more,
        remedy="Mend what is named; outside a workspace `watchfloor keys` lists the shipped ones.",
    )


def take(wanted: Mapping[str, Sequence[str]]) -> None:
    """Let these keys hold in this process, which has one keyboard, and the shipped ones for everything else."""
    BY_ID.update(_table(wanted))


def rebind(bindings: BindingsMap) -> None:
    """Have a screen's or the application's bindings use the keys that hold.

    Textual's own way takes other bindings of the same key away, where it means one thing here and another there.
    """
    bound: dict[str, list[Binding]] = {}
    taken: set[str] = set()
    for key, several in list(bindings.key_to_bindings.items()):
        for binding in several:
            known = _known(binding.id)
            if known is None:
                bound.setdefault(key, []).append(binding)
            elif binding.id not in taken:
                taken.add(binding.id or "")
                for name in known.keys:
                    bound.setdefault(name, []).append(replace(binding, key=name))
    bindings.key_to_bindings.clear()
    bindings.key_to_bindings.update(bound)


def _known(binding: str | None) -> Key | None:
    """What a binding stands for: its id is the key's, or that with the screen's name before it."""
    name = binding or ""
    return BY_ID.get(name) or BY_ID.get(name.partition(".")[2])


def _table(wanted: Mapping[str, Sequence[str]]) -> dict[str, Key]:
    return {
        name: replace(key, keys=tuple(NAMES.get(one, one) for one in wanted[name])) if name in wanted else key
        for name, key in _SHIPPED.items()
    }


def _faults(wanted: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, keys in wanted.items():
        if name not in _SHIPPED:
            yield name, "nothing has this id"
            continue
        if not keys and (name in _KEPT or name.endswith("pause")):
            yield name, "it has to have a key"
        for key in keys:
            if why := _impossible(_SHIPPED[name], NAMES.get(key, key)):
                yield name, f"“{key}” {why}"
    yield from _clashes(_table(wanted), wanted.keys())


def _impossible(verb: Key, key: str) -> str:
    if key not in POSSIBLE:
        return "is not a key that every terminal can send"
    if key in string.digits and key not in verb.keys and not verb.id.startswith("focus."):
        return "numbers panels and messages"
    if key == "y" and (verb.sends or verb.id == "quit"):
        return "answers questions, so it cannot ask one"
    return ""


def _clashes(table: Mapping[str, Key], wanted: Iterable[str]) -> Iterator[tuple[str, str]]:
    changed = set(wanted)
    told: set[tuple[str, str]] = set()
    for place in _PLACES:
        here = [key for key in table.values() if key.works_in(place) or key.id in _ALSO.get(place, ())]
        for one, other in combinations(here, 2):
            if {one.filtered, other.filtered} == {True, False} or (one.id, other.id) in told:
                continue
            both = set(one.keys) & set(other.keys)
            if both and changed & {one.id, other.id}:
                told.add((one.id, other.id))
                first, second = (one, other) if one.id in changed else (other, one)
                yield first.id, f"“{min(both)}” is also {second.id} ({place.value})"
