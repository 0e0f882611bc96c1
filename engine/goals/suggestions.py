"""What to do about a goal that lags: three suggestions for people, and the action that the first of them becomes.

The action uses only tools that say what they do. A lagging activity goal asks the team by chat for meetings instead of
inviting to one that nobody planned, and a lagging quality goal lists the accounts to qualify instead of logging
interactions with them that never happened (and that would count as activity).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..canonical import JSON
from ..governance.proposal import Proposal
from ..settings.goals import GoalSettings
from ..storage import Reader
from .goal import Goal, GoalType, format_value
from .track import Assessment


@dataclass(frozen=True, slots=True)
class GapAnswer:
    """The action that answers a goal's gap.

    Attributes:
        goal_id: the goal.
        gap: which of its gaps, from 1.
        depth: how deep, in the steps of the settings.
        proposal: the action; its dedupe key makes the gate take it once for this gap and depth.
    """

    goal_id: str
    gap: int
    depth: int
    proposal: Proposal


def suggestions(goal: Goal, assessment: Assessment) -> tuple[str, ...]:
    """Three things to do about a goal that is behind, the best first; none while it is on track."""
    if assessment.on_track:
        return ()
    missing = format_value(goal.type, max(math.ceil(goal.target - assessment.value), 0))
    match goal.type:
        case GoalType.REVENUE:
            return (
                f"Write to the sales owner: follow up on the open deals closest to a close, {missing} are missing.",
                "Go through deals whose close date slipped and agree on the next step for each.",
                "Ask customers who bought before for renewals and additions.",
            )
        case GoalType.PIPELINE:
            return (
                f"Write to the sales owner: open new opportunities worth {missing}.",
                "Take up again prospects that were engaged but have gone quiet.",
                "Put a value on open opportunities that have none yet.",
            )
        case GoalType.ACTIVITY:
            return (
                f"Ask the team to arrange meetings: {missing} more interactions are needed.",
                "Call accounts that have had no interaction for a month.",
                "Log calls and mails that are not in the CRM yet.",
            )
        case GoalType.QUALITY:
            return (
                "Qualify the open opportunities again, beginning with the accounts that have most of them.",
                "Compare the deals lost in this window: what did they have in common?",
                "Close opportunities nobody believes in early, before they take more work.",
            )


def answer_to_gap(
    reader: Reader, goal: Goal, gap: int, depth: int, assessment: Assessment, settings: GoalSettings
) -> GapAnswer:
    """The action that a goal's first suggestion becomes.

    Args:
        reader: the CRM tables.
        goal: a goal that is behind.
        gap: which of its gaps.
        depth: how deep it is.
        assessment: how it stands.
        settings: whom to address.
    """
    first = suggestions(goal, assessment)[0]
    standing = _standing(goal, assessment)
    arguments: dict[str, JSON]
    match goal.type:
        case GoalType.REVENUE | GoalType.PIPELINE:
            kind, tool = "send_follow_up_email", "email"
            arguments = {
                "to": [settings.sales_owner_address],
                "subject": f"Goal behind: {goal.title}"[:200],
                "body": f"{standing}\n\n{first}\n",
            }
        case GoalType.ACTIVITY:
            kind, tool = "send_chat_message", "chat"
            arguments = {"channel": settings.team_channel, "text": f"{standing} {first}"}
        case GoalType.QUALITY:
            kind, tool = "create_briefing", "briefing"
            accounts = "\n".join(f"- {name}: {count} open" for name, count in _most_open(reader)) or "- none on record"
            body = f"{standing}\n\n{first}\n\nAccounts with most open opportunities:\n\n{accounts}\n"
            arguments = {"title": f"To qualify for: {goal.title}"[:200], "body": body}
    proposal = Proposal(kind, tool, arguments, f"goal:{goal.id}", standing, dedupe_key=f"gap:{gap}:{depth}")
    return GapAnswer(goal.id, gap, depth, proposal)


def _standing(goal: Goal, assessment: Assessment) -> str:
    value = format_value(goal.type, assessment.whole_value)
    target = format_value(goal.type, goal.target)
    return (
        f"The {goal.type.value} goal “{goal.title}” is behind on {assessment.as_of}: {value} of {target}"
        f" ({assessment.progress} %, {assessment.expected} % of its time has passed),"
        f" {assessment.days_left} days left."
    )


def _most_open(reader: Reader) -> Sequence[tuple[str, int]]:
    rows = reader.rows(
        "SELECT accounts.name AS name, count(*) AS open FROM opportunities JOIN accounts ON accounts.id = account_id"
        " WHERE stage NOT IN ('closed_won', 'closed_lost')"
        " GROUP BY account_id ORDER BY open DESC, account_id LIMIT 10"
    )
    return [(str(row["name"]), int(row["open"])) for row in rows]
