"""Has the keys of ``[keys]`` hold in this process, or says in which line they cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..remap import refuse, take


def hold(wanted: Mapping[str, Sequence[str]], file: Path) -> None:
    """Let the workspace's keys hold.

    Args:
        wanted: keys by the id of what they do.
        file: the settings file.

    Raises:
        WatchfloorError: they cannot; it names the lines.
    """
    from engine.settings import place_of

    refuse(wanted, lambda name: place_of(file, ("keys", name)))
    take(wanted)
