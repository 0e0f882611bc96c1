"""Summaries of accounts: the stalest first, a few at a time, from what is on record."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.errors import WatchfloorError
from engine.governance import Proposal, Stage
from engine.insights import Brief, Note, Summary, extract, summarise_stale
from engine.settings.insights import ContextSettings
from engine.storage import Database

from .crm import add_account, add_deals, log

RULES = ContextSettings()


class Gate:
    def __init__(self) -> None:
        self.taken: list[Proposal] = []

    async def propose(self, proposal: Proposal) -> str:
        self.taken.append(proposal)
        return f"action-{len(self.taken)}"

    @property
    def accounts(self) -> list[str | None]:
        return [proposal.account_id for proposal in self.taken]


async def test_each_account_gets_its_summary_and_then_only_news_count(
    database: Database, clock: SimulatedClock
) -> None:
    for number in range(7):
        await add_account(database, f"account-{number}")
    gate = Gate()
    for _ in range(3):
        await summarise_stale(database, clock, RULES, gate.propose)
    assert sorted(map(str, gate.accounts)) == [f"account-{number}" for number in range(7)]
    await clock.advance(8 * 86_400)
    done = await summarise_stale(database, clock, RULES, gate.propose)
    assert done.proposed == 0
    await log(database, "account-3", [clock.now()])
    await clock.advance(60)
    done = await summarise_stale(database, clock, RULES, gate.propose)
    assert done.proposed == 1
    assert gate.accounts[-1] == "account-3"


async def test_news_wait_until_the_summary_is_old_enough(database: Database, clock: SimulatedClock) -> None:
    await add_account(database, "acme")
    gate = Gate()
    await summarise_stale(database, clock, RULES, gate.propose)
    await clock.advance(60)
    await log(database, "acme", [clock.now()])
    assert (await summarise_stale(database, clock, RULES, gate.propose)).proposed == 0
    await clock.advance(RULES.stale_days * 86_400)
    assert (await summarise_stale(database, clock, RULES, gate.propose)).proposed == 1


async def test_a_summary_tells_figures_and_the_telling_sentences(database: Database, clock: SimulatedClock) -> None:
    today = clock.now().date()
    await add_account(database, "acme")
    await add_deals(
        database,
        "acme",
        [
            (today - timedelta(days=90), today - timedelta(days=9), Stage.CLOSED_WON, 125_000),
            (today - timedelta(days=20), None, Stage.QUALIFICATION, 40_000),
        ],
    )
    await log(database, "acme", [clock.now()], "They need single sign-on before the renewal. Lunch was good.")
    gate = Gate()
    await summarise_stale(database, clock, RULES, gate.propose)
    (proposal,) = gate.taken
    assert (proposal.kind, proposal.tool) == ("update_account_context", "account_context")
    assert isinstance(proposal.arguments, dict)
    text = str(proposal.arguments["text"])
    assert "Open: 1 deals worth 400.00. Won: 1 worth 1,250.00. Lost: 0." in text
    assert "stage qualification" in text
    assert "They need single sign-on before the renewal." in text


async def test_one_failure_is_told_and_stops_no_other(database: Database, clock: SimulatedClock) -> None:
    await add_account(database, "acme")
    await add_account(database, "globex")

    async def summarise(brief: Brief, _sentences: int) -> Summary:
        if brief.account_id == "acme":
            raise WatchfloorError("the model did not answer", why="its time ran out")
        return Summary("All is well.", "some-model")

    gate = Gate()
    done = await summarise_stale(database, clock, RULES, gate.propose, summarise)
    assert (done.proposed, len(done.failed)) == (1, 1)
    assert "its time ran out" in done.failed[0]
    assert gate.accounts == ["globex"]
    assert (await summarise_stale(database, clock, RULES, gate.propose)).proposed == 1


NOTES = st.lists(st.builds(Note, st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.text(max_size=300)), max_size=20)


@given(NOTES, st.integers(1, 8))
def test_extracts_are_what_was_written_in_its_order(notes: list[Note], most: int) -> None:
    found = extract(notes, most)
    assert len(found) <= most
    squeezed = [" ".join(note.text.split()) for note in notes]
    for line in found:
        _, _, sentence = line.partition(": ")
        assert any(sentence in text for text in squeezed)
    assert len(set(found)) == len(found)
    assert found == extract(notes, most)


def test_the_words_that_matter_choose_the_sentences() -> None:
    notes = [
        Note(date(2026, 1, 1), "The weather was fine."),
        Note(date(2026, 1, 2), "Budget for the migration is approved."),
        Note(date(2026, 1, 3), "Migration budget: they ask for a migration plan."),
    ]
    assert extract(notes, 2) == (
        "2026-01-02: Budget for the migration is approved.",
        "2026-01-03: Migration budget: they ask for a migration plan.",
    )
