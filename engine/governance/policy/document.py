"""The policy file as tables: what may stand in it, and within which bounds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    model_validator,
)

from ...settings.schedule import ActiveHours
from ..budgets import Measure
from ..kinds import Stage
from ..pointer import is_pointer
from ..ports import Effect

MAX_RULES: Final = 2_000
"""Most rules of one file, all layers together."""

OPERATORS: Final = ("eq", "among", "glob", "regex", "lt", "gt", "host_in", "path_under")
"""The comparisons, by field."""


def _pointer(text: str) -> str:
    if not is_pointer(text):
        raise ValueError("a JSON pointer is empty or begins with a slash: /to, /lines/0/amount")
    return text


RuleName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
KindName: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Why: TypeAlias = Annotated[str, StringConstraints(min_length=3, max_length=400, strip_whitespace=True)]
Text: TypeAlias = Annotated[str, StringConstraints(max_length=2_000)]
PatternText: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Pointer: TypeAlias = Annotated[str, StringConstraints(max_length=400), AfterValidator(_pointer)]
Scalar: TypeAlias = StrictBool | StrictInt | StrictStr
TierName: TypeAlias = Literal["autonomous", "approval", "hard_stop"]
Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Seconds: TypeAlias = Annotated[int, Field(ge=10, le=604_800)]
Grace: TypeAlias = Annotated[int, Field(ge=0, le=300)]
Quorum: TypeAlias = Annotated[int, Field(ge=1, le=10)]


class Table(BaseModel):
    """One table of ``policy.toml``: immutable, unknown keys refused, the text of bad values never echoed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class ValueTable(Table):
    """One comparison of a value. Exactly one of the operators is named."""

    eq: Scalar | None = None
    """It is exactly this."""
    among: tuple[Scalar, ...] | None = Field(default=None, alias="in", min_length=1, max_length=1_000)
    """It is one of these."""
    glob: PatternText | None = None
    """The whole text looks like this: ``*`` any text, ``?`` any character, ``[...]`` one of a set."""
    regex: PatternText | None = None
    """The text has this somewhere: an expression without back-references, look-around and lazy repeats."""
    lt: StrictInt | None = None
    """The number is smaller."""
    gt: StrictInt | None = None
    """The number is larger."""
    host_in: tuple[Name, ...] | None = Field(default=None, min_length=1, max_length=1_000)
    """The host of the address or URL is one of these or below one of them."""
    path_under: Name | None = None
    """The path lies in this folder, by its text alone."""
    negate: bool = Field(default=False, alias="not")
    """The opposite."""

    @model_validator(mode="after")
    def _one_operator(self) -> Self:
        named = [name for name in OPERATORS if getattr(self, name) is not None]
        if len(named) != 1:
            raise ValueError("name exactly one of eq, in, glob, regex, lt, gt, host_in, path_under")
        return self


class ArgumentTable(ValueTable):
    """One comparison of an argument."""

    at: Pointer
    """Which, as a JSON pointer: ``/to`` or ``/lines/0/amount``. Of a list, each element is compared."""


class WhenTable(ActiveHours):
    """A daily span, on some days of the week. One that runs over midnight belongs to the day on which it begins."""

    days: tuple[Day, ...] = ()
    """The days; every day where none is named."""


class TrialTable(Table):
    """An action to try, and what the whole policy has to say to it. Run at every load."""

    kind: KindName
    tool: Name | Literal[""] = ""
    proposer: Name | Literal[""] = ""
    arguments: dict[str, object] = Field(default_factory=dict, max_length=100)
    account: Name | None = None
    stage: Stage | None = None
    """The account's stage; supposes an account where none is named."""
    effect: Effect = Effect.OUTWARD
    recipients: tuple[Name, ...] = Field(default=(), max_length=100)
    cost_cents: int = Field(default=0, ge=0)
    argv: tuple[Text, ...] = Field(default=(), max_length=200)
    """The program that would run, and its arguments."""
    tainted: bool = False
    at: datetime | None = None
    """The moment, with its offset: ``2026-03-01T22:30:00+01:00``."""
    over: tuple[RuleName, ...] = ()
    """Names of limits that it would go past."""
    expect: TierName
    """The tier that has to come out."""


