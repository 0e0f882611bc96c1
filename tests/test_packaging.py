"""What is shipped: the pins, the tracked files, and a wheel that works by itself."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "tui", "themes")
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "README.md",
    "engine",
    "pyproject.toml",
    "requirements.lock",
    "tests",
    "themes",
    "tui",
}
LONGEST_FILE = 300
LONGEST_TEST = 450
"""Most lines of a source file, and of a test: tables of cases are long without being more than one idea."""

needs_uv = pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30)
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pins", ROOT / ".ci" / "pins.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lock_and_constraints_are_one_resolution() -> None:
    pins = pins_module().pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert pins
    assert project()["tool"]["uv"]["constraint-dependencies"] == pins


def test_every_direct_dependency_is_pinned() -> None:
    metadata = project()
    wanted = [*metadata["project"]["dependencies"], *metadata["dependency-groups"]["dev"]]
    pinned = {re.split(r"[=\[ ]", pin)[0] for pin in metadata["tool"]["uv"]["constraint-dependencies"]}
    assert {re.split(r"[<>=\[ ;]", requirement)[0].lower() for requirement in wanted} <= pinned


def test_every_pin_has_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    assert all("--hash=sha256:" in line for line in lock.splitlines() if line.strip())


def test_pins_survive_being_written_again() -> None:
    pins, text = pins_module(), (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert pins.insert(text, lock) == text
    assert "constraint-dependencies" not in pins.strip(text)


def test_no_tracked_file_names_a_package_registry(tracked: list[str]) -> None:
    # Put together here, so that this file passes its own test.
    hosts = {"pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", *configured_hosts()}
    options = re.compile("--(extra-)?index" + "-url|--find" + "-links")
    for name in tracked:
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        assert not [host for host in hosts if host in text], name
        assert not options.search(text), name


def configured_hosts() -> set[str]:
    """Hosts that this machine installs packages from."""
    home = Path.home()
    files = (Path("/etc/pip.conf"), home / ".pip/pip.conf", home / ".config/pip/pip.conf", home / ".config/uv/uv.toml")
    texts = [path.read_text(encoding="utf-8") for path in files if path.is_file()]
    texts += [value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))]
    hosts = {host for text in texts for host in re.findall(r"://(?:[^/\s@]*@)?([^/\s:\"']+)", text)}
    return {host for host in hosts if "." in host and not host.startswith(("127.", "github."))}


def test_the_top_level_holds_nothing_else(tracked: list[str]) -> None:
    assert {name.split("/")[0] for name in tracked} <= TOP_LEVEL


def test_no_source_file_is_too_long(tracked: list[str]) -> None:
    sources = [name for name in tracked if name.endswith(".py")]
    assert sources
    too_long = {
        name: lines
        for name in sources
        if (lines := len((ROOT / name).read_bytes().splitlines()))
        > (LONGEST_TEST if name.startswith("tests/") else LONGEST_FILE)
    }
    assert too_long == {}


@pytest.mark.parametrize("script", ["run", "lock"])
def test_scripts_stop_at_the_first_failure(script: str) -> None:
    path = ROOT / ".ci" / script
    assert os.access(path, os.X_OK)
    assert "\nset -euo pipefail\n" in path.read_text(encoding="utf-8")
    bash = shutil.which("bash")
    assert bash is not None
    assert subprocess.run([bash, "-n", str(path)], timeout=30, check=False).returncode == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    uv = shutil.which("uv")
    assert uv is not None
    built = subprocess.run(
        [uv, "build", "--quiet", "--wheel", "--out-dir", str(out), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (found,) = out.glob("*.whl")
    return found


@needs_uv
@pytest.mark.timeout(180)
@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_every_file_of_the_packages_and_no_other(wheel: Path, tracked: list[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name for name in tracked if name.split("/")[0] in PACKAGES} <= shipped
    assert {name.split("/")[0] for name in shipped} == set(PACKAGES)
    assert any(name.endswith(".sql") for name in shipped)


@needs_uv
@pytest.mark.timeout(180)
@pytest.mark.xdist_group("wheel")
def test_the_unpacked_wheel_runs(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    answer = subprocess.run(
        [sys.executable, "-P", "-m", "tui.cli", "init", str(tmp_path / "workspace")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "workspace" / "watchfloor.toml").is_file()
