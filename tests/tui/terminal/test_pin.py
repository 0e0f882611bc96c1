"""What this package assumes about the private parts of the pinned Textual; a new version must pass here first."""

from __future__ import annotations

import dis
import inspect
import re
import subprocess
import sys
from importlib.metadata import version

import pytest
import textual
from textual import app, screen
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual._parser import Parser
from textual._xterm_parser import XTermParser
from textual.driver import Driver

from tui.terminal import TerminalApp, environment


def _names(function: object) -> set[str]:
    return {str(each.argval) for each in dis.get_instructions(function)}  # type: ignore[arg-type]  # any code object


def test_the_pin() -> None:
    assert version("textual") == textual.__version__ == "8.2.8"


@pytest.mark.parametrize(
    "name",
    [
        *("_build_driver", "_display", "_register_child", "_set_pointer_shape", "_fatal_error"),
        *("_on_terminal_supports_synchronized_output", "copy_to_clipboard"),
    ],
)
def test_what_we_override_still_has_its_signature(name: str) -> None:
    theirs = inspect.signature(getattr(app.App, name))
    ours = inspect.signature(getattr(TerminalApp, name))
    assert [each.lstrip("_") for each in ours.parameters] == [each.lstrip("_") for each in theirs.parameters]


def test_screens_paint_through_the_application_alone() -> None:
    assert {"_display", "render_update"} <= _names(screen.Screen._compositor_refresh)


def test_screens_sleep_on_one_timer_that_we_may_replace() -> None:
    assert "_Screen__update_timer" in _names(vars(screen.Screen)["_update_timer"].fget)
    assert set(re.findall(r"self\._update_timer\.(\w+)", inspect.getsource(screen))) == {"pause", "resume"}
    assert not inspect.iscoroutinefunction(screen.Screen._on_timer_update)


def test_the_compositor_makes_two_kinds_of_update() -> None:
    assert list(inspect.signature(LayoutUpdate).parameters) == ["strips", "region"]
    assert list(inspect.signature(ChopsUpdate).parameters) == ["chops", "spans", "chop_ends"]
    assert {"render_full_update", "render_partial_update"} <= _names(Compositor.render_update)


def test_the_parser_is_fed_and_ticked() -> None:
    assert {"feed", "tick"} <= set(dir(XTermParser))
    assert "ParseTimeout" in _names(Parser.tick)


def test_a_driver_needs_no_more_than_this() -> None:
    assert Driver.__abstractmethods__ == {"write", "start_application_mode", "disable_input", "stop_application_mode"}


def test_the_environment_is_read_at_import() -> None:
    script = (
        "from tui.terminal import prepare; assert prepare({}) and prepare()\n"
        "from textual import constants as c; assert (c.MAX_FPS, c.TEXTUAL_ANIMATIONS) == (10, 'none')\n"
        "assert not prepare()"
    )
    run = subprocess.run([sys.executable, "-c", script], env={"PATH": ""}, check=False, capture_output=True, timeout=50)
    assert run.returncode == 0, run.stderr


def test_what_the_operator_set_wins_and_an_empty_no_color_is_none() -> None:
    environ = {"TEXTUAL_FPS": "30", "NO_COLOR": ""}
    environment.prepare(environ)
    assert environ["TEXTUAL_FPS"] == "30"
    assert "NO_COLOR" not in environ
