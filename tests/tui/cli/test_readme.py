"""The README's tables are what the program has."""

from __future__ import annotations

import re
from pathlib import Path

import click

from engine.settings import Settings
from tui.cli.main import root
from tui.keymap import KEYS

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_first_commands_stand_as_they_are_tried() -> None:
    assert "\n```sh\npython3 -m pip install uv && uv run watchfloor demo\n```\n" in README
    assert "\n```sh\nuv run pytest\n```\n" in README


def test_every_command_is_told_and_none_else() -> None:
    told = set(re.findall(r"^\| `watchfloor ([a-z]+)", section("Command line"), re.MULTILINE))
    assert told | {"resume"} == set(root.list_commands(click.Context(root)))


def test_every_subcommand_is_told_and_none_else() -> None:
    context = click.Context(root)
    for name in root.list_commands(context):
        group = root.get_command(context, name)
        if not isinstance(group, click.Group):
            continue
        (words,) = re.findall(rf"^\| `watchfloor {name} ([a-z|\\]+)", section("Command line"), re.MULTILINE)
        assert words.replace("\\", "").split("|") == group.list_commands(click.Context(group)), name


def test_every_key_told_exists() -> None:
    shown = {
        "enter": "enter",
        "escape": "escape",
        "tab": "tab",
        "…": "",
        ":": "colon",
        "?": "question_mark",
        "/": "slash",
    }
    shown |= {"+": "plus", "-": "minus", "=": "equals_sign"}
    known = {one for key in KEYS for one in key.keys}
    for row in re.findall(r"^\| (`.*?) \|", section("Keys"), re.MULTILINE):
        for told in re.findall(r"`([^`]+)`", row):
            assert shown.get(told, told) in known, told


def test_every_verb_has_its_key_told() -> None:
    told = set(re.findall(r"`([^`]+)`", section("Keys")))
    shown = {"plus": "+", "minus": "-", "equals_sign": "="}
    for key in KEYS:
        if key.sends and key.keys:
            assert {shown.get(one, one) for one in key.keys} & told, key.id


def test_every_settings_table_is_told_and_none_else() -> None:
    told = set(re.findall(r"\[([a-z_]+)", "".join(re.findall(r"^\| (`\[.*?) \|", section("Settings"), re.MULTILINE))))
    assert told == set(Settings.model_fields)
