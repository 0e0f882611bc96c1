"""What personas said in a channel is told beside the messages that came by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.assembly.views.personas import channel_said
from engine.clock import SimulatedClock
from engine.storage import Database, Transaction, to_us

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _say(tx: Transaction, number: int, channel: str, text: str) -> None:
    tx.execute(
        "INSERT INTO chat_messages (action_id, channel, sender, text, in_reply_to, at_us) VALUES (?,?,?,?,?,?)",
        (f"act-{number}", channel, "persona:helper", text, None, to_us(NOW + timedelta(seconds=number))),
    )


async def test_the_last_ten_of_that_channel_oldest_first(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as database:

        def fill(tx: Transaction) -> None:
            for number in range(15):
                _say(tx, number, "general", f"line {number}")
            _say(tx, 15, "sales", "x" * 5_000)

        await database.write(fill)
        general = await database.read(lambda reader: channel_said(reader, "general"))
        assert [line.text for line in general] == [f"line {number}" for number in range(5, 15)]
        assert (general[0].sender, general[0].at) == ("persona:helper", NOW + timedelta(seconds=5))
        (sales,) = await database.read(lambda reader: channel_said(reader, "sales"))
        assert len(sales.text) == 1_000
        assert await database.read(lambda reader: channel_said(reader, "")) == ()