class RuleTable(Table):
    """One rule. It matches where everything that it names matches; a list matches by any of its entries."""

    name: RuleName
    why: Why
    """The reason, for operators."""
    tier: TierName | None = None
    """What it asks for. Without one it only says how operators are asked where they are asked anyway."""
    kinds: tuple[KindName, ...] = Field(default=(), max_length=200)
    """Kinds, however spelled, or globs."""
    tools: tuple[Name, ...] = Field(default=(), max_length=200)
    """Tools, or globs."""
    proposers: tuple[Name, ...] = Field(default=(), max_length=200)
    """Who asks (``persona:helper``), or globs."""
    accounts: tuple[Name, ...] = Field(default=(), max_length=1_000)
    """The accounts that it is about, or globs."""
    stages: tuple[Stage, ...] = ()
    """The account's stage; ``unknown`` where the account has none."""
    effects: tuple[Effect, ...] = ()
    """How far the tool's effect reaches."""
    tainted: bool | None = None
    """It was written after reading text from outside."""
    arguments: tuple[ArgumentTable, ...] = Field(default=(), max_length=20)
    """Comparisons of arguments; all have to hold."""
    recipients: ValueTable | None = None
    """A comparison of whom it reaches outside."""
    cost_over_cents: int | None = Field(default=None, ge=0)
    """It spends more than this."""
    commands: tuple[PatternText, ...] = Field(default=(), max_length=200)
    """Commands as words with ``*`` and, at the end, ``**``; see the template."""
    when: WhenTable | None = None
    """Only at these times."""
    budget: RuleName | None = None
    """The name of a limit: it matches what would go past it."""
    quorum: Quorum | None = None
    """So many different operators have to say yes."""
    expiry_seconds: Seconds | None = None
    """The question stays open so long at most."""
    grace_seconds: Grace | None = None
    """A yes can be undone for so long at least."""
    tests: tuple[TrialTable, ...] = Field(default=(), max_length=50)


class KindTable(Table):
    """A kind of action that the workspace has besides the 24."""

    tier: Literal["autonomous", "approval", "hard_stop", "by_rule"] = "approval"
    """``by_rule``: rules with ``tier = "autonomous"`` say what runs by itself, and everything else asks."""
    tools: tuple[Name, ...] = Field(default=(), max_length=50)
    """The only tools that may serve it."""
    why: Why


class LimitTable(Table):
    """A limit on what may happen by itself."""

    name: RuleName | None = None
    """For rules that name it as their budget."""
    subject: Name
    """``*``, ``persona:helper``, ``persona:*``, ``kind:send_follow_up_email`` or ``kind:*``."""
    measure: Measure
    value: int = Field(ge=0, le=1_000_000_000)


class PersonaTable(Table):
    """The rules of one persona, on top of the workspace's. They can only tighten."""

    rule: tuple[RuleTable, ...] = Field(default=(), max_length=200)


class Document(Table):
    """The whole file."""

    gated_stages: tuple[Stage, ...] = ()
    """Stages in which autonomous kinds ask first, besides the built-in ones."""
    shell_lines: dict[Name, Pointer] = Field(default_factory=dict, max_length=50)
    """For a tool, the argument that is a shell line; it is judged as one."""
    kinds: dict[KindName, KindTable] = Field(default_factory=dict, max_length=200)
    rule: tuple[RuleTable, ...] = Field(default=(), max_length=MAX_RULES)
    limit: tuple[LimitTable, ...] = Field(default=(), max_length=500)
    personas: dict[RuleName, PersonaTable] = Field(default_factory=dict, max_length=200)
    test: tuple[TrialTable, ...] = Field(default=(), max_length=2_000)
