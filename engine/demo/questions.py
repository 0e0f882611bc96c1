"""Questions of the demo that show what approvals can be, and what becomes of them.

Two yeses, a claim, a short time, a mistake, an edit, a no with its reason and its repeat, a yes taken back, a snooze, a
withdrawal, a standing yes and a standing no, and a program that was stopped before it said how it ended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..commands import (
    AllowLike,
    ApproveAction,
    Arguments,
    ClaimAction,
    DenyLike,
    EditAction,
    ProposeAction,
    RejectAction,
    SnoozeAction,
    UndoApproval,
    WithdrawAction,
)

_ASKER: Final = "dev (simulated)"
_ANA: Final = "ana (simulated)"
_BEN: Final = "ben (simulated)"
_CHLOE: Final = "chloe (simulated)"
_LETTER: Final = "Hello,\n\n{}\n\nKind regards\nDev (simulated)\n"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does about a question that was just asked.

    Attributes:
        who: whoever does it.
        command: what they send.
        about: its arguments, from id, revision and digest of what was asked.
    """

    who: str
    command: str
    about: Callable[[ApproveAction], Arguments]


@dataclass(frozen=True, slots=True)
class Question:
    """A proposal, and what others do about it at once."""

    sender: str
    proposal: ProposeAction
    deeds: tuple[Deed, ...] = ()


def questions() -> Iterator[Question]:
    """One question for each thing that approvals can be."""
    yield from _answered()
    yield from _open()


def _open() -> Iterator[Question]:
    yield Question(
        _ASKER,
        _mail(
            "negotiate_terms",
            "Ivory Labs",
            "Terms for 60 seats",
            "we can offer payment within 60 days.",
            "asked by them",
        ),
        (Deed(_BEN, "action.approve", lambda shown: shown),),
    )
    yield Question(
        _ASKER,
        _mail(
            "share_minutes_externally", "Lumen Energy", "Minutes of Monday", "here is what we agreed on.", "promised"
        ),
        (Deed(_CHLOE, "action.claim", lambda shown: ClaimAction(id=shown.id)),),
    )
    yield Question(
        _ASKER,
        _mail(
            "contact_c_suite", "Kestrel Air", "A word from our founder", "have you ten minutes today?", "it cannot wait"
        ),
    )
    yield Question(
        _ASKER,
        _mail(
            "send_follow_up_email",
            "Granite Hotels",
            "Our ofer",
            "as promised: 40 seets at the usual price, with a discount of 10 percent.",
            "two typing errors and a discount: press e",
        ),
    )
    yield Question(
        _ASKER,
        _mail("discuss_pricing", "Elm Street Bank", "Our prices", "we can talk about the price.", "they asked"),
        (
            Deed(
                _ANA,
                "rule.deny",
                lambda shown: DenyLike(
                    id=shown.id,
                    revision=shown.revision,
                    digest=shown.digest,
                    same_account=False,
                    uses=50,
                    lasts_seconds=7 * 86_400,
                    reason="Prices are talked about by people, on the phone (simulated).",
                ),
            ),
        ),
    )


def _answered() -> Iterator[Question]:
    renewal = _mail("share_minutes_externally", "Orchid Media", "Minutes of May", "see our notes.", "a standing yes")
    again = _mail(
        "share_minutes_externally", "Orchid Media", "Minutes of June", "see our notes.", "like the one before"
    )
    yield Question(_ASKER, renewal, (_yes(_ANA), Deed(_ANA, "rule.allow", _allow)))
    yield Question(_ASKER, again)
    late = _mail("modify_account_plan", "Kestrel Air", "A new plan", "we move you to Team.", "they never answered")
    reason = "Ask them on the phone first (simulated)."
    no = Deed(_CHLOE, "action.reject", lambda shown: RejectAction(**shown.model_dump(), reason=reason))
    yield Question(_ASKER, late, (no,))
    yield Question(_ASKER, late)
    hasty = _mail("escalate_to_management", "Lumen Energy", "They are angry", "please call them.", "a yes taken back")
    yield Question(
        _ASKER, hasty, (_yes(_BEN), Deed(_BEN, "action.undo", lambda shown: UndoApproval(id=shown.id)), _later(_BEN))
    )
    wrong = _mail("send_proposal", "Elm Street Bank", "Proposal: 400 seats", "400 seats.", "one nought too many")
    taken_back = Deed(_ASKER, "action.withdraw", lambda shown: WithdrawAction(id=shown.id, reason="40, not 400"))
    yield Question(_ASKER, wrong, (taken_back,))
    offer = _mail("send_proposal", "Elm Street Bank", "Proposal: 40 seats", "40 seats at 90 each.", "asked for today")
    better = _letter("Elm Street Bank", "Proposal: 40 seats", "40 seats at 95 each, as agreed on Monday.")
    yield Question(_ASKER, offer, (Deed(_BEN, "action.edit", lambda shown: _edit(shown, better)),))
    publish = ProposeAction(
        kind="publish_release", tool="command.publish", reason="a program that does not end in time (simulated)"
    )
    yield Question(_ASKER, publish, (_yes(_ANA),))


def _yes(who: str) -> Deed:
    return Deed(who, "action.approve", lambda shown: shown)


def _later(who: str) -> Deed:
    return Deed(who, "action.snooze", lambda shown: SnoozeAction(id=shown.id, seconds=120))


def _allow(shown: ApproveAction) -> AllowLike:
    return AllowLike(**shown.model_dump(), same=("/to",), uses=5, lasts_seconds=86_400)


def _edit(shown: ApproveAction, arguments: dict[str, object]) -> EditAction:
    return EditAction(**shown.model_dump(), arguments=json.dumps(arguments), reason="the price of Monday (simulated)")


def _mail(kind: str, account: str, subject: str, text: str, reason: str) -> ProposeAction:
    arguments = json.dumps(_letter(account, subject, text))
    return ProposeAction(kind=kind, tool="email", arguments=arguments, account=account, reason=f"{reason} (simulated)")


def _letter(account: str, subject: str, text: str) -> dict[str, object]:
    domain = "".join(letter for letter in account.lower() if letter.isalnum())
    return {
        "to": [f"desk@{domain}.example"],
        "subject": f"{subject} (simulated)",
        "body": _LETTER.format(text),
    }
