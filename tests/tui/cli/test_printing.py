"""What is printed cannot steer a terminal, and what a reader sees as a field is one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.operators import Role
from engine.view import Risk
from tui.cli.printing import amount, lasting, one_line, plain, print_facts, print_json, print_table, say

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)


@dataclass(frozen=True)
class Thing:
    name: str
    at: datetime
    risk: Risk
    role: Role
    parts: tuple[int, ...]


def harmless(text: str) -> bool:
    return all(character == "\n" or 0x20 <= ord(character) < 0x7F or ord(character) >= 0xA0 for character in text)


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


@given(ANY_TEXT)
def test_any_text_in_a_cell_is_one_harmless_line(text: str) -> None:
    shown = one_line(text)
    assert "\n" not in shown
    assert harmless(shown)


def test_json_is_plain_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": "\x1b[2J\x7f\u202e\u009b\ud800 ü"}
    print_json(value)
    out = printed(capsys)
    assert json.loads(out) == value
    assert all(character == "\n" or " " <= character <= "~" for character in out)


def test_json_keeps_what_dataclasses_mean() -> None:
    thing = Thing("n", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), Risk.HIGH, Role.ADMIN, (1, 2))
    assert plain({"thing": thing, "day": date(2026, 1, 2)}) == {
        "thing": {"name": "n", "at": "2026-01-02T03:04:05+00:00", "risk": "high", "role": "admin", "parts": [1, 2]},
        "day": "2026-01-02",
    }
    with pytest.raises(TypeError):
        plain(object())


def test_a_payload_cannot_pass_for_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts([("body", "hello\ndigest  0000\n\rrisk  LOW"), ("digest", "9f2c")])
    lines = printed(capsys).splitlines()
    assert [line for line in lines if line.startswith("digest")] == ["digest  9f2c"]
    assert not any(line.startswith("risk") for line in lines)


def test_nothing_of_a_payload_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    body = "\n".join(f"line {number} " + "x" * 200 for number in range(2_000))
    print_facts([("body", body)])
    assert "line 1999 " in printed(capsys)


def test_a_table_in_a_pipe_is_whole_and_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("id", "title"), [("a\x1b", "x" * 500), ("bb", "y\nz")])
    heading, first, second = printed(capsys).splitlines()
    assert heading.index("title") == first.index("x") == second.index("y")
    assert first.endswith("x" * 500)


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo")
    assert printed(capsys) == "one\ntwo\n"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (123_456_789, "money", "1,234,567.89"),
        (5, "money", "0.05"),
        (6_315, "percent", "63.15 %"),
        (1_234, "count", "1,234"),
    ],
)
def test_amounts_are_exact(value: int, unit: str, shown: str) -> None:
    assert amount(value, unit) == shown


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3_599, "59 min 59 s"), (3_600, "1 h"),
        (111_600, "1 d 7 h"), (86_400, "1 d"), (172_799, "1 d 23 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds: float, told: str) -> None:
    assert lasting(seconds) == told
