"""Themes on the console: legible everywhere, and taken in live."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tui.theming import Themes, contrast
from tui.widgets.header import Header
from tui.widgets.keybar import KeyBar
from tui.widgets.tones import LEAST_CONTRAST, TONES, Toned

from .fake import FakeClient, console
from .views import NORMAL

SHIPPED = sorted(Themes().by_name)


@pytest.mark.parametrize("theme", SHIPPED)
async def test_every_tone_is_legible_wherever_it_is_painted(theme: str) -> None:
    app = console(FakeClient(NORMAL), theme=theme)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        table = app.main.current.table
        places: list[tuple[Toned, str]] = [(table, ""), (table, "row--cursor"), (table, "row--resting")]
        places += [(app.main.query_one(Header), ""), (app.main.query_one(KeyBar), "")]
        blurred = []
        for (widget, under), tone in product(places, TONES):
            style = widget.style_of(tone, under)
            assert style.color is not None
            assert style.bgcolor is not None
            ratio = contrast(style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex)
            # The header's own colour is for the header alone.
            if ratio < LEAST_CONTRAST and tone != "header":
                blurred.append((type(widget).__name__, under, tone, round(ratio, 1)))
        assert blurred == []


async def test_an_unknown_theme_is_told_and_the_default_is_worn() -> None:
    app = console(FakeClient(NORMAL), theme="nosuch")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        assert app.theme == "midnight"
        assert ["nosuch" in note.message + note.title for note in app._notifications] == [True]


async def test_a_changed_theme_is_worn_at_once_and_a_broken_one_keeps_the_last_good(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    file = folder / "own.toml"
    source = (Path(__file__).parents[2] / "themes" / "midnight.toml").read_text()
    file.write_text(source.replace('name = "midnight"', 'name = "own"'))
    app = console(FakeClient(NORMAL), theme="own", themes=folder)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        file.write_text(source.replace('name = "midnight"', 'name = "own"').replace("#0d1117", "#000000"))
        app._tick()
        await pilot.pause()
        assert app.main.styles.background.hex == "#000000"
        file.write_text("name = 'own'")
        app._tick()
        await pilot.pause()
        assert app.theme == "own"
        assert app.main.styles.background.hex == "#000000"
        assert len(app._notifications) == 1
