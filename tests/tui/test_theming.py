"""Themes can be read, and read by."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color

from tui.theming import MONO_THEME, ThemeError, Themes, choose_theme, contrast, parse_theme

SHIPPED = Themes().by_name
MIDNIGHT = Path(__file__).parents[2] / "themes" / "midnight.toml"


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_text_of_a_shipped_theme_can_be_read(name: str) -> None:
    assert min(SHIPPED[name].contrasts().values()) >= 4.5


def test_the_shipped_themes() -> None:
    assert {"midnight", "daylight", MONO_THEME} <= set(SHIPPED)
    assert {name for name, theme in SHIPPED.items() if not theme.dark} == {"daylight"}


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_textual_takes_the_theme_and_its_variables(name: str) -> None:
    app = App[None]()
    app.register_theme(SHIPPED[name].to_textual())
    app.theme = name
    assert Color.parse(app.get_css_variables()["risk-high"]) == Color.parse(SHIPPED[name].semantic.risk_high)


def test_own_themes_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    _write(tmp_path, "mine", "mine")
    themes = Themes(tmp_path)
    assert themes.reload() == []
    assert set(themes.by_name) == {*SHIPPED, "mine"}


def test_a_theme_that_breaks_keeps_its_last_good_version(tmp_path: Path) -> None:
    file = _write(tmp_path, "mine", "mine")
    themes = Themes(tmp_path)
    themes.reload()
    good = themes.by_name["mine"]
    file.write_text(file.read_text().replace('"#d7dde8"', '"reddish"'))
    (error,) = themes.reload()
    assert "colours.foreground (line" in error.why
    assert "reddish" not in str(error)
    assert themes.by_name["mine"] == good
    file.unlink()
    assert themes.reload() == []
    assert "mine" not in themes.by_name


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    _write(tmp_path, "a", "midnight")
    _write(tmp_path, "b", "twin")
    _write(tmp_path, "c", "twin")
    errors = Themes(tmp_path).reload()
    assert ["is taken" in error.why for error in errors] == [True, True]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("[colours]", "[colours"), "line 5"),
        (("muted", "mutedd"), "semantic"),
        (('"#d7dde8"', '"#1b2430"'), "contrast of foreground on"),
        (('name = "midnight"', 'name = "../x"'), "name"),
        (("dark = true", "dark = true\nscript = 'rm'"), "script"),
    ],
)
def test_what_is_wrong_is_said(change: tuple[str, str], why: str) -> None:
    with pytest.raises(ThemeError) as caught:
        parse_theme(MIDNIGHT.read_text().replace(*change), "x.toml")
    assert why in caught.value.why


def test_only_plain_files_of_a_sensible_size_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "device.toml").symlink_to("/dev/zero")
    (folder / "huge.toml").write_bytes(b"#" * 100_000)
    (folder / "latin.toml").write_bytes(b"name = '\xe9'")
    (folder / "folder.toml").mkdir()
    reasons = [error.why for error in Themes(tmp_path).reload()]
    assert reasons == ["it is no plain file", "it is no plain file", "it is larger than 65536 bytes", "it is not UTF-8"]


def test_no_colour_chooses_the_theme_of_two_shades() -> None:
    assert choose_theme("daylight", SHIPPED, {"NO_COLOR": "1"}).name == MONO_THEME
    assert choose_theme("daylight", SHIPPED, {"NO_COLOR": ""}).name == "daylight"
    with pytest.raises(ThemeError):
        choose_theme("nowhere", SHIPPED, {})


def _write(workspace: Path, file: str, name: str) -> Path:
    path = workspace / "themes" / f"{file}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(MIDNIGHT.read_text().replace('name = "midnight"', f'name = "{name}"'))
    return path
