"""What other packages bring by entry points, loaded so that a broken one harms no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Final, Generic, TypeVar

from .errors import WatchfloorError

MAX_PLUGINS: Final = 100
"""How many of one kind are loaded; the rest, by name, is not looked at."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]*")

OfferT = TypeVar("OfferT")


@dataclass(frozen=True, slots=True)
class Plugin(Generic[OfferT]):
    """One thing that a package brought.

    Attributes:
        name: the entry point's.
        source: the package and its version.
        offer: what its factory made.
    """

    name: str
    source: str
    offer: OfferT


def load_plugins(
    kind: str,
    found: Iterable[EntryPoint],
    taken: Collection[str],
    offer_of: Callable[[EntryPoint], OfferT],
    longest_name: int = 64,
) -> tuple[list[Plugin[OfferT]], list[str]]:
    """Load what packages offer; what cannot be loaded is left out and told.

    Args:
        kind: what it is, in a word for operators.
        found: the entry points.
        taken: names that are not to be had.
        offer_of: loads one; whatever it raises is told.
        longest_name: in characters.

    Returns:
        the plug-ins by name, and for each that was left out a sentence that says why.
    """
    plugins: dict[str, Plugin[OfferT]] = {}
    problems: list[str] = []
    for entry in sorted(found, key=lambda entry: entry.name)[:MAX_PLUGINS]:
        try:
            if not _NAME.fullmatch(entry.name) or len(entry.name) > longest_name:
                raise WatchfloorError(
                    f"its name has more than {longest_name} characters, others than a-z, 0-9, '_', '.' and '-',"
                    " or does not begin with a letter"
                )
            if entry.name in taken or entry.name in plugins:
                raise WatchfloorError(f"a {kind} or another job has that name already")
            plugins[entry.name] = Plugin(entry.name, _source(entry), offer_of(entry))
        except Exception as error:  # noqa: BLE001  # somebody else's code, told to the operator by name
            why = error.sentence() if isinstance(error, WatchfloorError) else str(error) or repr(error)
            problems.append(f"{kind} {entry.name[:60]!r} of {_source(entry)} was left out: {why}")
    return list(plugins.values()), problems


def _source(entry: EntryPoint) -> str:
    return f"plug-in {entry.dist.name} {entry.dist.version}" if entry.dist is not None else f"plug-in {entry.module}"
