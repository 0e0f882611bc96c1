"""Starts without looking for garbage: what a start makes is nearly all there to stay."""

from __future__ import annotations

import gc


def begin() -> None:
    """Look for no garbage until :func:`settle` or :func:`go_on`."""
    gc.disable()


def settle() -> None:
    """All is there: throw away what the start left over, and never look through the rest again.

    A later look would hold up every thread for as long as a key may take.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


def go_on() -> None:
    """Look for garbage again; for programs that end soon, which need not be tidy."""
    gc.enable()
