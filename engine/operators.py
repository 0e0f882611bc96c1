"""Who is at the keyboard, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

AGENT_SESSION: Final = "mcp"
"""The first word of a session in which an agent speaks in a person's name."""


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
    def proposer(self) -> str:
        """Who asks, where this session proposes something: the person, or the agent that works in their name.

        What an agent proposes is not its operator's own wish, so that operator may decide about it.
        """
        return f"agent:{AGENT_SESSION}-{self.name}" if self.is_agent else self.actor

    @property
    def is_agent(self) -> bool:
        """Not a person sits here but an agent, over MCP: it may ask, and never decides."""
        return self.session.split(" ", 1)[0] == AGENT_SESSION

    @property
    def seat(self) -> str:
        """What tells two people apart who give different names; the same for whoever only changed the name."""
        return self.identity or self.session
