"""A real git repository with work that nobody has committed, for the patrol to find."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..errors import WatchfloorError
from ..process import clean_environment, run_process

_SECONDS: Final = 20.0
_AUTHOR: Final = "Demo (simulated)"
_MAIL: Final = "demo@simulation.example"


async def make_repository(folder: Path) -> None:
    """Make a repository with one commit, one changed file and one that git does not know yet.

    Raises:
        WatchfloorError: git is missing or failed.
    """
    await asyncio.to_thread(
        _write, folder, {"prices.py": "STARTER = 19\nTEAM = 49\n", "README.md": "# Shop (simulated)\n"}
    )
    await _git(folder, "init", "--quiet")
    await _git(folder, "add", "--all")
    await _git(folder, "commit", "--quiet", "--message", "First prices")
    await asyncio.to_thread(_write, folder, {"prices.py": "STARTER = 19\nTEAM = 45\n", "discounts.py": "SPRING = 10\n"})


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


async def _git(folder: Path, *arguments: str) -> None:
    # The operator's own git settings, hooks and signing keys have no part in this.
    environment = clean_environment(
        GIT_CONFIG_GLOBAL="/dev/null",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TERMINAL_PROMPT="0",
        GIT_AUTHOR_NAME=_AUTHOR,
        GIT_AUTHOR_EMAIL=_MAIL,
        GIT_COMMITTER_NAME=_AUTHOR,
        GIT_COMMITTER_EMAIL=_MAIL,
    )
    result = await run_process(("git", *arguments), cwd=folder, env=environment, timeout=_SECONDS)
    if not result.ok:
        raise WatchfloorError(
            "the demo's repository cannot be made",
            why=f"git {arguments[0]}: {result.error_text().strip() or result.exit_code}",
            remedy="Check that `git init` works in the temporary folder.",
        )
