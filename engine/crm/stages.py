"""Where opportunities and accounts stand, where they stood on a day, and who said so when.

An account's stage follows from its opportunities: while anything is open, the most advanced stage among the open ones;
otherwise the outcome of the one closed last (on the same day, winning counts). Somebody may set another one by hand.
That holds until the opportunities say something else than they did at that moment: the CRM has news then, and news
count for more than what was known before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from ..errors import WatchfloorError
from ..governance.kinds import Stage
from ..storage import Reader, Transaction, from_us, to_us

Subject: TypeAlias = Literal["account", "opportunity"]

HISTORY_LIMIT: Final = 200
"""Most changes of one subject that are read at once; the latest."""
_ORDER: Final = (
    "stage IN ('closed_won', 'closed_lost'),"
    " CASE stage WHEN 'negotiation' THEN 0 WHEN 'evaluation' THEN 1 WHEN 'qualification' THEN 2"
    " WHEN 'prospecting' THEN 3 ELSE 4 END,"
    " close_date DESC, stage DESC, engage_date IS NULL, engage_date"
)
_NAMED: Final = 20
_ASIDE: Final = 1_000_000


class CrmError(WatchfloorError):
    """There is no such account or opportunity, or it cannot become what was asked."""


@dataclass(frozen=True, slots=True)
class StageChange:
    """One stage in a history.

    Attributes:
        stage: by the guardrails' names; ``unknown`` where nothing is known any more.
        day: since which day; nothing where that is unknown.
        at: when the engine learned it.
        source: how: ``import``, ``command`` or the tool that did it.
        actor: who.
    """

    stage: Stage
    day: date | None
    at: datetime
    source: str
    actor: str


@dataclass(frozen=True, slots=True)
class AccountStage:
    """Where an account stands.

    Attributes:
        stage: by the guardrails' names; ``unknown`` where it has no opportunity and nobody set one.
        derived: what its opportunities say.
        set_by: who set another one by hand; empty where the opportunities decide.
    """

    stage: Stage
    derived: Stage
    set_by: str = ""


def stage_of(reader: Reader, account_id: str) -> str | None:
    """How far an account's business has come, as the gate sees it; nothing where that is not known."""
    stage = account_stage(reader, account_id).stage
    return None if stage is Stage.UNKNOWN else stage.value


def account_stage(reader: Reader, account_id: str) -> AccountStage:
    """Where an account stands, and why."""
    row = reader.row(
        f"SELECT stage FROM opportunities WHERE account_id = ? ORDER BY {_ORDER} LIMIT 1",  # noqa: S608  # a constant
        (account_id,),
    )
    derived = Stage.named(row["stage"] if row else None)
    held = reader.row("SELECT stage, actor FROM account_stages WHERE account_id = ?", (account_id,))
    return AccountStage(Stage(held["stage"]), derived, held["actor"]) if held else AccountStage(derived, derived)


def all_account_stages(reader: Reader) -> Mapping[str, tuple[Stage, str | None]]:
    """What the opportunities say about every account that has any: its stage, and since which day."""
    sql = (
        "SELECT account_id, stage,"  # noqa: S608  # a constant
        " CASE WHEN stage IN ('closed_won', 'closed_lost') THEN close_date ELSE engage_date END AS day"
        " FROM (SELECT account_id, stage, engage_date, close_date,"
        f" row_number() OVER (PARTITION BY account_id ORDER BY {_ORDER}) AS place"
        " FROM opportunities WHERE account_id IS NOT NULL) WHERE place = 1"
    )
    rows = reader.rows(sql)
    return {row["account_id"]: (Stage(row["stage"]), row["day"]) for row in rows}


def account_stages(reader: Reader) -> Mapping[str, str]:
    """The stage of every account that has one, as the gate sees it."""
    stages = {account_id: stage.value for account_id, (stage, _) in all_account_stages(reader).items()}
    held = reader.rows("SELECT account_id, stage FROM account_stages")
    return stages | {row["account_id"]: row["stage"] for row in held}


def stage_on(reader: Reader, opportunity_id: str, day: date) -> Stage | None:
    """The stage that an opportunity was in at the end of a day; nothing where it had not begun."""
    row = reader.row(
        "SELECT stage FROM stage_history WHERE subject = 'opportunity' AND id = ? AND (day IS NULL OR day <= ?)"
        " ORDER BY number DESC LIMIT 1",
        (opportunity_id, day.isoformat()),
    )
    return Stage(row["stage"]) if row else None


def stage_history(reader: Reader, subject: Subject, subject_id: str) -> tuple[StageChange, ...]:
    """The latest changes of a subject's stage, oldest first."""
    rows = reader.rows(
        "SELECT stage, day, at_us, source, actor FROM stage_history WHERE subject = ? AND id = ?"
        " ORDER BY number DESC LIMIT ?",
        (subject, subject_id, HISTORY_LIMIT),
    )
    return tuple(
        StageChange(
            Stage(row["stage"]),
            date.fromisoformat(row["day"]) if row["day"] else None,
            from_us(row["at_us"]),
            row["source"],
            row["actor"],
        )
        for row in reversed(rows)
    )


