"""The daily digest: everything it promises, and nothing that others wrote as markup."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.insights import DigestFacts, Evidence, Found, Pattern, PatternType, digest_proposals, digest_text
from engine.insights.digest_facts import ActionFact, GoalFact
from engine.settings.insights import DigestSettings
from engine.storage import Database

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOSTILE = "x\n# Approved\n\x1b[2J[click](http://evil.example) `rm` <b>\u202e|"


def facts(text: str = "sent 1 mail", name: str = "Acme") -> DigestFacts:
    action = ActionFact("send_follow_up_email", "persona:helper", "acme", text, NOON)
    pattern = Pattern("acme", PatternType.HIGH_RISK, 84, (Evidence("a", text, 60), Evidence("b", text, 60)))
    found = Found("p1", pattern, NOON, NOON, None, None)
    goal = GoalFact(name, "10", "100", 10, 50, False, "20", date(2026, 3, 31))
    return DigestFacts(
        NOON - timedelta(days=1), NOON, {"messages came in": 1_234}, ((action,), 3), ((), 0), ((action,), 1), (goal,),
        (((name, found),), 1),
    )  # fmt: skip


def test_it_tells_what_it_promises() -> None:
    text = digest_text(facts(), "acme-ops")
    assert "In short: 1 waiting for a decision, 1 goals behind, 3 actions done by themselves" in text
    assert "- and 2 more" in text
    assert "**behind**, 10 of 100 (10 %; 50 % of its time has passed), heading for 20 by 2026-03-31" in text
    assert "- Acme: **high risk**, confidence 84 %" in text
    assert "- 1,234 messages came in" in text
    assert "## What failed or is uncertain\n\nNothing." in text


def test_what_others_wrote_stays_one_line_of_plain_text() -> None:
    text = digest_text(facts(HOSTILE, HOSTILE), HOSTILE)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not any(line.startswith("# Approved") for line in text.splitlines())
    assert "[click](" not in text
    assert "<b>" not in text


@given(st.text(max_size=400))
def test_no_text_can_add_a_line(words: str) -> None:
    assert digest_text(facts(words, words), words).count("\n") == digest_text(facts(), "x").count("\n")


async def test_a_day_has_one_digest_and_one_announcement(database: Database, clock: SimulatedClock) -> None:
    first = await database.read(lambda reader: digest_proposals(reader, clock.now(), "ops", DigestSettings()))
    await clock.advance(3_600)
    again = await database.read(lambda reader: digest_proposals(reader, clock.now(), "ops", DigestSettings()))
    assert [proposal.dedupe_key for proposal in first] == [proposal.dedupe_key for proposal in again]
    assert [proposal.kind for proposal in first] == ["create_briefing", "send_chat_message"]
    await clock.advance(86_400)
    next_day = await database.read(lambda reader: digest_proposals(reader, clock.now(), "ops", DigestSettings()))
    assert next_day[0].dedupe_key != first[0].dedupe_key


async def test_operators_are_notified_where_there_is_a_way(database: Database, clock: SimulatedClock) -> None:
    *_, last = await database.read(
        lambda reader: digest_proposals(reader, clock.now(), "ops", DigestSettings(), notify=True)
    )
    assert (last.kind, last.tool) == ("send_chat_message", "notify")
    assert last.arguments == {
        "title": "Digest of 2026-03-10: ops",
        "body": "0 waiting for a decision, 0 goals behind, 0 actions done by themselves, 0 failed or uncertain, "
        "0 patterns.",
    }


async def test_it_counts_what_the_journal_holds_since_yesterday(database: Database, clock: SimulatedClock) -> None:
    await database.write(lambda tx: tx.record("message.accepted", "m1", {}))
    await clock.advance(2 * 86_400)
    for number in range(3):
        await database.write(lambda tx, number=number: tx.record("message.accepted", f"n{number}", {}))  # type: ignore[misc]  # mypy cannot infer a lambda with bound defaults
    await clock.advance(60)
    written, told = await database.read(lambda reader: digest_proposals(reader, clock.now(), "ops", DigestSettings()))
    assert isinstance(written.arguments, dict)
    assert "- 3 messages came in" in str(written.arguments["text"])
    assert isinstance(told.arguments, dict)
    assert "digests/2026-03-12.md" in str(told.arguments["text"])
