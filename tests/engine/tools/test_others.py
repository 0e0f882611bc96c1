"""Calendars as calendar programs read them, the engine's own figures, and secrets by reference."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from engine.assembly.memory_figures import measure_memory
from engine.canonical import JSON
from engine.clock import SystemClock
from engine.governance import ArgumentsError
from engine.storage import Database
from engine.tools.calendar import CalendarArguments, compose
from engine.tools.mcp.catalogue import SCHEMA_DEPTH, ListedTool, listed
from engine.tools.mcp.schema import SchemaMismatch, check_against
from engine.tools.memory import Memory
from engine.tools.secrets import SecretError, Secrets

from .surroundings import context, registry

INVITE: dict[str, JSON] = {
    "to": ["jo@acme.example", "ann@acme.example"],
    "title": "Review",
    "start": "2026-03-02T10:00:00+01:00",
}


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=400))
def test_a_calendar_reads_exactly_what_was_meant(title: str, notes: str) -> None:
    tools = registry(Path(), {})
    try:
        call = tools.prepare("calendar", {**INVITE, "title": title, "notes": notes})
    except ArgumentsError:
        return
    raw = compose(CalendarArguments.model_validate(call.arguments), context(Path()), "desk@ours.example")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    calendar: Any = Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == title
    assert str(event["DESCRIPTION"]) == notes.replace("\r\n", "\n")
    assert event["DTSTART"].dt == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert event["UID"] == "0190-abc@watchfloor.invalid"
    assert calendar["METHOD"] == "REQUEST"
    assert [str(one) for one in event["ATTENDEE"]] == ["mailto:jo@acme.example", "mailto:ann@acme.example"]


def test_nobody_is_invited_twice() -> None:
    with pytest.raises(ArgumentsError, match="twice"):
        registry(Path(), {}).prepare("calendar", {**INVITE, "to": ["jo@acme.example", "JO@acme.example"]})


async def test_the_engines_figures_are_measured(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "engine.db", SystemClock()) as database:
        await database.write(lambda tx: tx.record("test.done", "x", {}))
        found = await measure_memory(database)
        size = (tmp_path / "engine.db").stat().st_size // 1024

        async def figures() -> Memory:
            return found

        tools = registry(tmp_path, {}, figures=figures)
        result = await tools.run("memory_stats", {}, context(tmp_path))
    assert found.process_kb is not None
    assert 10_000 < found.process_kb <= found.peak_kb
    assert found.database_kb >= size > 0
    assert found.rows["journal"] == 1
    assert result.data["rows"] == found.rows


def test_a_secret_is_read_learned_and_never_guessed(tmp_path: Path) -> None:
    learned: list[str] = []
    secrets = Secrets({"TOKEN": " abcd1234 "}, tmp_path, learned.append)
    (tmp_path / "token").write_text("efgh5678\n")
    (tmp_path / "token").chmod(0o600)
    assert [secrets.read("env:TOKEN"), secrets.read("file:token")] == ["abcd1234", "efgh5678"]
    assert learned == ["abcd1234", "efgh5678"]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("open", "others than its owner may read it"),
        ("link", "cannot be read"),
        ("missing", "No such file"),
        ("empty", "there is none"),
        ("lines", "not one line"),
        ("pipe", "no plain file"),
        ("big", "more than 65536 bytes"),
        (".", "Is a directory"),
    ],
)
def test_a_secret_that_others_could_read_or_that_is_none_is_refused(tmp_path: Path, name: str, match: str) -> None:
    for file, text in {"open": "abcd", "empty": "", "lines": "ab\ncd", "big": "x" * 70_000}.items():
        (tmp_path / file).write_text(text)
        (tmp_path / file).chmod(0o644 if file == "open" else 0o600)
    (tmp_path / "link").symlink_to("lines")
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SecretError, match=match):
        Secrets({}, tmp_path).read(f"file:{name}")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "$ref": "#"},
        {"type": "object", "$ref": "http://127.0.0.1:1/x"},
        {"type": "object", "$ref": "#/nowhere"},
        {"type": "object", "properties": 3},
        {"type": "object", "required": 7},
        {"type": "object", "allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"type": "object", "properties": {"a": {"minimum": "x"}}},
        {
            "type": "object",
            "anyOf": [{"$ref": "#/$defs/0"}],
            "$defs": {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(40)},
        },
    ],
)
def test_a_hostile_schema_ends_in_bounded_steps(schema: dict[str, object]) -> None:
    with pytest.raises(SchemaMismatch):
        check_against(schema, {"a": 1})


def test_a_pattern_that_takes_for_ever_is_left_to_its_server() -> None:
    check_against({"type": "object", "properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 40 + "!"})


def test_what_may_stand_in_a_listing() -> None:
    deep: dict[str, object] = {"type": "object"}
    for _ in range(SCHEMA_DEPTH):
        deep = {"type": "object", "properties": {"a": deep}}
    wrong = [
        listed("a b", "", {"type": "object"}),
        listed("a", "", {"type": "string"}),
        listed("a", "", []),
        listed("a", "", deep),
        listed("a", "", {"type": "object", "title": "x" * 40_000}),
        listed("a" * 65, "", {"type": "object"}),
    ]
    assert all(isinstance(one, str) for one in wrong)
    good = listed("a", "does\x00 it\u202e \x1b[31mnow" + "y" * 900, {"type": "object"})
    assert isinstance(good, ListedTool)
    assert good.description.startswith("does it [31mnow")
    assert len(good.description) == 500
    other = listed("a", "does something else", {"type": "object"})
    assert isinstance(other, ListedTool)
    assert other.sha256 != good.sha256
    assert json.dumps(dict(good.schema)) == '{"type": "object"}'