def set_account_stage(
    tx: Transaction, account_id: str, stage: Stage, *, source: str, actor: str, reason: str = ""
) -> Stage:
    """Set an account's stage by hand; journalled old and new.

    Args:
        tx: the unit of work.
        account_id: an account on record.
        stage: a stage that is known.
        source: how it came: ``command``, or the tool that does it.
        actor: who does it (``operator:ana``).
        reason: why, for the journal.

    Returns:
        the stage before.

    Raises:
        CrmError: there is no such account, it is in that stage already, or the stage is ``unknown``.
    """
    if stage is Stage.UNKNOWN:
        raise CrmError("stage refused", why="unknown is not a stage to set")
    if tx.row("SELECT 1 FROM accounts WHERE id = ?", (account_id,)) is None:
        raise CrmError(f"no account {account_id[:60]}", remedy="See `watchfloor crm accounts list`.")
    found = account_stage(tx, account_id)
    if found.stage is stage:
        raise CrmError(f"{account_id} is in {stage.value} already")
    if stage is found.derived:
        tx.execute("DELETE FROM account_stages WHERE account_id = ?", (account_id,))
    else:
        tx.execute(
            "INSERT INTO account_stages (account_id, stage, basis, actor, at_us) VALUES (?,?,?,?,?)"
            " ON CONFLICT (account_id) DO UPDATE SET"
            " stage = excluded.stage, basis = excluded.basis, actor = excluded.actor, at_us = excluded.at_us",
            (account_id, stage, found.derived, actor, to_us(tx.now)),
        )
    note_stage(tx, "account", account_id, stage, tx.now.date().isoformat(), source=source, actor=actor)
    data = {"from": found.stage.value, "to": stage.value, "source": source, "reason": reason}
    tx.record("account.stage_set", account_id, data, actor)
    return found.stage


def note_stage(
    tx: Transaction, subject: Subject, subject_id: str, stage: Stage, day: str | None, *, source: str, actor: str
) -> None:
    """Add a change to a subject's history."""
    tx.execute(
        "INSERT INTO stage_history (subject, id, number, stage, day, at_us, source, actor)"
        " VALUES (?1, ?2, (SELECT coalesce(max(number), 0) + 1 FROM stage_history WHERE subject = ?1 AND id = ?2),"
        " ?3, ?4, ?5, ?6, ?7)",
        (subject, subject_id, stage, day, to_us(tx.now), source, actor),
    )


def note_before(
    tx: Transaction, opportunity_id: str, last: Stage, stage: Stage, day: str | None, *, source: str, actor: str
) -> None:
    """Add a stage that was learned late, before the one that the opportunity is in (``last``)."""
    place = tx.row(
        "SELECT max(number) AS number FROM stage_history WHERE subject = 'opportunity' AND id = ? AND stage = ?",
        (opportunity_id, last),
    )
    number = place["number"] if place and place["number"] else 1
    # Far away and back, because two rows never share a number, not even for a moment.
    for by in (_ASIDE, 1 - _ASIDE):
        tx.execute(
            "UPDATE stage_history SET number = number + ? WHERE subject = 'opportunity' AND id = ? AND number >= ?",
            (by, opportunity_id, number if by > 0 else number + _ASIDE),
        )
    tx.execute(
        "INSERT INTO stage_history (subject, id, number, stage, day, at_us, source, actor)"
        " VALUES ('opportunity', ?, ?, ?, ?, ?, ?, ?)",
        (opportunity_id, number, stage, day, to_us(tx.now), source, actor),
    )


def settle_accounts(tx: Transaction, *, source: str, actor: str) -> int:
    """After opportunities were written: let stages set by hand go where there are news, and keep every change.

    Returns:
        accounts whose stage changed.
    """
    derived = all_account_stages(tx)
    held = {row["account_id"]: row for row in tx.rows("SELECT account_id, stage, basis FROM account_stages")}
    for account_id, row in held.items():
        now = derived.get(account_id, (Stage.UNKNOWN, None))[0]
        if now.value != row["basis"]:
            tx.execute("DELETE FROM account_stages WHERE account_id = ?", (account_id,))
            tx.record("account.stage_released", account_id, {"from": row["stage"], "to": now.value}, actor)
    kept = {row["account_id"] for row in tx.rows("SELECT account_id FROM account_stages")}
    last = {
        row["id"]: row["stage"]
        for row in tx.rows("SELECT id, stage, max(number) FROM stage_history WHERE subject = 'account' GROUP BY id")
    }
    changed = [
        (account_id, stage, day)
        for account_id, (stage, day) in derived.items()
        if account_id not in kept and last.get(account_id) != stage.value
    ]
    changed += [
        (account_id, Stage.UNKNOWN, None)
        for account_id in sorted(last.keys() - derived.keys() - kept)
        if last[account_id] != Stage.UNKNOWN.value
    ]
    for account_id, stage, day in changed:
        note_stage(tx, "account", account_id, stage, day, source=source, actor=actor)
    if changed:
        names = [f"{account_id}: {stage.value}" for account_id, stage, _ in changed[:_NAMED]]
        tx.record("account_stages.changed", "accounts", {"count": len(changed), "first": names}, actor)
    return len(changed)
