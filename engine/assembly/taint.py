"""Whether what a persona proposes was written after reading text from outside."""

from __future__ import annotations

from typing import Final

from ..personas import SenderKind
from ..storage import Reader

_LONGEST: Final = 50
"""Most messages that are followed back; a longer talk counts as told from outside."""


def tainted(reader: Reader, origin: str | None) -> bool:
    """Whether a message, or one that it answers, came from outside.

    From outside is what a scanner read somewhere and what a platform delivered; an operator's own words are not.
    """
    if origin is None:
        return False
    row = reader.row("SELECT post_id FROM messages WHERE id = ?", (origin,))
    post = row["post_id"] if row else None
    for _ in range(_LONGEST):
        if post is None:
            return False
        said = reader.row("SELECT sender_kind, payload, in_reply_to FROM posts WHERE id = ?", (post,))
        if said is None:
            return False
        # An operator's words come without particulars for machines; a platform's delivery always has some.
        if said["sender_kind"] == SenderKind.SYSTEM.value or said["payload"] is not None:
            return True
        post = said["in_reply_to"]
    return True
