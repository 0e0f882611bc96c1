"""Templates: what they become, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.template_library import TemplateLibrary, parse_plan, parse_template
from engine.tasks import FailurePolicy, Step, TaskError, ordered, problems_of
from engine.tasks.graph import Plan
from engine.tasks.templates import TemplateError, filled, plain, with_results

SMALL = """
title = "About {topic}"
on_failure = "skip"
[parameters.topic]
[parameters.times]
type = "integer"
default = 2
[parameters.tone]
default = "calm"
choices = ["calm", "loud"]
[[steps]]
id = "look"
title = "Look at {topic}"
type = "echo"
payload = { text = "{{{topic}}}", times = "{times}", nested = ["{tone}"] }
[[steps]]
id = "ask"
title = "Ask"
needs = ["look"]
on_failure = "wait"
[steps.approve]
kind = "send_chat_message"
tool = "chat"
arguments = { channel = "general", text = "{topic}: {result:look}" }
"""


def test_the_shipped_templates_hold() -> None:
    for template in TemplateLibrary(Path("/nonexistent")).all():
        document = template.usable()
        values = {name: "7" for name, one in document.parameters.items() if one.default is None}
        assert len(ordered(filled(document, template.name, values))) >= 5
        assert any(step.approve is not None for step in document.steps)


def test_blanks_are_filled_in_as_data() -> None:
    plan = filled(parse_template(SMALL, "small.toml"), "small", {"topic": '"; x {tone} {result:look}'})
    look, ask = ordered(plan)
    assert plan.title == 'About "; x {tone} {result:look}'
    assert look.payload == '{"nested":["calm"],"text":"{\\"; x {tone} {result:look}}","times":2}'
    assert (look.on_failure, ask.on_failure) == (FailurePolicy.SKIP, FailurePolicy.WAIT)
    assert ask.asks is not None
    asked = with_results(ask.asks, {"look": "{topic}"})
    # What a parameter says never becomes a blank of its own, and neither does what an agent wrote.
    assert asked.arguments["text"] == '"; x {tone} {result:look}: {topic}'
    assert asked.always


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "topic has to be given"),
        ({"topic": "x", "tone": "shrill"}, "tone must be one of calm, loud"),
        ({"topic": "x", "times": "1.5"}, "times must be a whole number"),
        ({"topic": "x", "sise": "1"}, "there is no parameter sise"),
        ({"topic": "x\0"}, "topic must have at most"),
    ],
)
def test_what_does_not_fit_is_refused(values: dict[str, str], said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        filled(parse_template(SMALL, "small.toml"), "small", values)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('needs = ["look"]', 'needs = ["loook"]', r"small.toml, line 16: .*ask needs loook, which is no step"),
        ('type = "echo"\n', 'type = "echo"\nneeds = ["ask"]\n', "look → ask → look go round in a circle"),
        ("About {topic}", "About {topik}", "small.toml, line 2: title: {topik} is no parameter"),
        ("{result:look}", "{result:lok}", "{result:lok} names no step"),
        ('id = "ask"', 'id = "look"', "two steps are called look"),
        ('type = "echo"', 'tipe = "echo"', "small.toml, line 1[0-9]: .*unknown key"),
        ("[steps.approve]\nkind", 'type = "echo"\n[steps.approve]\nkind', "either a type, for agents, or"),
        ('title = "Ask"', 'title = "Ask', "not valid TOML"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(before: str, after: str, said: str) -> None:
    assert before in SMALL
    with pytest.raises(TemplateError) as error:
        parse_template(SMALL.replace(before, after), "small.toml")
    assert error.match(said)


def test_the_workspaces_own_come_before_the_shipped_ones_and_a_broken_one_is_listed(tmp_path: Path) -> None:
    (tmp_path / "code-change.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "broken.toml").write_bytes(b"title = 'a'\n\xff")
    found = {one.name: one for one in TemplateLibrary(tmp_path).all()}
    assert found["code-change"].own
    assert not found["customer-letter"].own
    assert "broken.toml, line 2, is not UTF-8" in str(found["broken"].fault)
    with pytest.raises(TemplateError, match="not UTF-8"):
        found["broken"].usable()
    for name in ("none", "../secret", ".hidden"):
        with pytest.raises(TemplateError, match="there is no template"):
            TemplateLibrary(tmp_path).get(name)


def test_a_models_plan_is_taken_as_it_is_or_refused() -> None:
    step = '{"id":"a","title":"{x}","type":"echo","payload":{"text":"{{y}}"}}'
    plan = plain(parse_plan('{"title":"T {z}","steps":[STEP]}'.replace("STEP", step)), "model")
    assert (plan.title, plan.steps[0].title, plan.steps[0].payload) == ("T {z}", "{x}", '{"text":"{{y}}"}')
    twice = '{"title":"T","title":"U","steps":[STEP]}'.replace("STEP", step)
    for text in ("", "[]", '{"title":"T","steps":[]}', twice, "not a plan"):
        with pytest.raises(TemplateError):
            parse_plan(text)


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=10))
def test_an_order_puts_everything_behind_what_it_needs_or_there_is_none(needs: list[list[int]]) -> None:
    steps = tuple(
        Step(f"s{number}", "t", "echo", needs=tuple(f"s{one}" for one in dict.fromkeys(before)))
        for number, before in enumerate(needs)
    )
    if problems_of(steps):
        with pytest.raises(TaskError):
            ordered(Plan("t", steps))
        return
    seen: set[str] = set()
    for step in ordered(Plan("t", steps)):
        assert set(step.needs) <= seen
        seen.add(step.id)
    assert len(seen) == len(steps)
