"""What to do about a pattern: a proposal, with the evidence for whoever decides."""

from __future__ import annotations

from dataclasses import dataclass

from ..canonical import JSON
from ..governance.proposal import Proposal
from ..settings.goals import GoalSettings
from ..settings.insights import InsightSettings
from ..storage import Reader
from .pattern import Family, Pattern, PatternType
from .repository import Found

_TITLES = {
    PatternType.BUYING_SIGNAL: "Buying signal",
    PatternType.CRITICAL_RISK: "Critical risk",
    PatternType.HIGH_RISK: "High risk",
    PatternType.MEDIUM_RISK: "Risk",
    PatternType.ENGAGEMENT_CHANGE: "Engagement changed",
}


@dataclass(frozen=True, slots=True)
class Addressees:
    """Who is written to.

    Attributes:
        contact: the account's own mail address; empty where the CRM has none.
        owner: who follows up inside.
        management: whom grave risks are escalated to.
        channel: where the team talks.
    """

    contact: str
    owner: str
    management: str
    channel: str


def addressees_of(reader: Reader, account_id: str, insights: InsightSettings, goals: GoalSettings) -> Addressees:
    """Who is written to about an account."""
    row = reader.row("SELECT contact_email FROM accounts WHERE id = ?", (account_id,))
    contact = str(row["contact_email"]) if row else ""
    return Addressees(contact, goals.sales_owner_address, insights.management_address, goals.team_channel)


def plan(found: Found, name: str, to: Addressees) -> Proposal:
    """The proposal that a pattern becomes.

    Buying signal and medium risk: a follow-up mail to the account, or to the owner where the CRM knows no address.
    Critical and high risk: an escalation. A change of engagement: a chat message. The pattern's id is the dedupe key,
    so that one pattern becomes one proposal, whatever crashes in between.

    Args:
        found: the pattern.
        name: the account's name for people.
        to: who is written to.
    """
    pattern = found.pattern
    arguments: dict[str, JSON]
    if pattern.type in {PatternType.CRITICAL_RISK, PatternType.HIGH_RISK}:
        kind, tool = "escalate_to_management", "email"
        arguments = _mail(to.management, f"{_TITLES[pattern.type]}: {name}", _report(pattern, name))
    elif pattern.family is Family.ENGAGEMENT:
        kind, tool = "send_chat_message", "chat"
        arguments = {"channel": to.channel, "text": _report(pattern, name)}
    elif to.contact:
        kind, tool = "send_follow_up_email", "email"
        arguments = _mail(to.contact, f"Keeping in touch: {name}"[:200], _follow_up(pattern, name))
    else:
        kind, tool = "send_follow_up_email", "email"
        arguments = _mail(to.owner, f"{_TITLES[pattern.type]}: {name}", _report(pattern, name))
    return Proposal(
        kind=kind,
        tool=tool,
        arguments=arguments,
        proposer="insights",
        reason=reason_of(pattern, name),
        account_id=pattern.account_id,
        dedupe_key=f"pattern:{found.id}",
    )


def reason_of(pattern: Pattern, name: str) -> str:
    """Why, in a sentence with all the evidence."""
    seen = "; ".join(item.text for item in pattern.evidence)
    return f"{_TITLES[pattern.type]} at {name}, confidence {pattern.confidence} %: {seen}."


def _report(pattern: Pattern, name: str) -> str:
    lines = [f"{_TITLES[pattern.type]} at {name} (confidence {pattern.confidence} %).", "", "What was seen:"]
    lines += [f"- {item.text}" for item in pattern.evidence]
    return "\n".join(lines) + "\n"


def _follow_up(pattern: Pattern, name: str) -> str:
    if pattern.family is Family.BUYING:
        offer = "We noticed that things are moving on your side. Is there anything we can prepare for your next step?"
    else:
        offer = "We have not heard much from each other lately. Is there anything that keeps you waiting on our side?"
    return f"Hello {name} team,\n\n{offer}\n\nA short answer is enough; we will take it from there.\n\nKind regards\n"


def _mail(to: str, subject: str, body: str) -> dict[str, JSON]:
    return {"to": [to], "subject": subject[:200], "body": body}
