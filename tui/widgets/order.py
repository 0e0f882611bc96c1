"""What rows can be sorted by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Order(Generic[T]):
    """Another order of rows than the one they come in.

    Attributes:
        name: what goes by it, after the word "by".
        key: of two rows the one with the lesser key comes first; equals stay as they came.
    """

    name: str
    key: Callable[[T], tuple[float | str, ...]]
