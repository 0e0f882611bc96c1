"""One thing is one thing in what operators read."""

from __future__ import annotations

import pytest

from engine.assembly.counting import counted
from tui.widgets.figures import count


@pytest.mark.parametrize(("number", "told"), [(0, "0 tasks go"), (1, "1 task goes"), (2, "2 tasks go")])
def test_what_things_do_goes_by_their_number(number: int, told: str) -> None:
    assert counted(number, "task", "goes", "go") == told
    assert counted(number, "task") == told.rpartition(" ")[0]


def test_large_numbers_can_be_read() -> None:
    assert (count(1, "row"), count(12_345, "row")) == ("1 row", "12,345 rows")
