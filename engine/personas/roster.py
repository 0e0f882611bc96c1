"""Who there is, by the settings: names, channels, expertise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..settings.persona_rules import PersonaRules
from ..settings.personas import PersonaSettings
from .mentions import mentioned
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
        if not channel:
            return ()
        return tuple(key for key, persona in self.personas.items() if channel in persona.channels)

    def watching(self, scanner: str) -> tuple[str, ...]:
        """Who hears a scanner's findings."""
        return tuple(key for key, persona in self.personas.items() if scanner in persona.scanners)

    def mentioned(self, text: str) -> frozenset[str]:
        """Whom a text names."""
        return mentioned(text, {key: (key, persona.name) for key, persona in self.personas.items()})
