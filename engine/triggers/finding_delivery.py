"""Tells findings to the personas that hear their scanner, through the gate that everything passes that wakes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from ..settings.triggers import WakeSettings
from ..storage import Transaction
from .findings import Finding, note_told, untold
from .wake import Call, why_asleep
from .wake_rows import note_skip, note_wake, wakes_of

Post: TypeAlias = Callable[[Transaction, str, Finding], None]
"""Puts a finding into a persona's inbox, in the same unit of work."""


def tell(
    tx: Transaction, scanner: str, hearers: Iterable[str], post: Post, rules: WakeSettings, quiet_seconds: int
) -> int:
    """Tell what is new. One round wakes a persona once, however many findings it brings.

    Args:
        tx: the unit of work.
        scanner: whose findings.
        hearers: the personas that hear it.
        post: puts a finding into an inbox.
        rules: of the gate.
        quiet_seconds: in which a finding that keeps changing is not told again.

    Returns:
        how often something was told.
    """
    told = 0
    for persona in hearers:
        news = untold(tx, scanner, persona, tx.now, quiet_seconds)
        if not news:
            continue
        wakes = wakes_of(tx, persona, tx.now)
        woken = False
        for finding in news:
            call = Call(scanner, persona, caused_by=finding.caused_by)
            skip = why_asleep(call, wakes, tx.now, rules)
            if skip is not None:
                note_skip(tx, persona, scanner, skip)
            if skip is None:
                post(tx, persona, finding)
                told, woken = told + 1, True
            if skip is None or finding.caused_by == persona:
                # What it caused itself it is never told; noted, so that it counts once and not at every look.
                note_told(tx, finding, persona)
        if woken:
            note_wake(tx, Call(scanner, persona))
    return told
