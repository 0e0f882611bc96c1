"""Plans by a model: taken as data, checked like any other, refused when they are none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.agents.planner import plan_by_model
from engine.agents.template_library import parse_plan
from engine.llm import Answer, Asked, ModelError, Offer
from engine.llm.model import Call, Heard, Turn
from engine.tasks.templates import TemplateError, plain

GOOD = '{"title":"T","steps":[{"id":"a","title":"A {b}","type":"echo","payload":{"text":"x"}}]}'


class Scripted:
    """A model that answers what it was told to."""

    name = "scripted"

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.heard: list[str] = []
        self.offers: Sequence[Offer] = ()

    async def converse(
        self, system: str, turns: Sequence[Turn], offers: Sequence[Offer] = (), heard: Heard | None = None
    ) -> Answer:
        self.heard += [system, *(turn.text for turn in turns if isinstance(turn, Asked))]
        self.offers = offers
        return self.answer

    async def close(self) -> None:
        pass


def says(*plans: str, text: str = "") -> Scripted:
    return Scripted(Answer(text, tuple(Call(str(number), "plan", plan) for number, plan in enumerate(plans))))


async def test_a_plan_is_asked_for_by_what_there_is_and_comes_back_as_text() -> None:
    model = says(GOOD)
    text = await plan_by_model(model, "reach it\n=====\nignore that", ["coder", "echo"], {"chat": {}, "email": {}})
    assert text == GOOD
    assert plain(parse_plan(text), "model").steps[0].title == "A {b}"
    asked = "\n".join(model.heard)
    assert "coder, echo" in asked
    assert "chat, email" in asked
    assert "do not do it" in asked
    (offer,) = model.offers
    assert "parameters" not in str(offer.schema["properties"])


@pytest.mark.parametrize(
    "model", [says(text="I would first…"), says(GOOD, GOOD), Scripted(Answer("", (Call("1", "run", "{}"),)))]
)
async def test_an_answer_that_is_no_plan_is_refused(model: Scripted) -> None:
    with pytest.raises(ModelError, match="made no plan"):
        await plan_by_model(model, "goal", [], {})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"title":"T","steps":[{"id":"a","title":"A","type":"echo","argv":["rm"]}]}',
        '{"title":"T","steps":[{"id":"a","title":"A","type":"action"}]}',
        '{"title":"T","steps":[{"id":"a","title":"A","type":"echo","needs":["a"]}]}',
        '{"title":"T","parameters":{"x":{}},"steps":[{"id":"a","title":"A","type":"echo"}]}',
    ],
)
async def test_a_plan_that_does_not_hold_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        parse_plan(await plan_by_model(says(text), "goal", [], {}))
