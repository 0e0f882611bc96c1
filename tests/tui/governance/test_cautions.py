"""What a reader of an approval could be fooled by is said next to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.panels.payload import cautions

from .samples import SIMPLE


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("jo@\u0430cme.example", "U+0430 cyrillic small letter a"),
        ('["bo@acme.example", "jo@\u0430cme.example"]', "jo@\u0430cme.example"),
        ("\u0430\u0440\u0440@\u0430\u0440\u0440.example", "U+0430"),
        ("Look at https://\u0430cme.example/offer and answer.\n" * 9, "U+0430"),
        ("xn--cme-8cd.example", "several scripts"),
        ("\u0430cme.example", "several scripts"),
        ("jo\uff20acme.example", "U+FF20"),
        ("a\u200bb", "cannot be seen"),
    ],
)
def test_look_alikes_and_hidden_characters_are_named(value: str, said: str) -> None:
    found = cautions(replace(SIMPLE, payload=(("to", value),)))
    assert any(said in caution for caution in found), found


@pytest.mark.parametrize(
    "value",
    [
        "jo@acme.example",
        '["jo@acme.example", "bo@acme.example"]',
        "Gr\u00fc\u00dfe aus K\u00f6ln, \u65e5\u672c\u8a9e und \u0440\u0443\u0441\u0441\u043a\u0438\u0439.",
        "@helper please call M\u00fcller",
        "see https://acme.example/offer",
    ],
)
def test_honest_texts_are_left_alone(value: str) -> None:
    assert cautions(replace(SIMPLE, payload=(("text", value),))) == []
