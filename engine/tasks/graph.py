"""A goal split into steps that wait for each other: checked as a whole before any of it becomes a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..canonical import JSON
from .task import FailurePolicy, TaskError

MOST_STEPS: Final = 200
ACTION_TYPE: Final = "action"
"""The type of a step that is an action through the gate; no agent ever gets such a task."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What an approval step asks: an action that the gate takes, as from any proposer.

    Attributes:
        always: an operator has to answer, even where the guardrails would let it run.
    """

    kind: str
    tool: str
    arguments: Mapping[str, JSON]
    reason: str
    account: str | None = None
    always: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        id: its name in the graph.
        needs: the steps that must be done before.
        asks: for an approval step, what is asked; nothing for agents' work.
        payload: a JSON object as text.
    """

    id: str
    title: str
    type: str
    payload: str = "{}"
    description: str = ""
    needs: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    priority: int = 5
    timeout_seconds: float | None = None
    max_attempts: int = 3
    on_failure: FailurePolicy = FailurePolicy.FAIL
    asks: Asking | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A goal and the steps to it.

    Attributes:
        origin: where the plan comes from: the template's name, ``model`` or ``plan``.
        parameters: what the template was filled with.
    """

    title: str
    steps: tuple[Step, ...]
    origin: str = "plan"
    parameters: Mapping[str, str] = field(default_factory=dict)


def problems_of(steps: Sequence[Step]) -> list[tuple[int, str]]:
    """What is wrong with steps as a whole: place of the step, from 0, and a sentence."""
    places = {step.id: place for place, step in reversed(list(enumerate(steps)))}
    found: list[tuple[int, str]] = []
    if len(steps) > MOST_STEPS:
        found.append((MOST_STEPS, f"there are more than {MOST_STEPS} steps"))
    for place, step in enumerate(steps):
        if places[step.id] != place:
            found.append((place, f"two steps are called {step.id}"))
        found += [(place, f"{step.id} needs {need}, which is no step") for need in step.needs if need not in places]
        if step.id in step.needs:
            found.append((place, f"{step.id} needs itself"))
    if not found:
        found += [(places[name], f"{' → '.join((*circle, circle[0]))} go round in a circle")
                  for circle in _circles(steps) for name in circle[:1]]  # fmt: skip
    return found


def ordered(plan: Plan) -> tuple[Step, ...]:
    """The steps, each behind all that it needs; otherwise as they were written.

    Raises:
        TaskError: the steps do not fit together.
    """
    problems = problems_of(plan.steps)
    if not plan.steps:
        problems = [(0, "it has no steps")]
    if problems:
        raise TaskError("plan refused", why="; ".join(said for _, said in problems[:5]), remedy="Mend the plan.")
    done: dict[str, Step] = {}
    waiting = list(plan.steps)
    while waiting:
        ready = [step for step in waiting if all(need in done for need in step.needs)]
        done.update({step.id: step for step in ready})
        waiting = [step for step in waiting if step.id not in done]
    return tuple(done.values())


def depths(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many steps lie before each at least, by the longest way; what it is given has no circles.

    Args:
        needs: of each step, what it waits for.
    """
    found: dict[str, int] = {}
    while len(found) < len(needs):
        ready = {
            name: 1 + max((found[one] for one in before if one in needs), default=-1)
            for name, before in needs.items()
            if name not in found and all(one in found or one not in needs for one in before)
        }
        if not ready:
            # Only a record that somebody damaged has circles.
            ready = {name: 0 for name in needs if name not in found}
        found.update(ready)
    return found


def _circles(steps: Sequence[Step]) -> list[tuple[str, ...]]:
    left = {step.id: set(step.needs) for step in steps}
    while ready := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in ready:
            del left[name]
    if not left:
        return []
    # Whatever is left waits for something that is left: following that comes round.
    way = [next(iter(left))]
    while (following := min(left[way[-1]] & left.keys())) not in way:
        way.append(following)
    return [tuple(way[way.index(following) :])]
