"""Whether what a persona proposes was written after reading text from outside."""

from __future__ import annotations

from typing import Final

from ..personas import SenderKind
from ..storage import Reader
from .feedback import SENDER

_LONGEST: Final = 50
"""Most messages that are followed back; a longer talk counts as told from outside."""


def tainted(reader: Reader, origin: str | None) -> bool:
    """Whether a message, or one that it answers, came from outside.

    From outside is what a scanner read somewhere and what a platform delivered; an operator's own words are not.
    """
    if origin is None:
        return False
    following: str | None = origin
    for _ in range(_LONGEST):
        if following is None:
            return False
        row = reader.row("SELECT post_id FROM messages WHERE id = ?", (following,))
        said = reader.row(
            "SELECT sender, sender_kind, payload, in_reply_to FROM posts WHERE id = ?",
            (row["post_id"] if row else following,),
        )
        if said is None:
            return False
        # An operator's words come without particulars for machines; a platform's delivery always has some.
        engine = said["sender_kind"] == SenderKind.SYSTEM.value and said["sender"] == SENDER
        if not engine and (said["sender_kind"] == SenderKind.SYSTEM.value or said["payload"] is not None):
            return True
        following = said["in_reply_to"]
    return True
