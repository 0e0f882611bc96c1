"""Who is at the keyboard, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What an operator may do; each role includes the ones before it."""

    VIEWER = 1
    """Sees everything, changes nothing."""
    OPERATOR = 2
    """Decides approvals, writes to personas, pauses and reprioritises."""
    ADMIN = 3
    """Also resumes everything and changes modes, goals and rules."""

    @property
    def title(self) -> str:
        """The role's name as the settings and the screen write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who sends commands.

    Attributes:
        name: the login or the name given with ``--operator``.
        role: what the settings allow that name.
        session: where the person sits: ``local``, or the client's address of an SSH session.
        identity: what is known of who it is besides the name that was given: the key of an SSH session, else its
            connection, else the login; empty where nothing is.
    """

    name: str
    role: Role
    session: str = "local"
    identity: str = ""

    @property
    def actor(self) -> str:
        """How the journal names this person."""
        return f"operator:{self.name}"

    @property
    def seat(self) -> str:
        """What tells two people apart who give different names; the same for whoever only changed the name."""
        return self.identity or self.session
