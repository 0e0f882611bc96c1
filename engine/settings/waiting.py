"""Who waits for whom must never be a circle; asked of settings files and of live declarations alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def circle(waits_for: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """A circle of names in which each waits for the next, the first named again at the end; empty if there is none.

    Names that nothing is declared for wait for nobody.
    """
    done: set[str] = set()
    for start in waits_for:
        trail: dict[str, Iterator[str]] = {}
        entered = None if start in done else start
        while entered is not None or trail:
            if entered is not None:
                trail[entered] = iter(waits_for.get(entered, ()))
            name = next(reversed(trail))
            entered = next((other for other in trail[name] if other not in done), None)
            if entered is None:
                done.add(name)
                del trail[name]
            elif entered in trail:
                names = list(trail)
                return (*names[names.index(entered) :], entered)
    return ()


def told_circle(names: tuple[str, ...]) -> str:
    """A circle in words."""
    if len(names) == 2:
        return f"{names[0]} would wait for itself"
    return f"they would wait for each other: {' → '.join(names)}"
