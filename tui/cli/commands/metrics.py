"""``metrics``: what the engine counts, as a scraper reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.queries import METRICS, AskNothing

from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import MetricsText


@command("metrics")
def metrics(session: Session) -> None:
    """Print the metrics of the running engine in the text form of Prometheus.

    Counters begin with the engine; without one there are only the figures of the moment.
    """

    async def work(client: EngineClient) -> MetricsText:
        return await client.query(METRICS, AskNothing())

    told = ask_engine(session, work)
    if session.json:
        print_json(told)
        return
    for line in told.text.splitlines():
        say(line)
