"""The job ``daily_digest_generation``: write down what happened, and tell the team that it is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..governance.proposal import Proposal
from ..settings.insights import DigestSettings
from ..storage import Reader, from_us
from .digest import digest_text, headline
from .digest_facts import read_digest_facts

_DAY = timedelta(days=1)


def digest_proposals(
    reader: Reader, now: datetime, workspace: str, rules: DigestSettings, *, notify: bool = False
) -> tuple[Proposal, ...]:
    """The digest as a proposal to write its file, and the messages that announce it.

    It covers the time since the last digest, a week at most; the first one covers a day. Each is proposed once a day,
    whatever crashes in between.

    Args:
        reader: one consistent state of the database.
        now: the present.
        workspace: its name.
        rules: how much is told, and where.
        notify: also notify the operators, by the targets in the settings.
    """
    facts = read_digest_facts(reader, _since(reader, now), now, rules.listed)
    day = now.date().isoformat()
    reason = f"The daily digest: {headline(facts)}."
    written = Proposal(
        kind="create_briefing",
        tool="digest",
        arguments={"day": day, "text": digest_text(facts, workspace)},
        proposer="insights",
        reason=reason,
        dedupe_key=f"digest:{day}",
    )
    told = Proposal(
        kind="send_chat_message",
        tool="chat",
        arguments={"channel": rules.channel, "text": f"Digest of {day}: {headline(facts)}. See digests/{day}.md."},
        proposer="insights",
        reason=reason,
        dedupe_key=f"digest-told:{day}",
    )
    if not notify:
        return written, told
    notified = Proposal(
        kind="send_chat_message",
        tool="notify",
        arguments={"title": f"Digest of {day}: {workspace}"[:200], "body": f"{headline(facts)}."},
        proposer="insights",
        reason=reason,
        dedupe_key=f"digest-notified:{day}",
    )
    return written, told, notified


def _since(reader: Reader, now: datetime) -> datetime:
    row = reader.row(
        "SELECT max(created_us) AS at_us FROM actions WHERE proposer = 'insights' AND tool = 'digest'"
        " AND created_us < ?",
        (int((now - timedelta(hours=1)).timestamp() * 1_000_000),),
    )
    last = from_us(row["at_us"]) if row and row["at_us"] is not None else now - _DAY
    return max(last, now - 7 * _DAY)
