"""A goal's days as a small plot of plain characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .printing import amount

if TYPE_CHECKING:
    from engine.queries import GoalPoint, GoalReport

WIDTH: Final = 60
"""Columns of the plot."""
HEIGHT: Final = 10
"""Rows of the plot."""


def plot(report: GoalReport) -> list[str]:
    """The lines: ``#`` what was reached, ``.`` the pace, ``o`` the projection, ``+`` where lines meet."""
    points = report.points
    goal = report.goal
    top = max([goal.target, *(value for point in points for value in _values(point))])
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]
    for column in range(WIDTH):
        point = points[column * (len(points) - 1) // (WIDTH - 1)]
        for mark, value in ((".", point.pace), ("o", point.projected), ("#", point.actual)):
            if value is None:
                continue
            row = HEIGHT - 1 - min(HEIGHT - 1, max(0, value * (HEIGHT - 1) // top))
            grid[row][column] = "+" if grid[row][column] not in {" ", mark} else mark
    labels = (amount(top, goal.unit), amount(0, goal.unit))
    wide = max(len(label) for label in labels)
    edge = {0: labels[0], HEIGHT - 1: labels[1]}
    lines = [f"{edge.get(number, ''):>{wide}} |{''.join(row).rstrip()}" for number, row in enumerate(grid)]
    foot = f"{goal.start}{goal.end:>{WIDTH - len(goal.start)}}"
    return [
        *lines,
        f"{'':>{wide}} +{'-' * WIDTH}",
        f"{'':>{wide}}  {foot}",
        "# reached  . pace  o projected  + several",
    ]


def _values(point: GoalPoint) -> list[int]:
    return [value for value in (point.actual, point.pace, point.projected) if value is not None]
