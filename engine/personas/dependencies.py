"""Who lets whom answer first: declared in the settings, declared and withdrawn by operators, never a circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..settings.personas import PersonaSettings
from ..settings.waiting import circle, told_circle
from .model import PersonaError, UnknownPersona

Edge: TypeAlias = tuple[str, str]
"""A persona's id, and the id of the one that it waits for."""


class DependencyRefused(PersonaError):
    """A dependency cannot be declared; nothing changed."""


@dataclass(frozen=True, slots=True)
class Override:
    """What an operator said about two personas; it counts instead of what the settings say.

    Attributes:
        persona_id: who waits, or no longer does.
        waits_for: for whom.
        declared: it waits; otherwise it does not.
    """

    persona_id: str
    waits_for: str
    declared: bool


@dataclass(frozen=True, slots=True)
class Dependencies:
    """All dependencies in force. Both directions are known from the moment that one is declared.

    Attributes:
        personas: everybody whom there is.
        edges: who waits for whom, in the order of declaration.
        set_aside: what operators declared and what cannot hold at present: it names somebody whom the settings no
            longer have, or would close a circle with what the settings declare since. It holds again once it can.
    """

    personas: frozenset[str]
    edges: tuple[Edge, ...] = ()
    set_aside: tuple[Edge, ...] = ()
    _for: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _by: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forth: dict[str, list[str]] = {}
        back: dict[str, list[str]] = {}
        for persona_id, other in self.edges:
            forth.setdefault(persona_id, []).append(other)
            back.setdefault(other, []).append(persona_id)
        object.__setattr__(self, "_for", {key: tuple(others) for key, others in forth.items()})
        object.__setattr__(self, "_by", {key: tuple(others) for key, others in back.items()})

    def waits_for(self, persona_id: str) -> tuple[str, ...]:
        """Whom a persona lets answer first."""
        return self._for.get(persona_id, ())

    def awaited_by(self, persona_id: str) -> tuple[str, ...]:
        """Who lets a persona answer first."""
        return self._by.get(persona_id, ())

    def declare(self, persona_id: str, other: str) -> Dependencies:
        """With one dependency more; the same if it is declared already.

        Raises:
            UnknownPersona: one of the two is not there.
            DependencyRefused: it would close a circle.
        """
        for name in (persona_id, other):
            if name not in self.personas:
                raise UnknownPersona(name, tuple(self.personas))
        if (persona_id, other) in self.edges:
            return self
        edges = (*self.edges, (persona_id, other))
        around = circle(_by_waiting(edges))
        if around:
            raise DependencyRefused(
                f"{persona_id} cannot wait for {other}",
                why=told_circle(around),
                remedy="Withdraw another of these dependencies first.",
            )
        return Dependencies(self.personas, edges, _without(self.set_aside, (persona_id, other)))

    def withdraw(self, persona_id: str, other: str) -> Dependencies:
        """Without a dependency; it can be declared again.

        Raises:
            DependencyRefused: it is not declared.
        """
        edge = (persona_id, other)
        if edge not in self.edges and edge not in self.set_aside:
            raise DependencyRefused(f"{persona_id} does not wait for {other}", why="that is not declared")
        return Dependencies(self.personas, _without(self.edges, edge), _without(self.set_aside, edge))


def in_force(personas: Mapping[str, PersonaSettings], overrides: Iterable[Override] = ()) -> Dependencies:
    """The dependencies by the settings and by what operators said since.

    Args:
        personas: the settings, which hold no circle by themselves.
        overrides: what operators said, in the order in which they did.
    """
    said = {(one.persona_id, one.waits_for): one.declared for one in overrides}
    settled = [
        (key, other)
        for key, persona in personas.items()
        for other in persona.waits_for
        if said.get((key, other)) is not False
    ]
    found = Dependencies(frozenset(personas), tuple(dict.fromkeys(settled)))
    set_aside: list[Edge] = []
    for (persona_id, other), declared in said.items():
        if declared:
            try:
                found = found.declare(persona_id, other)
            except (UnknownPersona, DependencyRefused):
                set_aside.append((persona_id, other))
    return Dependencies(found.personas, found.edges, tuple(set_aside))


def _by_waiting(edges: Iterable[Edge]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for persona_id, other in edges:
        grouped.setdefault(persona_id, []).append(other)
    return grouped


def _without(edges: tuple[Edge, ...], gone: Edge) -> tuple[Edge, ...]:
    return tuple(edge for edge in edges if edge != gone)
