"""Templates: plans with blanks to be filled in, written as TOML by operators, or as JSON by a model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Protocol, Self, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from ..canonical import JSON, canonical
from ..described import Described
from .blanks import replaced, spelled, strings, used, within
from .graph import ACTION_TYPE, MOST_STEPS, Asking, Plan, Step, problems_of
from .task import FailurePolicy, TaskError

Name: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{1,60}$")]
Blank: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text: TypeAlias = Annotated[str, StringConstraints(max_length=500)]
VALUE_CHARACTERS: Final = 4_000
_CONFIG: Final = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Fill(Protocol):
    def __call__(self, text: str, *, again: bool = False) -> JSON:
        """The text with its blanks filled in; ``again``: it will be filled in once more."""
        ...


class TemplateError(TaskError):
    """A template cannot be used, or was not filled in as it asks."""


class ParameterDoc(Described):
    """A blank: ``[parameters.<name>]``."""

    model_config = _CONFIG

    about: Text = ""
    """What to write there."""
    type: Literal["text", "integer"] = "text"
    """What it may be."""
    default: str | int | None = None
    """What stands there when nobody says; without one it has to be said."""
    choices: tuple[Text, ...] = Field(default=(), max_length=50)
    """The only values that it may have; none named means any."""


class ApproveDoc(Described):
    """What an approval step asks: ``[steps.approve]``."""

    model_config = _CONFIG

    kind: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    """The kind of action."""
    tool: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The tool that does it once it was approved."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """The tool's arguments; ``{result:STEP}`` is replaced by what an earlier step came to."""
    reason: Annotated[str, StringConstraints(max_length=2_000)] = ""
    """Why, for whoever decides."""
    account: Annotated[str, StringConstraints(max_length=200)] | None = None
    """The account that it is about."""
    always: bool = True
    """An operator has to answer, even where the guardrails would let it run."""


class StepDoc(Described):
    """One step: ``[[steps]]``."""

    model_config = _CONFIG

    id: Name
    """Its name in the plan."""
    title: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    """What to do, in a line."""
    about: Annotated[str, StringConstraints(max_length=4_000)] = ""
    """The same at length."""
    type: Annotated[str, StringConstraints(max_length=100)] = ""
    """The executor that does it; left out for an approval step."""
    payload: dict[str, Any] = Field(default_factory=dict)
    """What the executor gets."""
    needs: tuple[Name, ...] = Field(default=(), max_length=100)
    """The steps that must be done before."""
    capabilities: tuple[Name, ...] = Field(default=(), max_length=20)
    """What the agent must be able to do besides the type."""
    priority: int = Field(default=5, ge=1, le=10)
    """1 is first, 10 is last."""
    timeout_seconds: float | None = Field(default=None, ge=0.1, le=86_400)
    """How long one attempt may take; nothing leaves it to the agent."""
    max_attempts: int = Field(default=3, ge=1, le=20)
    """How often it may be tried."""
    on_failure: FailurePolicy | None = None
    """What becomes of it when something that it needs did not succeed: fail, skip or wait."""
    approve: ApproveDoc | None = None
    """What operators are asked; then no agent does this step, the gate does."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.approve is None) == (not self.type):
            raise ValueError("a step has either a type, for agents, or what to approve")
        if self.type == ACTION_TYPE:
            raise ValueError(f"the type {ACTION_TYPE} is written as [steps.approve]")
        if self.approve is not None and self.payload:
            raise ValueError("an approval step has no payload")
        return self


class TemplateDoc(Described):
    """A whole template."""

    model_config = _CONFIG

    title: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    """What the goal is; may have blanks."""
    about: Annotated[str, StringConstraints(max_length=2_000)] = ""
    """What the template is for."""
    on_failure: FailurePolicy = FailurePolicy.FAIL
    """For steps that do not say it themselves."""
    parameters: dict[Blank, ParameterDoc] = Field(default_factory=dict, max_length=40)
    """The blanks."""
    steps: tuple[StepDoc, ...] = Field(min_length=1, max_length=MOST_STEPS)
    """The steps."""


def faults_of(document: TemplateDoc, *, blanks: bool = True) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with a template as a whole: the place, and a sentence.

    Args:
        document: the template.
        blanks: braces stand for blanks; without it they are just braces.
    """
    steps = tuple(_step(step, document.on_failure, _as_it_is) for step in document.steps)
    yield from ((("steps", place), said) for place, said in problems_of(steps))
    for name, parameter in document.parameters.items():
        if parameter.default is not None:
            said = _unfit(parameter, str(parameter.default))
            if said:
                yield ("parameters", name, "default"), said
    if not blanks:
        return
    known = {step.id for step in document.steps}
    for place, text in _texts(document):
        for result, name in used(text):
            if result and name not in known:
                yield place, f"{{result:{name}}} names no step"
            elif result and "approve" not in place:
                yield place, f"{{result:{name}}} can stand only in what an approval step asks"
            elif not result and name not in document.parameters:
                yield place, f"{{{name}}} is no parameter; write {{{{ and }}}} for braces"


