"""Models that say in their schemas what is written under their fields."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from engine.described import Described


class Colour(StrEnum):
    """How it looks."""

    RED = "red"


class Inner(Described):
    """A part."""

    size: int = 1
    """How big it is."""


class Base(Described):
    """What both have."""

    name: str
    """Its name,
    in two lines."""
    plain: int = 0


class Ours(Base):
    """A thing."""

    colour: Colour = Colour.RED
    """Another text than the colours' own."""
    inner: Inner = Inner()
    """What it is made of."""
    parts: tuple[Inner, ...] = ()


class TheirInner(BaseModel):
    """A part."""

    model_config = ConfigDict(use_attribute_docstrings=True, title="Inner")

    size: int = 1
    """How big it is."""


class Theirs(BaseModel):
    """A thing."""

    model_config = ConfigDict(use_attribute_docstrings=True, title="Ours")

    name: str
    """Its name,
    in two lines."""
    plain: int = 0
    colour: Colour = Colour.RED
    """Another text than the colours' own."""
    inner: TheirInner = TheirInner()
    """What it is made of."""
    parts: tuple[TheirInner, ...] = ()


def test_a_schema_says_what_the_library_would_say() -> None:
    expected = str(Theirs.model_json_schema()).replace("TheirInner", "Inner")
    assert str(Ours.model_json_schema()) == expected
    assert "How big it is." in expected
    assert "Its name," in expected
