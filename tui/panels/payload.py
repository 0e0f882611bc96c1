"""Tells all of an action: what would happen, who asks, why it waits, and what happens if nobody answers."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

from engine.view import ApprovalView

from ..safe import display, mixed_script, suspicious_characters
from ..widgets.document import GAP, PAYLOAD_CHARACTERS, PAYLOAD_LINES, Paragraph, paragraph
from ..widgets.figures import clock

SHORT: Final = 120
"""An argument of more characters than this is a text to read, and comes after what fits on a line."""

MOST_LOOK_ALIKES: Final = 5
"""So many are named in one value; one is enough to make it suspicious."""
_SEPARATORS: Final = re.compile(r"[\s\"'<>()\[\]{},;]+")
_UNCERTAIN: Final = "nobody knows whether it happened: look at what it does, then S says what became of it"


def explain(action: ApprovalView) -> tuple[Paragraph, ...]:
    """The whole action, its payload first: painted from the engine's bytes, the proposer's own words last."""
    return (
        *essence(action),
        GAP,
        paragraph(_about(action), "about"),
        paragraph(action.rule or "no rule named it; unknown actions ask", "rule"),
        *([paragraph(action.standing, "standing rule")] if action.standing else []),
        *(
            [paragraph(f"{action.proposer}: “{action.why}”", "says")]
            if action.why
            else [paragraph(action.proposer, "asks")]
        ),
        *_meanwhile(action),
        paragraph(_ending(action), "then", tone="dim"),
    )


def essence(action: ApprovalView) -> tuple[Paragraph, ...]:
    """What has to be before the eyes of whoever says yes: what it is, what it does, and its payload."""
    return (
        paragraph(f"{action.kind} via {action.tool}", tone="strong"),
        paragraph(f"rev {action.revision} · digest {action.digest[:12]}…{action.digest[-4:]}", tone="dim"),
        paragraph(action.effect or "not known", "effect", tone="warn"),
        *payload(action),
    )


def _meanwhile(action: ApprovalView) -> list[Paragraph]:
    """What operators have done about it so far."""
    lines: list[Paragraph] = []
    if action.quorum > 1:
        yes = ", ".join(action.granted_by) or "nobody yet"
        lines.append(paragraph(f"{action.quorum} operators have to say yes; so far: {yes}", "quorum", tone="accent"))
    if action.claimed_by:
        verb = "are" if "," in action.claimed_by else "is"
        lines.append(paragraph(f"{action.claimed_by} {verb} looking at this", "claimed", tone="accent"))
    if action.snoozed_until is not None:
        lines.append(paragraph(f"out of sight until {_at(action.snoozed_until)}; its deadline stays", "snoozed"))
    if action.escalated:
        lines.append(paragraph("half its time has gone, and nobody answered", "▲ late", tone="warn", label_tone="warn"))
    if action.repeats:
        lines.append(paragraph(f"{action.repeats + 1} times; the repeats were counted, not asked", "asked"))
    return lines


def payload(action: ApprovalView) -> list[Paragraph]:
    """Every argument, the short ones first: to whom it goes is read before the letter. What was cut is said."""
    ordered = sorted(action.payload, key=lambda pair: len(pair[1]) > SHORT or "\n" in pair[1])
    lines: list[Paragraph] = [paragraph(value, name, label_tone="accent") for name, value in ordered]
    if not action.payload:
        lines.append(paragraph("no arguments", tone="dim"))
    lines += [paragraph(warning, "▲ caution", tone="bad", label_tone="bad") for warning in cautions(action)]
    return lines


def cautions(action: ApprovalView) -> list[str]:
    """What a reader could be fooled by."""
    found: list[str] = []
    if not action.payload_complete:
        found.append("cut here; enter opens all of it")
    if hidden_marks(action):
        found.append(
            "holds characters that cannot be seen; each is shown as a mark like ⟨ESC⟩".replace("⟨", "<").replace(
                "⟩", ">"
            )
        )
    for name, value in action.payload:
        found += [f"{name}: {one}" for one in _look_alikes(value)]
    return found


def _look_alikes(value: str) -> list[str]:
    """What is odd about the addresses, links and names in a value, each told once."""
    short = len(value) < SHORT and "\n" not in value
    found: dict[str, None] = {}
    for part in _SEPARATORS.split(value[:PAYLOAD_CHARACTERS]):
        odd = suspicious_characters(part)
        # A wide @ or dot is read as the plain one by people, and by some programs.
        plain = unicodedata.normalize("NFKC", part) if odd else part
        if odd and ("@" in plain[1:] or "://" in plain):
            # Whatever is not plain here deserves a look: whole names can be written in another alphabet.
            found[f"{part[:80]} holds {', '.join(dict.fromkeys(map(str, odd[:3])))}"] = None
        elif short and "." in part and mixed_script(part):
            found[f"{part[:80]} mixes letters of several scripts that look alike"] = None
    return list(found)[:MOST_LOOK_ALIKES]


def hidden_marks(action: ApprovalView) -> int:
    """How many characters of the payload are not what they seem; tabs do not count."""
    texts = [part for pair in action.payload for part in pair]
    return sum(display(text, limit=PAYLOAD_CHARACTERS, lines=PAYLOAD_LINES, tab=None).marks for text in texts)


def cut(action: ApprovalView) -> bool:
    """Some of the payload is not on the screen, however far it is scrolled."""
    if not action.payload_complete:
        return True
    texts = [display(value, limit=PAYLOAD_CHARACTERS, lines=PAYLOAD_LINES) for pair in action.payload for value in pair]
    return any(text.hidden or text.text.count("\n") >= PAYLOAD_LINES for text in texts)


def _about(action: ApprovalView) -> str:
    return " · ".join(part for part in (action.account, action.stage) if part) or "no account"


def _ending(action: ApprovalView) -> str:
    if action.status == "pending":
        if action.expires_at is None:
            return "waits until somebody decides"
        return f"unless somebody decides, the answer is no at {_at(action.expires_at)}"
    if action.status == "uncertain":
        return _UNCERTAIN
    decision = f"{action.status} by {action.decided_by}" if action.decided_by else action.status
    if action.decided_at is not None:
        decision += f" at {_at(action.decided_at)}"
    return ": ".join(part for part in (decision, action.reason or action.result) if part)


def _at(when: datetime) -> str:
    return f"{clock(when)}Z"
