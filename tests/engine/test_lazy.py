"""Packages that import their names when they are used: what they say to type checkers and what they do is the same."""

from __future__ import annotations

import ast
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest

from engine.lazy import lazily, without

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


def test_what_is_not_wanted_is_missing_for_one_thread_and_one_time_only() -> None:
    unwanted = "colorsys"
    sys.modules.pop(unwanted, None)
    with without(unwanted):
        with pytest.raises(ImportError):
            import_module(unwanted)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(import_module, unwanted).result().__name__ == unwanted
        # What somebody else has loaded is there.
        assert import_module(unwanted).__name__ == unwanted
    sys.modules.pop(unwanted)
    assert import_module(unwanted).__name__ == unwanted


def test_an_engine_loads_nothing_that_only_its_libraries_would_use() -> None:
    code = (
        "import sys; import engine.assembly.engine; from engine.coordination.client import make_client;"
        "make_client('redis://localhost', 1.0, 1.0, 1);"
        "print({'opentelemetry.sdk.metrics', 'rich.traceback', 'markdown_it'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "set()"
