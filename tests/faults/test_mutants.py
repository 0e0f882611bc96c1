"""The list of mutants is up to date: each line that it takes away still stands, exactly once, and can be altered."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from .mutants import ROOT, Mutant, read_mutants

MUTANTS = read_mutants()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_each_applies(mutant: Mutant) -> None:
    altered = mutant.applied((ROOT / mutant.file).read_text(encoding="utf-8"))
    if mutant.file.endswith(".py"):
        ast.parse(altered)
    assert all((ROOT / test).exists() for test in mutant.tests)


def test_every_system_has_some() -> None:
    assert len(MUTANTS) >= 30
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert min(Counter(mutant.system for mutant in MUTANTS).values()) >= 5
