"""How long one decision of the guardrails takes with 1,000 rules, and how long a file of them takes to read.

Run it with ``python -m tests.benchmarks.policy``. Each figure is the best and the median of many rounds in one run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from engine.governance import AccountFacts, ActionFacts, Policy, Stage, classify
from engine.governance.kinds import AUTONOMOUS_KINDS, TOOLS_BY_KIND
from engine.governance.policy import parse_policy
from engine.settings.governance import GovernanceSettings

RULES: Final = 1_000
ROUNDS: Final = 40
CALLS: Final = 500
NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHIPPED: Final = GovernanceSettings()


def by_kind_and_persona() -> str:
    """Rules spread over kinds, tools and personas, as a large workspace has them."""
    kinds = sorted(AUTONOMOUS_KINDS)
    return "\n".join(
        f'[[rule]]\nname = "r{n}"\nwhy = "rule {n}"\ntier = "approval"\nkinds = ["{kinds[n % len(kinds)]}"]\n'
        f'tools = ["{min(TOOLS_BY_KIND[kinds[n % len(kinds)]])}"]\nproposers = ["persona:p{n % 50}"]\n'
        f'arguments = [{{ at = "/subject", glob = "*word{n}*" }}]'
        for n in range(RULES)
    )


def by_address() -> str:
    """Rules for one kind and tool, each about another address: a list of a thousand names."""
    return "\n".join(
        f'[[rule]]\nname = "r{n}"\nwhy = "rule {n}"\ntier = "approval"\nkinds = ["send_follow_up_email"]\n'
        f'arguments = [{{ at = "/to", eq = "person{n}@acme.example" }}]'
        for n in range(RULES)
    )


def everywhere() -> str:
    """The worst: every rule about every action, none found by kind, tool, persona or value."""
    return "\n".join(
        f'[[rule]]\nname = "r{n}"\nwhy = "rule {n}"\ntier = "approval"\ncost_over_cents = {100_000 + n}'
        for n in range(RULES)
    )


def mail(stage: Stage = Stage.PROSPECTING) -> ActionFacts:
    """A mail as a persona proposes it."""
    return ActionFacts(
        "send_follow_up_email",
        "email",
        proposer="persona:p7",
        arguments={"to": ["jo@acme.example"], "subject": "Our call on Monday", "body": "Dear Jo, thank you. " * 40},
        account=AccountFacts("acme", stage),
        recipients=("jo@acme.example",),
        now=NOW,
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Best and median microseconds of one call."""
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(CALLS):
            work()
        rounds.append((time.perf_counter() - begin) / CALLS * 1e6)
    return min(rounds), statistics.median(rounds)


def main() -> None:
    """Print every figure."""
    facts = mail()
    write = sys.stdout.write
    shipped = Policy.from_settings(SHIPPED)
    best, median = timed(lambda: classify(facts, shipped))
    write(f"decision, built-in rules alone            best {best:7.2f} µs   median {median:7.2f} µs\n")
    for name, text in (
        ("by kind, tool, persona", by_kind_and_persona()),
        ("by address, one kind", by_address()),
        ("none can be found by index", everywhere()),
    ):
        begin = time.perf_counter()
        rules = parse_policy(text, "policy.toml", SHIPPED)
        reading = (time.perf_counter() - begin) * 1e3
        policy = Policy.from_settings(SHIPPED, rules)
        best, median = timed(lambda policy=policy: classify(facts, policy))  # type: ignore[misc]  # bound per round
        write(f"decision, {RULES} rules, {name:<27} best {best:7.2f} µs   median {median:7.2f} µs\n")
        write(f"  reading, checking and comparing the file: {reading:.0f} ms\n")


if __name__ == "__main__":
    main()
