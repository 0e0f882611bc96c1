"""Packages that import their names when they are used: what they say to type checkers and what they do is the same."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from engine.lazy import lazily

PACKAGES = (
    "engine.agents",
    "engine.client",
    "engine.commands",
    "engine.coordination",
    "engine.queries",
    "engine.settings",
    "engine.telemetry",
)


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_is_what_type_checkers_believe(name: str) -> None:
    package = import_module(name)
    source = Path(str(package.__file__)).read_text("utf-8")
    seen: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or node.level != 1 or node.module in {None, "homes"}:
            continue
        home = import_module(f"{name}.{node.module}")
        names = home.__all__ if node.names[0].name == "*" else [alias.name for alias in node.names]
        for public in names:
            assert getattr(package, public) is getattr(home, public), public
        seen.update(names)
    assert seen == set(package.__all__)
    # An imported module takes its own name in its package.
    assert not seen & {home.rpartition(".")[2] for home in sys.modules if home.startswith(f"{name}.")}


def test_unknown_names_are_refused() -> None:
    find = lazily("engine.commands", {"base": ("Command",)})
    with pytest.raises(AttributeError, match=r"module 'engine.commands' has no attribute 'Comand'"):
        find("Comand")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_alone_imports_no_models(name: str) -> None:
    code = f"import sys, {name}; sys.exit('pydantic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
