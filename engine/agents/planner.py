"""Plans by a language model: it writes a plan as data, which is checked like any other; it never starts anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..canonical import JSON
from ..llm import Asked, LanguageModel, ModelError, Offer, fenced
from ..tasks.templates import TemplateDoc

PLAN: Final = "plan"
_SYSTEM: Final = (
    "You split goals into steps for worker programs. You only plan: you call the function plan once, and nothing else."
    " A step has a type, which names the worker that does it, or it asks an operator to approve one call of a tool."
    " Whatever reaches people outside, spends money or cannot be undone is an approval step."
)


async def plan_by_model(
    model: LanguageModel, goal: str, types: Sequence[str], tools: Mapping[str, Mapping[str, Any]]
) -> str:
    """The plan that a model makes of a goal, as JSON text that is still to be checked.

    Args:
        model: who plans.
        goal: what is to be reached, in an operator's words.
        types: what the agents here can do.
        tools: what approval steps may call, with the schema of each.

    Raises:
        ModelError: it answered with no plan, or with several.
    """
    material = "\n".join(
        (goal, "", f"Worker types: {', '.join(types) or 'none'}", f"Tools: {', '.join(sorted(tools))}")
    )
    task = "Split this goal into the fewest steps that reach it; name for each step what it needs before it can begin."
    schema: dict[str, JSON] = _schema()
    answer = await model.converse(
        _SYSTEM, (Asked(fenced(task, material)),), (Offer(PLAN, "The plan. Ends your turn.", schema),)
    )
    plans = [call.arguments for call in answer.calls if call.name == PLAN]
    if len(plans) != 1 or len(answer.calls) != 1:
        raise ModelError(
            f"{model.name} made no plan",
            why=f"it called plan {len(plans)} times" if plans else "it answered in words",
            remedy="Say the goal more plainly, or use a template.",
        )
    return plans[0]


def _schema() -> dict[str, JSON]:
    schema: dict[str, JSON] = TemplateDoc.model_json_schema()
    properties = schema.get("properties")
    if isinstance(properties, dict):
        # A plan has no blanks; what the model writes is taken as it is.
        properties.pop("parameters", None)
    return schema
