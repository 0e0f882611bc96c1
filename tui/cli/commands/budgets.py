"""``budgets``: how much may happen by itself before an operator is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.queries import BUDGETS, AskNothing

from ..printing import amount, instant, print_json, print_table
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import BudgetPage, BudgetView


@command("budgets")
@click.option("--used", is_flag=True, help="Only those of which something is used.")
def budgets(session: Session, *, used: bool) -> None:
    """List every limit on what may happen by itself, the most used first."""

    async def work(client: EngineClient) -> BudgetPage:
        return await client.query(BUDGETS, AskNothing())

    page = ask_engine(session, work)
    shown = [one for one in page.items if one.used or not used]
    if session.json:
        print_json({"items": shown})
    else:
        print_table(("subject", "measure", "used", "limit", "oldest use ends"), [_row(one) for one in shown])


def _row(one: BudgetView) -> tuple[str, ...]:
    unit = "money" if one.measure == "cents_per_day" else "count"
    words = one.measure.replace("cents", "money").replace("_", " ")
    return (one.subject, words, amount(one.used, unit), amount(one.limit, unit), instant(one.window_ends))
