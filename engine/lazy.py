"""Imports that wait until somebody needs them, or that are not made at all, so that nobody waits for them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any


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


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Within this, what this thread imports finds none of these modules, unless they are loaded already.

    For libraries that import whatever else is installed, and need it only for features that are not used here.
    """
    missing: Any = _Missing(frozenset(modules))
    sys.meta_path.insert(0, missing)
    try:
        yield
    finally:
        sys.meta_path.remove(missing)


class _Missing:
    """Says of some modules, to one thread, that they are not there; others find them meanwhile."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._thread = threading.get_ident()

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not wanted here", name=name)
