"""Questions of the demo that show what approvals can be: two yeses, a claim, a short time, a mistake, a standing no."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..commands import ApproveAction, Arguments, ClaimAction, DenyLike, ProposeAction

_ASKER: Final = "dev (simulated)"
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
    yield Question(
        _ASKER,
        _mail(
            "negotiate_terms",
            "Ivory Labs",
            "Terms for 60 seats",
            "we can offer payment within 60 days.",
            "asked by them",
        ),
        (Deed("ben (simulated)", "action.approve", lambda shown: shown),),
    )
    yield Question(
        _ASKER,
        _mail(
            "share_minutes_externally", "Lumen Energy", "Minutes of Monday", "here is what we agreed on.", "promised"
        ),
        (Deed("chloe (simulated)", "action.claim", lambda shown: ClaimAction(id=shown.id)),),
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
                "ana (simulated)",
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


def _mail(kind: str, account: str, subject: str, text: str, reason: str) -> ProposeAction:
    domain = "".join(letter for letter in account.lower() if letter.isalnum())
    arguments = {
        "to": [f"desk@{domain}.example"],
        "subject": f"{subject} (simulated)",
        "body": _LETTER.format(text),
    }
    return ProposeAction(
        kind=kind, tool="email", arguments=json.dumps(arguments), account=account, reason=f"{reason} (simulated)"
    )
