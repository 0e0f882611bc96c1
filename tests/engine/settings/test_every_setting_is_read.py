"""A setting that nobody reads has no effect, whatever its description promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

import engine
import tui
from engine.settings import Settings
from engine.settings.triggers import Priorities, Thresholds

BY_EMOTION = frozenset({Thresholds, Priorities})
"""Tables whose keys are the names of emotions: they are looked up by those names."""

PERMISSIONS = frozenset({("CoordinationSettings", "allow_without_password")})
"""Settings that say whether another one is accepted: to check that is all they do."""


def sections(within: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The tables of the settings, each with the tables in it."""
    yield within
    for field in within.model_fields.values():
        for kind in kinds(field.annotation):
            yield from sections(kind)


def kinds(annotation: object) -> Iterator[type[BaseModel]]:
    """The tables that a field of this type holds, be it alone, as one of several, or by names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from kinds(part)


def attributes_read() -> frozenset[str]:
    """The names of all attributes that the engine and the console read.

    Of the settings' own code only its properties count: a check that looks at a setting does not heed it.
    """
    read: set[str] = set()
    for room in (engine, tui):
        for folder in map(Path, room.__path__):
            for source in folder.rglob("*.py"):
                tree = ast.parse(source.read_bytes())
                heeding = properties(tree) if folder / "settings" in source.parents else [tree]
                read |= {attribute for part in heeding for attribute in loaded(part)}
    return frozenset(read)


def properties(tree: ast.AST) -> list[ast.AST]:
    """The properties that a file defines."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list)
    ]


def loaded(tree: ast.AST) -> Iterator[str]:
    """The names of the attributes that a piece of code reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr


def test_every_setting_is_read_by_somebody() -> None:
    every = {
        (section.__name__, name)
        for section in sections(Settings)
        if section not in BY_EMOTION
        for name in section.model_fields
    }
    assert len(every) > 100
    read = attributes_read()
    assert {(section, name) for section, name in every - PERMISSIONS if name not in read} == set()
