"""What other agents may ask about goals in steps: templates, plans that are shown first, and how far each step is."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..client import EngineClient
from ..commands import CancelGraph, SubmitGraph
from ..queries import GRAPH, GRAPHS, PLAN, TEMPLATES, AskGraph, AskGraphs, AskNothing, AskPlan
from .offer import Offer, said
from .offers import AskedCancel, AskedNothing, AskedPage, AskedPlan, AskedSteps, AskedThing


class GraphOffers:
    """Goals that are split into tasks.

    Args:
        client: reaches the engine.
    """

    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def offers(self) -> Sequence[Offer]:
        """Everything here."""
        return (
            Offer(
                "list_templates",
                "Templates that split a goal into tasks, and their parameters.",
                AskedNothing,
                self._templates,
                reads=True,
            ),
            Offer(
                "plan_graph",
                "Show the steps that a goal would be split into; nothing is submitted.",
                AskedPlan,
                self._plan,
                reads=True,
            ),
            Offer(
                "submit_graph",
                "Split a goal into tasks, by a template or by a plan; approval steps ask an operator.",
                AskedSteps,
                self._submit,
            ),
            Offer("list_graphs", "Goals in steps, newest first.", AskedPage, self._list, reads=True),
            Offer("graph_status", "One goal with the state of each step.", AskedThing, self._show, reads=True),
            Offer("cancel_graph", "Stop every task of a goal.", AskedCancel, self._cancel),
        )

    async def _templates(self, _: AskedNothing) -> object:
        return (await self._client.query(TEMPLATES, AskNothing())).items

    async def _plan(self, asked: AskedPlan) -> object:
        ask = AskPlan(template=asked.template, parameters=asked.parameters, goal=asked.goal, plan=_text(asked.plan))
        return await self._client.query(PLAN, ask)

    async def _submit(self, asked: AskedSteps) -> object:
        arguments = SubmitGraph(template=asked.template, parameters=asked.parameters, plan=_text(asked.plan))
        return said(await self._client.send("graph.submit", arguments))

    async def _list(self, asked: AskedPage) -> object:
        return await self._client.query(GRAPHS, AskGraphs(after=asked.after, limit=asked.limit))

    async def _show(self, asked: AskedThing) -> object:
        return await self._client.query(GRAPH, AskGraph(id=asked.id))

    async def _cancel(self, asked: AskedCancel) -> object:
        found = await self._client.query(GRAPH, AskGraph(id=asked.id))
        return said(await self._client.send("graph.cancel", CancelGraph(id=found.id, reason=asked.reason)))


def _text(plan: dict[str, object] | None) -> str:
    return "" if plan is None else json.dumps(plan, allow_nan=False)
