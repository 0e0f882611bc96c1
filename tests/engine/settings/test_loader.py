"""Settings: the file, the environment over it, and errors that name the line and never the value."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.settings import (
    SETTINGS_TEMPLATE,
    Settings,
    SettingsError,
    SettingsStore,
    load_agent_side,
    load_settings,
    parse_settings,
)
from engine.settings.agent_side import AgentSide
from engine.settings.glancing import glance

PATH = Path("watchfloor.toml")


def test_shipped_defaults_hold() -> None:
    settings = load_settings(None, {})
    assert len(settings.personas) >= 2
    assert settings.coordination.url.get_secret_value() == ""


def test_the_environment_goes_over_the_file() -> None:
    settings = parse_settings('[workspace]\nname = "one"\n', PATH, {"WATCHFLOOR_WORKSPACE__NAME": "two"})
    assert settings.workspace.name == "two"


def test_variables_without_a_double_underscore_are_not_settings() -> None:
    assert parse_settings("", PATH, {"WATCHFLOOR_REDIS_SERVER": "/x"}) == Settings()


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[console]\n\nthem = 'x'\n", "watchfloor.toml, line 3", "console.them: unknown key"),
        ("\n[consol]\ntheme = 'x'\n", "watchfloor.toml, line 2", "consol: unknown key"),
        ("[console]\n# a\ntheme = 5\n", "watchfloor.toml, line 3", "console.theme"),
        ("[governance]\nexpiry_seconds = -1\n", "watchfloor.toml, line 2", "governance.expiry_seconds"),
        ("governance.expiry_seconds = 'soon'\n", "watchfloor.toml, line 1", "governance.expiry_seconds"),
        ("[personas.a]\nname = 'A'\nmode = 'wild'\n", "watchfloor.toml, line 3", "personas.a.mode"),
    ],
)
def test_an_error_names_the_line_and_the_key(text: str, place: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, PATH, {})
    assert place in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("", False),
        ("unix:///run/redis.sock", False),
        ("redis://127.0.0.1:6379", False),
        ("redis://[::1]:6379", False),
        ("redis+cluster://localhost:1,127.0.0.2:2", False),
        ("redis://:secret@far.example:6379", False),
        ("redis://far.example:6379?password=secret", False),
        ("rediss+sentinel://me:secret@far.example:1,far.example:2/main", False),
        ("redis://far.example:6379", True),
        ("rediss://me@far.example:6379", True),
        ("redis+cluster://127.0.0.1:1,far.example:2", True),
        ("redis://localhost.far.example", True),
    ],
)
def test_a_server_on_another_machine_must_ask_for_a_password(url: str, refused: bool) -> None:
    text = f'[coordination]\nurl = "{url}"\n'
    if refused:
        with pytest.raises(SettingsError, match=r"watchfloor.toml, line 1: coordination: .* password") as caught:
            parse_settings(text, PATH, {})
        assert "far.example" not in str(caught.value)
        text += "allow_without_password = true\n"
    assert parse_settings(text, PATH, {}).coordination.url.get_secret_value() == url


def test_what_is_no_plain_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "watchfloor.toml"
    path.touch()
    store = SettingsStore(path, {}, load_settings(path, {}))
    others: list[Callable[[], None]] = [lambda: os.mkfifo(path), lambda: path.symlink_to("/dev/zero"), path.mkdir]
    for other in others:
        path.unlink()
        other()
        with pytest.raises(SettingsError, match="not a plain file"):
            load_settings(path, {})
        assert glance(path, {}) is None
        assert not store.reload()
        assert store.failure is not None


def test_a_bad_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="environment variable WATCHFLOOR_CONSOLE__THEME"):
        parse_settings("", PATH, {"WATCHFLOOR_CONSOLE__THEME": "NOT A THEME"})
    with pytest.raises(SettingsError, match="environment variable WATCHFLOOR_CONSOL__THEME"):
        parse_settings("", PATH, {"WATCHFLOOR_CONSOL__THEME": "midnight"})


def test_broken_toml_names_the_line() -> None:
    with pytest.raises(SettingsError, match="line 2"):
        parse_settings("a = 1\nb = = 2\n", PATH, {})


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings("[coordination]\nurl = 5\npassword = 'hunter2'\n", PATH, {})
    assert "hunter2" not in str(caught.value)


def test_bytes_that_are_not_text_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "watchfloor.toml"
    path.write_bytes(b"[workspace]\nname = '\xff'\n")
    with pytest.raises(SettingsError, match="line 2"):
        load_settings(path, {})


def test_only_a_plain_file_of_a_sensible_size_is_read(tmp_path: Path) -> None:
    endless, folder, large = tmp_path / "endless.toml", tmp_path / "folder.toml", tmp_path / "large.toml"
    endless.symlink_to("/dev/zero")
    folder.mkdir()
    large.write_bytes(b"#" * 50_000_000)
    for path in (endless, folder, large):
        with pytest.raises(SettingsError, match=path.name):
            load_settings(path, {})


def test_a_file_that_is_saved_while_the_engine_starts_is_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[workspace]\nname = "one"\n', encoding="utf-8")
    begun_with = load_settings(path, {})
    path.write_text('[workspace]\nname = "two"\n', encoding="utf-8")
    store = SettingsStore(path, {}, begun_with)
    assert store.reload()
    assert store.current.workspace.name == "two"
    assert not store.reload()


def failure(store: SettingsStore) -> SettingsError | None:
    return store.failure


def test_a_reload_keeps_the_last_version_that_holds(tmp_path: Path) -> None:
    path = tmp_path / "watchfloor.toml"
    path.write_text("[workspace]\nname = 'one'\n")
    store = SettingsStore(path, {}, load_settings(path, {}))
    seen: list[str] = []
    store.listen(lambda settings: seen.append(settings.workspace.name))
    path.write_text("[workspace]\nnam = 'two'\n")
    assert not store.reload()
    assert store.current.workspace.name == "one"
    assert failure(store) is not None
    path.write_text("[workspace]\nname = 'three'\n")
    assert store.reload()
    assert failure(store) is None
    assert seen == ["three"]
    path.unlink()
    assert not store.reload()
    assert store.current.workspace.name == "three"
    assert failure(store) is not None


def test_the_file_of_a_new_workspace_says_what_the_defaults_say() -> None:
    assert parse_settings(SETTINGS_TEMPLATE, PATH, {}) == Settings()


def test_an_agent_checks_its_own_tables_and_keeps_nothing_of_others(tmp_path: Path) -> None:
    path = tmp_path / "watchfloor.toml"
    path.write_text("[agents]\nconcurrency = 7\n[llm]\nprovider = 5\nsecret = 'hunter2'\n")
    side = load_agent_side(path, {"WATCHFLOOR_COORDINATION__PREFIX": "mine"})
    assert (side.agents.concurrency, side.coordination.prefix) == (7, "mine")
    assert "hunter2" not in repr(side)
    assert set(AgentSide.model_fields) == set(Settings.model_fields)
    assert load_agent_side(path, {}).telemetry == Settings().telemetry
    for text in ("[agents]\nconcurrency = 0\n", "[agentz]\nconcurrency = 7\n"):
        path.write_text(text)
        with pytest.raises(SettingsError, match="agent"):
            load_agent_side(path, {})
