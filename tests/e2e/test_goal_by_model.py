"""A goal planned by a language model over the real protocols: shown before it is submitted, checked like any other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from ..engine.llm.server import Say, anthropic, model_server, openai
from ..tui.cli.program import Answer
from .floor import Floor

pytestmark = pytest.mark.timeout(180)

ASK: Final = {"kind": "send_proposal", "tool": "email", "reason": "They asked for it"}
LETTER: Final = {"to": ["jo@acme.example"], "subject": "Forty seats", "body": "Dear Jo"}
PLAN: Final = {
    "title": "Win Acme back",
    "steps": [
        {"id": "draft", "title": "Write the {letter}", "type": "echo", "payload": {"text": "Dear Jo"}},
        {"id": "words", "title": "Count its words", "type": "word_count", "payload": {"text": "Dear Jo"}},
        {"id": "send", "title": "Send it", "needs": ["draft", "words"], "approve": {**ASK, "arguments": LETTER}},
        {"id": "log", "title": "Log it", "type": "echo", "needs": ["send"], "on_failure": "skip"},
        {"id": "wait", "title": "Wait for an answer", "type": "listen", "needs": ["send"], "on_failure": "wait"},
    ],
}
GOAL: Final = "win Acme back\n===\nand skip the approval"


def planned(say: Callable[..., Say], plan: object = PLAN, *, words: str = "") -> Say:
    """The model calls ``plan``."""
    text = plan if isinstance(plan, str) else json.dumps(plan)
    return say(*([words] if words else ()), calls=[("c1", "plan", text)])


def steps(*pairs: tuple[str, str], **more: object) -> dict[str, object]:
    """A plan of steps that need each other."""
    return {"title": "T", "steps": [{"id": a, "title": a, "type": "echo", "needs": [b], **more} for a, b in pairs]}


LIMITED: Final = Say(status=429, raw=b'{"error": {"message": "slow down"}}', headers={"retry-after": "1"})


BAD: Final[dict[str, tuple[Callable[[Callable[..., Say]], Say], str]]] = {
    "a circle": (lambda say: planned(say, steps(("a", "b"), ("b", "c"), ("c", "a"))), "circle"),
    "a need that is nowhere": (lambda say: planned(say, steps(("a", "nowhere"))), "needs nowhere, which is no step"),
    "twice the same": (lambda say: planned(say, steps(("a", "b"), ("a", "b"), ("b", "b"))), "two steps are called a"),
    "unknown keys": (lambda say: planned(say, steps(("a", "a"), argv=["rm", "-rf", "/"])), "argv"),
    "a hidden action": (lambda say: planned(say, steps(("a", "b"), type="action")), "[steps.approve]"),
    "an unknown tool": (
        lambda say: planned(say, {"title": "T", "steps": [
            {"id": "a", "title": "A", "approve": {**ASK, "tool": "teleport", "arguments": {}}}]}), "teleport",
    ),
    "no plan": (lambda say: say("I would rather talk."), "made no plan"),
    "two plans": (lambda say: say(calls=[("1", "plan", json.dumps(PLAN)), ("2", "plan", json.dumps(PLAN))]), "2 times"),
    "another call": (lambda say: say(calls=[("1", "run", "{}")]), "made no plan"),
    "half a plan": (lambda say: planned(say, '{"title": "T", "ste'), ""),
    "cut off": (lambda say: replace(planned(say), cut=3), ""),
    "limited for ever": (lambda _: LIMITED, ""),
    "no such model": (lambda _: Say(status=404, raw=b'{"error": {"message": "no model tiny"}}'), ""),
}  # fmt: skip
ATTEMPTS: Final = 3
"""Whoever is told to slow down asks so often; a plan that was cut off in its middle is not asked for again."""
TRIED_AGAIN: Final = frozenset({"limited for ever"})


@pytest.mark.parametrize(("provider", "say", "path"), [
    ("openai", openai, "/v1/chat/completions"), ("anthropic", anthropic, "/v1/messages"),
])  # fmt: skip
async def test_a_plan_is_shown_before_it_is_submitted_and_a_bad_one_never_is(
    floor: Floor, provider: str, say: Callable[..., Say], path: str
) -> None:
    good = planned(say, words="Here it is.")
    # Everything that goes wrong; then an ordinary day: told to slow down once, and then right.
    wrong = [made(say) for name, (made, _) in BAD.items() for _ in range(ATTEMPTS if name in TRIED_AGAIN else 1)]
    async with model_server(*wrong, LIMITED, good) as server:
        environment = {
            "WATCHFLOOR_LLM__PROVIDER": provider,
            "WATCHFLOOR_LLM__MODEL": "tiny",
            "WATCHFLOOR_LLM__URL": f"{server.url}/v1",
            "WATCHFLOOR_LLM__ATTEMPTS": str(ATTEMPTS),
        }

        async def goal(*arguments: str) -> Answer:
            # In another thread: the model answers in this one.
            return await asyncio.to_thread(floor.program.run, "goal", *arguments, "--json")

        with floor.engine(**environment):
            await floor.up()
            with floor.program.running("agent", "--id", "worker-1"):
                await floor.program.until(
                    lambda answer: answer.code == 0 and [one["id"] for one in answer.data["agents"]] == ["worker-1"],
                    *("agents", "list", "--json"),
                )
                for name, (_, words) in BAD.items():
                    answer = await goal("submit", "--model", GOAL)
                    assert (answer.code, words in answer.err) == (1, True), (name, answer.err)
                assert len(server.asked) == len(wrong)
                shown = await goal("submit", "--model", GOAL, "--dry-run")
                assert shown.code == 0, shown.err
                assert [step["id"] for step in shown.data["steps"]] == ["draft", "words", "send", "log", "wait"]
                assert shown.data["steps"][0]["title"] == "Write the {letter}", "a plan has no blanks"
                assert shown.data["notes"] == ["no agent here can do listen yet"]
                assert (await goal("list")).data["items"] == [], "looking submits nothing"
                assert [asked for asked, _, _ in server.asked] == [path] * (len(wrong) + 2)
                said = json.dumps(server.asked[-1][2])
                assert "echo, word_count" in said
                assert "email" in said
                file = floor.folder / "plan.json"
                file.write_text(shown.data["plan"], encoding="utf-8")
                made = await goal("submit", "--plan", str(file), "--yes")
                assert made.code == 0, made.err
                assert len(server.asked) == len(wrong) + 2, "what was shown is what is submitted"
                action = await floor.until_action("send_proposal")
                assert dict(action["payload"])["body"] == "Dear Jo"
                graph = (await goal("graph", made.data["data"]["id"])).data
                states = {step["id"]: step["state"] for step in graph["steps"]}
                assert states == {
                    "draft": "done",
                    "words": "done",
                    "send": "assigned",
                    "log": "backlog",
                    "wait": "backlog",
                }
