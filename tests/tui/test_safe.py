"""Hostile text becomes visible, bounded and inert at the border, whatever it was."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.safe import MAX_COMBINING, SafeText, content, display, joined, mixed_script, suspicious_characters

HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x07\n\t⟨\u202e\u200b\u0301\ufe0f\udcff")), max_size=200
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain words", "plain words"),
        ("a\x1b]52;c;eA==\x07", "a⟨ESC⟩]52;c;eA==⟨BEL⟩"),
        ("\x9b31m\x7f", "⟨U+009B⟩31m⟨DEL⟩"),
        ("rm \u202exyz\u2066", "rm ⟨U+202E⟩xyz⟨U+2066⟩"),
        ("a\u200bb\ufeff\u00ad", "a⟨U+200B⟩b⟨U+FEFF⟩⟨U+00AD⟩"),
        ("x\U000e0041\ufe0f\U000e0100", "x⟨U+E0041⟩⟨U+FE0F⟩⟨U+E0100⟩"),
        ("one\u2028two", "one⟨U+2028⟩two"),
        ("\ud800", "⟨U+D800⟩"),
        (b"caf\xe9 caf\xc3\xa9", "caf⟨xE9⟩ café"),
        ("e\u0301", "é"),
        ("⟨ESC⟩", "⟨U+27E8⟩ESC⟩"),
        ("a\tb", "a    b"),
        ("one\r\ntwo", "one\ntwo"),
        ("[b]markup[/] [@click=app.quit]", "[b]markup[/] [@click=app.quit]"),
        ("\u3164\u115f\u034f", "⟨U+3164⟩⟨U+115F⟩⟨U+034F⟩"),
        ("日本 ✓ ┃", "日本 ✓ ┃"),
    ],
)
def test_everything_invisible_becomes_a_mark(raw: str | bytes, shown: str) -> None:
    assert display(raw).text == shown


@given(HOSTILE)
def test_nothing_that_controls_or_hides_survives(raw: str) -> None:
    text = display(raw).text.replace("\n", "")
    assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]
    text.encode("utf-8")


@given(HOSTILE)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = display(raw)
    assert display(once) == once


@given(HOSTILE, st.integers(min_value=1, max_value=60))
def test_the_cap_holds_and_what_was_cut_is_told(raw: str, limit: int) -> None:
    safe = display(raw, limit=limit)
    kept, _, told = safe.text.rpartition("…(+")
    if safe.hidden:
        assert len(kept) <= limit
        assert told == f"{safe.hidden})"
    else:
        assert len(safe.text) <= limit


def test_a_huge_line_and_many_lines_are_cut() -> None:
    assert display("x" * 1_000_000, limit=10).text == "xxxxxxxxxx…(+999990)"
    assert display("a\nb\nc\nd", lines=2).text == "a\nb\n…(+2 lines)"
    assert display("a\nb", multiline=False).text == "a↵b"


def test_a_pile_of_combining_marks_is_bounded() -> None:
    shown = display("x" + "\u0336" * 500).text
    assert shown == "x" + "\u0336" * MAX_COMBINING + f"⟨+{500 - MAX_COMBINING} marks⟩"


def test_a_combining_mark_cannot_climb_on_what_is_not_its_text() -> None:
    assert display("\u0336text").text == "⟨U+0336⟩text"
    assert display("a\n\u0336").text == "a\n⟨U+0336⟩"


def test_safe_text_is_made_by_cleaning_alone() -> None:
    with pytest.raises(TypeError):
        SafeText("\x1b", 0, 0, object())
    assert not isinstance(display("x"), str)


def test_marks_are_counted_and_joined() -> None:
    both = joined([display("\x1b"), display("b\x07")], " · ")
    assert (both.text, both.marks) == ("⟨ESC⟩ · b⟨BEL⟩", 2)


def test_content_takes_the_text_literally() -> None:
    assert content(display("[b]x[/b] [/]"), "bold").plain == "[b]x[/b] [/]"


def test_lookalikes_in_addresses_are_named() -> None:
    found = suspicious_characters("jo@exаmple.org")
    assert [(each.index, str(each)) for each in found] == [(5, "U+0430 cyrillic small letter a")]
    assert suspicious_characters("jo@example.org") == ()


@pytest.mark.parametrize("name", ["jo@exаmple.org", "xn--80ak6aa92e.com", "gοogle.com/x", "ｒm.example"])
def test_mixed_scripts_are_flagged(name: str) -> None:
    assert mixed_script(name)


@pytest.mark.parametrize("name", ["jo@example.org", "пример.example", "例え.example", "a-b_c.example:80/x"])
def test_one_script_is_honest(name: str) -> None:
    assert not mixed_script(name)


def test_the_command_line_may_clean_without_loading_textual() -> None:
    script = (
        "import sys, tui.safe; tui.safe.display('x\\x1b'); sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=50).returncode == 0