def filled(document: TemplateDoc, name: str, values: Mapping[str, str]) -> Plan:
    """The plan that a template becomes with its blanks filled in.

    Args:
        document: free of faults.
        name: the template's, for the plan's origin.
        values: of the parameters, as text.

    Raises:
        TemplateError: a parameter is missing, unknown or unfit.
    """
    known = document.parameters
    problems = [f"there is no parameter {one}" for one in values if one not in known]
    chosen: dict[str, str] = {}
    for key, parameter in known.items():
        given = values.get(key, None if parameter.default is None else str(parameter.default))
        said = f"{key} has to be given" if given is None else _unfit(parameter, given)
        if said:
            problems.append(said if given is None else f"{key} {said}")
        chosen[key] = given or ""
    if problems:
        wanted = ", ".join(f"{key}=…" for key in known) or "none"
        raise TemplateError(
            f"template {name} was not filled in", why="; ".join(problems[:5]), remedy=f"Its parameters: {wanted}."
        )
    numbers = {key for key, parameter in known.items() if parameter.type == "integer"}

    def fill(text: str, *, again: bool = False) -> JSON:
        whole = re.fullmatch(r"\{([a-z][a-z0-9_]*)\}", text)
        if whole is not None and whole[1] in numbers:
            return int(chosen[whole[1]])
        return replaced(text, lambda result, key: None if result else chosen.get(key), again=again)

    return _plan(document, name, chosen, fill)


def plain(document: TemplateDoc, origin: str) -> Plan:
    """The plan that a document without blanks is; its braces are just braces."""
    return _plan(document, origin, {}, _as_it_is)


def with_results(asking: Asking, results: Mapping[str, str]) -> Asking:
    """What an approval step asks once what it rests on is there.

    Args:
        asking: as it stands in the plan.
        results: of the steps that are done, by step.
    """

    def fill(text: str) -> JSON:
        return replaced(text, lambda result, key: results.get(key, "") if result else None)

    arguments = within(dict(asking.arguments), fill)
    return Asking(
        kind=asking.kind,
        tool=asking.tool,
        arguments=arguments if isinstance(arguments, dict) else {},
        reason=str(fill(asking.reason)),
        account=asking.account,
        always=asking.always or rests_on_results(asking),
    )


def rests_on_results(asking: Asking) -> bool:
    """Whether what is asked holds words that agents wrote; then an operator reads them before anything happens."""
    texts = [asking.reason, *strings(dict(asking.arguments))]
    return any(result for text in texts for result, _ in used(text))


def _plan(document: TemplateDoc, origin: str, values: Mapping[str, str], fill: _Fill) -> Plan:
    return Plan(
        title=str(fill(document.title))[:500],
        steps=tuple(_step(step, document.on_failure, fill) for step in document.steps),
        origin=origin,
        parameters=values,
    )


def _step(document: StepDoc, on_failure: FailurePolicy, fill: _Fill) -> Step:
    ask = document.approve
    asks = None
    if ask is not None:
        # Results are filled in when it is asked, so everything that is to stay as it is keeps its braces doubled.
        arguments = within(ask.arguments, lambda text: fill(text, again=True))
        asks = Asking(
            kind=str(fill(ask.kind)),
            tool=str(fill(ask.tool)),
            arguments=arguments if isinstance(arguments, dict) else {},
            reason=str(fill(ask.reason or document.title, again=True)),
            account=None if ask.account is None else str(fill(ask.account)) or None,
            always=ask.always,
        )
    return Step(
        id=document.id,
        title=str(fill(document.title))[:500],
        type=ACTION_TYPE if ask is not None else str(fill(document.type)),
        payload=canonical(within(document.payload, fill)).decode(),
        description=str(fill(document.about)),
        needs=document.needs,
        capabilities=document.capabilities,
        priority=document.priority,
        timeout_seconds=document.timeout_seconds,
        max_attempts=document.max_attempts,
        on_failure=document.on_failure or on_failure,
        asks=asks,
    )


def _as_it_is(text: str, *, again: bool = False) -> JSON:
    return spelled(text) if again else text


def _unfit(parameter: ParameterDoc, value: str) -> str:
    if len(value) > VALUE_CHARACTERS or "\0" in value:
        return f"must have at most {VALUE_CHARACTERS:,} characters"
    if parameter.type == "integer" and not re.fullmatch(r"-?[0-9]{1,15}", value):
        return "must be a whole number"
    if parameter.choices and value not in parameter.choices:
        return f"must be one of {', '.join(parameter.choices)}"
    return ""


def _texts(document: TemplateDoc) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("title",), document.title
    for number, step in enumerate(document.steps):
        place = ("steps", number)
        yield from (((*place, name), getattr(step, name)) for name in ("title", "about", "type"))
        yield from (((*place, "payload"), text) for text in strings(step.payload))
        if step.approve is not None:
            ask = step.approve
            spoken = (ask.kind, ask.tool, ask.account or "")
            yield from (((*place, "kind"), text) for text in spoken)
            yield from (((*place, "approve"), text) for text in (ask.reason, *strings(ask.arguments)))
