"""Who may import whom: the contracts of pyproject.toml, and what the console may know of the engine."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FOR_ALL = ("client", "commands", "queries", "view", "operators", "errors", "clock", "canonical")
"""What any part of ``tui`` may import from ``engine``; of ``canonical``, how strictly JSON is read."""
FOR_THE_COMMAND_LINE = ("mcp", "settings", "workspace", "agents", "journal_audit", "demo", "telemetry", "redaction")
"""What ``tui.cli`` may import besides: it starts processes, makes workspaces and writes a log of crashes."""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def engine_imports(path: Path) -> Iterator[str]:
    """The modules of ``engine`` that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            names = [f"engine.{alias.name}" for alias in node.names] if node.module == "engine" else [node.module]
        yield from (name for name in names if name == "engine" or name.startswith("engine."))


def test_import_contracts_hold() -> None:
    checked = run_python("from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_console_knows_only_the_engines_public_face() -> None:
    sources = sorted((ROOT / "tui").rglob("*.py"))
    assert sources
    for path in sources:
        inside = path.relative_to(ROOT / "tui")
        is_command_line = inside.parts[0] in {"cli", "cli.py"}
        allowed = (*FOR_ALL, *FOR_THE_COMMAND_LINE) if is_command_line else FOR_ALL
        for name in engine_imports(path):
            if is_command_line and inside.name == "origin.py" and name == "engine":
                continue  # it asks where the package itself came from
            parts = name.split(".")
            assert len(parts) > 1, f"{inside} imports the whole engine"
            assert parts[1] in allowed, f"{inside} imports {name}"
            assert len(parts) == 2, f"{inside} reaches into {name}: import from engine.{parts[1]}"


def test_no_engine_module_loads_a_screen() -> None:
    code = (
        "import importlib, pkgutil, sys, engine\n"
        "names = [found.name for found in pkgutil.walk_packages(engine.__path__, 'engine.')]\n"
        "assert len(names) > 20\n"
        # The SDK of MCP loads click by way of its web server; only what speaks MCP loads the SDK.
        "speaking = ('engine.mcp', 'engine.tools.mcp.links', 'engine.tools.mcp.pipes')\n"
        "for name in names:\n"
        "    if not name.startswith(speaking): importlib.import_module(name)\n"
        "loaded = {name.split('.')[0] for name in sys.modules} & {'textual', 'click', 'tui', 'mcp', 'apprise'}\n"
        "for name in names: importlib.import_module(name)\n"
        "loaded |= {name.split('.')[0] for name in sys.modules} & {'textual', 'tui'}\n"
        "raise SystemExit(f'loaded: {loaded}' if loaded else 0)"
    )
    answer = run_python(code)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], {"textual", "rich", "pydantic", "redis", "engine.client"}),
        (["--version"], {"textual", "rich", "pydantic", "redis", "engine.client"}),
        (["goals", "add", "--help"], {"textual", "redis", "engine.storage"}),
    ],
)
def test_help_loads_only_what_it_shows(arguments: list[str], heavy: set[str]) -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        f"assert main({arguments!r}) == 0\n"
        f"loaded = {heavy!r} & set(sys.modules)\n"
        "raise SystemExit(f'loaded: {loaded}' if loaded else 0)"
    )
    answer = run_python(code)
    assert answer.returncode == 0, answer.stderr
