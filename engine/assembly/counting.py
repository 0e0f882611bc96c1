"""Numbers of things in the sentences that operators read."""

from __future__ import annotations


def counted(number: int, thing: str, one: str = "", several: str = "") -> str:
    """A number of things, with what they do where that is told: ``1 task goes``, ``2 tasks go``.

    Args:
        number: how many.
        thing: what one of them is called.
        one: what follows a single one.
        several: what follows any other number.
    """
    words = (f"{number} {thing}", one) if number == 1 else (f"{number} {thing}s", several)
    return " ".join(word for word in words if word)
