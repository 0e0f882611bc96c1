"""What a screen takes from the settings before they are checked is what they say once they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operators import Role
from engine.settings import SETTINGS_TEMPLATE, Glance, glance, load_settings

NAMED = """
[workspace]
name = "acme-ops"
[console]
theme = "daylight"
[governance]
default_role = "viewer"
[governance.operators]
ana = "admin"
[keys]
halt = ["P", "f9"]
"always.allow" = "ctrl+a"
mode = []
"""
OVER = {
    "WATCHFLOOR_CONSOLE__THEME": "mono",
    "WATCHFLOOR_WORKSPACE__NAME": "other",
    "WATCHFLOOR_KEYS__HALT": "f8",
}


@pytest.mark.parametrize("text", ["", SETTINGS_TEMPLATE, NAMED])
@pytest.mark.parametrize("environ", [{}, OVER])
def test_it_agrees_with_the_settings(tmp_path: Path, text: str, environ: dict[str, str]) -> None:
    path = tmp_path / "watchfloor.toml"
    path.write_text(text, "utf-8")
    settings, seen = load_settings(path, environ), glance(path, environ)
    assert seen is not None
    assert (seen.name, seen.theme) == (settings.workspace.name, settings.console.theme)
    assert seen.keys == settings.keys
    for name in ("ana", "bob"):
        assert seen.role_of(name) is settings.governance.role_of(name)


@pytest.mark.parametrize("content", [b"[console\n", b"\xff\xfe", None])
def test_what_cannot_be_understood_is_left_to_the_check(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "watchfloor.toml"
    if content is not None:
        path.write_bytes(content)
    assert glance(path, {}) is None


def test_values_that_cannot_hold_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "watchfloor.toml"
    path.write_text('console = 3\n[workspace]\nname = 7\n[governance.operators]\nana = "queen"\n', "utf-8")
    seen = glance(path, {})
    assert seen == Glance(roles={"ana": "queen"})
    assert seen.role_of("ana") is Role.VIEWER
