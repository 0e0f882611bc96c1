"""Keeps the policy file's last good version, also over a restart, and puts on record what a new one changes."""

from __future__ import annotations

import hashlib
import pwd
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ...canonical import JSON, canonical, parse_strict
from ...settings.governance import GovernanceSettings
from ...storage import Reader, Transaction
from .compare import Changes, answering, compare
from .model import NO_FILE, Policy, Rules
from .reading import SIZE_LIMIT, PolicyError, parse_policy, read_text

_FACT: Final = "policy"
_OUTLINE: Final = "policy_outline"
_FAILURE: Final = "policy_failure"
_SHOWN: Final = timedelta(hours=24)
_TOLD: Final = 20
_MEMORY_BYTES: Final = 16 * SIZE_LIMIT


class PolicyKeeper:
    """The policy file of a workspace: its last good version, and why the newest is not in force.

    Args:
        path: the file.
        governance: the settings in force.
    """

    def __init__(self, path: Path, governance: Callable[[], GovernanceSettings]) -> None:
        self.path = path
        self._governance = governance
        self._text = ""
        self._looked = ""
        self.rules: Rules = NO_FILE
        """The last version that held."""
        self.failure: PolicyError | None = None
        """Why the newest version is not in force; nothing when it is."""
        self._notice = ("", datetime.min.replace(tzinfo=UTC))

    @property
    def capped(self) -> str:
        """Why nothing may run by itself; empty where it may."""
        return "" if self.failure is None else self.failure.sentence()

    def recall(self, reader: Reader) -> None:
        """Take up the last good version that an earlier engine put in force, then the file as it is now."""
        text = _fact(reader, _FACT)
        if text:
            try:
                self.rules = parse_policy(text, self.path.name, self._governance())
                self._text = text
            except PolicyError as error:
                # What held under older settings or an older program: capped until the file holds again.
                self.failure = error
        self.reload()

    def reload(self) -> bool:
        """Read the file again.

        Returns:
            whether anything changed: another version is in force, or it failed, or it holds again.
        """
        before = (self.rules, self.capped)
        try:
            text = read_text(self.path)
        except PolicyError as error:
            self.failure, self._looked = error, ""
            return before != (self.rules, self.capped)
        mark = "none" if text is None else hashlib.sha256(text.encode()).hexdigest()
        if mark == self._looked:
            return False
        self._looked = mark
        self._take(text)
        return before != (self.rules, self.capped)

    def note(self, tx: Transaction, policy: Policy) -> bool:
        """Put on record what is in force now, and how it differs from what was before.

        Returns:
            whether it differs, so that what waits has to be judged again.
        """
        known = _fact(tx, _OUTLINE)
        shipped = Policy.from_settings(GovernanceSettings()).outline
        base = parse_strict(known, max_bytes=_MEMORY_BYTES) if known else shipped
        present = {**policy.outline, "answering": answering(self._governance())}
        changes = compare(base if isinstance(base, dict) else {}, present)
        who = {"version": policy.version, **self._author()}
        failed_before = _fact(tx, _FAILURE)
        if self.capped and self.capped != failed_before:
            tx.record("policy.refused", self.path.name, {"why": self.capped, **who})
        for event, said in (("policy.loosened", changes.loosened), ("policy.tightened", changes.tightened)):
            if said:
                told: dict[str, JSON] = {"what": _summed(said), "changes": list(said[:_TOLD]), "count": len(said)}
                tx.record(event, self.path.name, {**told, **who})
        # The first policy of a workspace was written by whoever made it; there is nobody to be warned yet.
        if changes.loosened and known:
            self._notice = (f"the policy was loosened: {_summed(changes.loosened)}", tx.now + _SHOWN)
        outline = canonical(present).decode()
        facts = {_OUTLINE: outline, _FACT: self._text, _FAILURE: self.capped}
        differing = {name: value for name, value in facts.items() if value != _fact(tx, name)}
        for name, value in differing.items():
            _set_fact(tx, name, value)
        return bool(differing)

    def notices(self, now: datetime) -> tuple[str, ...]:
        """What operators should know: that the file does not hold, that it was loosened within the last day."""
        said = [f"nothing runs by itself: {self.capped}"] if self.failure is not None else []
        text, until = self._notice
        return (*said, text) if text and now < until else tuple(said)

    def _take(self, text: str | None) -> None:
        if text is None and self._text:
            self.failure = PolicyError(
                f"{self.path.name} is gone",
                why="its rules stay in force",
                remedy="Put it back, or leave an empty file.",
            )
            return
        try:
            rules = parse_policy(text or "", self.path.name, self._governance())
        except PolicyError as error:
            self.failure = error
            return
        self._text = text or ""
        if rules.document != self.rules.document:
            self.rules = rules if text else NO_FILE
        # Last of all: whoever looks from another thread meanwhile must not find older rules without their cap.
        self.failure = None

    def _author(self) -> dict[str, JSON]:
        try:
            found = self.path.stat()
        except OSError:
            return {}
        try:
            owner = pwd.getpwuid(found.st_uid).pw_name
        except KeyError:
            owner = str(found.st_uid)
        return {"owner": owner, "modified": datetime.fromtimestamp(found.st_mtime, UTC).isoformat(timespec="seconds")}


def changes_to(policy: Policy, rules: Rules, settings: GovernanceSettings) -> Changes:
    """What other rules would change about a policy."""
    return compare(policy.outline, Policy.from_settings(settings, rules).outline)


def _summed(changes: tuple[str, ...]) -> str:
    return changes[0] if len(changes) == 1 else f"{changes[0]}, and {len(changes) - 1} more"


def _fact(reader: Reader, name: str) -> str:
    row = reader.row("SELECT value FROM engine_facts WHERE name = ?", (name,))
    return str(row["value"]) if row else ""


def _set_fact(tx: Transaction, name: str, value: str) -> None:
    tx.execute(
        "INSERT INTO engine_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
