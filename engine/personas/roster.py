"""Who there is, by the settings: names, channels, expertise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..settings.persona_rules import PersonaRules
from ..settings.personas import PersonaSettings
from .dependencies import Dependencies, Edge, Override, in_force
from .mentions import mentioned, spoken_names
from .model import UnknownPersona


@dataclass(frozen=True, slots=True)
class Roster:
    """The configured personas and the rules that they share.

    Attributes:
        personas: by id.
        rules: the numbers.
    """

    personas: Mapping[str, PersonaSettings]
    rules: PersonaRules = field(default_factory=PersonaRules)
    _spoken: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _hearing: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _newest: list[tuple[tuple[Override, ...], Dependencies]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for every message: worked out once for each change of the settings.
        hearing: dict[str, list[str]] = {}
        for key, persona in self.personas.items():
            for channel in dict.fromkeys(persona.channels):
                hearing.setdefault(channel, []).append(key)
        spoken = spoken_names({key: (key, persona.name) for key, persona in self.personas.items()})
        object.__setattr__(self, "_spoken", spoken)
        object.__setattr__(self, "_hearing", {channel: tuple(keys) for channel, keys in hearing.items()})
        object.__setattr__(self, "_newest", [((), in_force(self.personas))])

    def get(self, persona_id: str) -> PersonaSettings:
        """One persona.

        Raises:
            UnknownPersona: it is not configured.
        """
        found = self.personas.get(persona_id)
        if found is None:
            raise UnknownPersona(persona_id, tuple(self.personas))
        return found

    def hearing(self, channel: str) -> tuple[str, ...]:
        """Who hears a channel."""
        return self._hearing.get(channel, ()) if channel else ()

    def watching(self, scanner: str) -> tuple[str, ...]:
        """Who hears a scanner's findings."""
        return tuple(key for key, persona in self.personas.items() if scanner in persona.scanners)

    def dependencies(self, overrides: tuple[Override, ...]) -> Dependencies:
        """Who waits for whom, by the settings and by what operators said since."""
        known, found = self._newest[0]
        if known != overrides:
            found = in_force(self.personas, overrides)
            self._newest[0] = (overrides, found)
        return found

    def awaiting(self, persona_id: str) -> tuple[str, ...]:
        """Who lets a persona answer first, as far as :meth:`dependencies` was asked; a hint for whom to wake."""
        return self._newest[0][1].awaited_by(persona_id)

    @property
    def set_aside(self) -> tuple[Edge, ...]:
        """What operators declared and what cannot hold at present, as far as :meth:`dependencies` was asked."""
        return self._newest[0][1].set_aside

    def mentioned(self, text: str) -> frozenset[str]:
        """Whom a text names."""
        return mentioned(text, self._spoken)
