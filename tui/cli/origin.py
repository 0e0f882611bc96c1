"""Makes sure that ``engine``, ``tui`` and ``themes`` are ours: the names are common, and no other may be run."""

from __future__ import annotations

from pathlib import Path

import engine
import themes
import tui
from engine.errors import WatchfloorError


def check_origin() -> None:
    """Compare where the three packages came from.

    Raises:
        WatchfloorError: they are not from one place.
    """
    packages = {"engine": engine, "tui": tui, "themes": themes}
    homes = {name: Path(str(package.__file__)).resolve().parents[1] for name, package in packages.items()}
    if len(set(homes.values())) > 1:
        raise WatchfloorError(
            "another package stands in Watchfloor's place",
            why=", ".join(f"{name} is from {home}" for name, home in homes.items()),
            remedy="Install Watchfloor into an environment of its own, and clear PYTHONPATH.",
        )
