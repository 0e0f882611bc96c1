"""What a standing rule made from an example would cover, while an operator chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.canonical import parse_strict
from engine.commands import AllowLike, DenyLike
from engine.queries import Backtest
from engine.view import ApprovalView

from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import count, span

USES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 10_000)
LASTS: Final = (3_600, 14_400, 43_200, 86_400, 259_200, 604_800, 1_209_600, 2_592_000)
DAYS: Final = 30
"""How far back a rule is tried. Days."""
UNTOLD: Final = "not told yet"
"""Stands for the reason of a denial while it is only tried."""
_AGAINST: Final = 10
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a rule may hold fast.

    Attributes:
        id: ``argument:/to``, ``proposer``, ``account``, ``uses`` or ``lasts``.
        name: for people.
        value: the example's, or the number.
        fast: it has to be equal; for a number: nothing.
    """

    id: str
    name: str
    value: str
    fast: bool = True

    @property
    def number(self) -> bool:
        """It is a limit, not something that is equal or not."""
        return self.id in {"uses", "lasts"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule that is not made yet: as narrow as its example until somebody widens it.

    Attributes:
        action: the example.
        deny: it would always deny.
        same: pointers of the arguments that have to be equal.
        proposer, account: only for the example's.
        uses: how often at most.
        lasts: for how long. Seconds.
    """

    action: ApprovalView
    deny: bool
    same: tuple[str, ...]
    proposer: bool = True
    account: bool = True
    uses: int = 20
    lasts: int = 86_400

    def parts(self) -> tuple[Part, ...]:
        """Everything that can be chosen, in order."""
        action = self.action
        values = dict(action.payload)
        arguments = tuple(
            Part(f"argument:{pointer}", name, values[name], pointer in self.same) for name, pointer in pointers(action)
        )
        return (
            *arguments,
            Part("proposer", "proposer", action.proposer, self.proposer),
            Part("account", "account", action.account or "none", self.account),
            Part("uses", "how often", f"{self.uses} times at most" if self.uses > 1 else "once"),
            Part("lasts", "how long", span(self.lasts)),
        )

    def turned(self, part: str) -> Draft:
        """With one part held fast that was not, or the other way round."""
        if part == "proposer":
            return replace(self, proposer=not self.proposer)
        if part == "account":
            return replace(self, account=not self.account)
        pointer = part.removeprefix("argument:")
        if pointer == part:
            return self
        chosen = set(self.same) ^ {pointer}
        return replace(self, same=tuple(at for _, at in pointers(self.action) if at in chosen))

    def stepped(self, part: str, by: int) -> Draft:
        """With a larger or a smaller limit."""
        if part == "uses":
            return replace(self, uses=_stepped(USES, self.uses, by))
        if part == "lasts":
            return replace(self, lasts=_stepped(LASTS, self.lasts, by))
        return self

    def rule(self, reason: str = UNTOLD) -> AllowLike | DenyLike:
        """As the engine is told."""
        action = self.action
        scope = {
            "id": action.id,
            "revision": action.revision,
            "digest": action.digest,
            "same": self.same,
            "same_proposer": self.proposer,
            "same_account": self.account,
            "uses": self.uses,
            "lasts_seconds": self.lasts,
        }
        return DenyLike.model_validate({**scope, "reason": reason}) if self.deny else AllowLike.model_validate(scope)


def draft_of(action: ApprovalView, *, deny: bool) -> Draft:
    """The narrowest rule from an example: everything has to be equal."""
    return Draft(action, deny, tuple(at for _, at in pointers(action)))


def pointers(action: ApprovalView) -> Sequence[tuple[str, str]]:
    """Name and JSON pointer of each argument that a rule can hold fast."""
    values = parse_strict(action.arguments) if action.arguments else {}
    names = values if isinstance(values, dict) else {}
    found = ((name, "/" + name.replace("~", "~0").replace("/", "~1")) for name in names)
    return tuple((name, at) for name, at in found if len(at) <= _LONGEST)


def told(draft: Draft, answer: Backtest) -> tuple[Paragraph, ...]:
    """What a rule would cover, and what it would have answered."""
    lines: list[Paragraph] = []
    if answer.refused:
        lines += [paragraph(answer.refused, "✕ refused", tone="bad", label_tone="bad"), GAP]
    lines.append(heading(f"The last {DAYS} days: {count(answer.matched, 'action')} like this"))
    counts = (("approved", answer.approved), ("rejected", answer.rejected), ("expired", answer.expired))
    came = [f"{number} {name}" for name, number in (*counts, ("other", answer.other)) if number]
    if came:
        lines.append(paragraph(", ".join(came), "came of it"))
    lines += _verdict(draft, answer)
    if answer.against and not draft.deny:
        shown = ", ".join(one[:8] for one in answer.against[:_AGAINST])
        more = f" and {len(answer.against) - _AGAINST} more" if len(answer.against) > _AGAINST else ""
        lines.append(paragraph(shown + more, "rejected"))
    lines += [GAP, heading("Covers only what has"), *(paragraph(value, name) for name, value in answer.scope)]
    return tuple(lines)


def against(draft: Draft, answer: Backtest) -> int:
    """How many answers of operators the rule would have turned round."""
    return answer.approved if draft.deny else answer.rejected


def _verdict(draft: Draft, answer: Backtest) -> list[Paragraph]:
    wrong, verb = against(draft, answer), "denied" if draft.deny else "run"
    if not answer.matched:
        return [paragraph("nothing to judge it by: no such action was asked for", "backtest", tone="warn")]
    if wrong:
        other = "approved" if draft.deny else "rejected"
        what = f"would have {verb} {wrong} that operators {other}"
        return [paragraph(what, "▲ against", tone="bad", label_tone="bad")]
    agreed = answer.rejected if draft.deny else answer.approved
    if agreed == answer.matched:
        word = "rejected" if draft.deny else "approved"
        return [paragraph(f"would have {verb} {agreed}, all {word}", "backtest", tone="good")]
    return [paragraph(f"would have {verb} {answer.matched}, none against an operator", "backtest", tone="text")]


def _stepped(steps: Sequence[int], value: int, by: int) -> int:
    nearest = min(range(len(steps)), key=lambda index: abs(steps[index] - value))
    return steps[max(0, min(len(steps) - 1, nearest + by))]
