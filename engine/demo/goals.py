"""The demo's work for agents: a goal with an approval in its middle, and a change in a work tree of the shop."""

from __future__ import annotations

import random
from typing import Final

from ..commands import SubmitGraph, SubmitTask
from .crm import account_names

COMMANDS: Final = """\

[agents.repositories.shop]
path = "shop"

[agents.commands.next_prices]
argv = ["cp", "prices.py", "prices_next.py"]
repository = "shop"
"""
"""What the demo's agent may run, for its settings."""


def letter(source: random.Random) -> SubmitGraph:
    """A goal in five steps: write, measure, ask, send, file."""
    account, seats = source.choice(account_names()), source.randint(10, 90)
    return SubmitGraph(
        template="customer-letter",
        parameters={
            "account": account,
            "to": "buyer@customer.example",
            "subject": "Your quote (simulated)",
            "text": f"Dear team of {account},\n\nas agreed: {seats} seats of Team at the known price.\n",
        },
    )


def change() -> SubmitTask:
    """A change that an agent makes in a work tree of its own and commits on its branch."""
    return SubmitTask(title="Begin the next price list (simulated)", type="next_prices", priority=3)
