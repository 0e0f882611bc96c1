"""Packages whose public names are imported when they are first used, so that nobody waits for what nobody asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module


def lazily(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """The ``__getattr__`` of a package.

    Type checkers read the package's imports, which stand under ``TYPE_CHECKING``; a test holds both together.

    Args:
        package: its name.
        homes: for each of its modules, the public names that live there.
    """
    where = {name: module for module, names in homes.items() for name in names}

    def find(name: str) -> object:
        module = where.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)
        found: object = getattr(import_module(f".{module}", package), name)
        setattr(sys.modules[package], name, found)
        return found

    return find
