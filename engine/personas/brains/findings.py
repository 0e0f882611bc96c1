"""What the rules brain does with a scanner's finding: it tells the person in charge."""

from __future__ import annotations

from typing import Final

from ...canonical import JSON
from ...settings.personas import PersonaSettings
from .protocol import ProposalDraft
from .wording import quoted, subject_line

_DETAILS: Final = 40
_LINE: Final = 300
_ADVICE: Final = {
    "uncommitted": "Commit what is finished, stash or discard the rest, so that nothing is lost.",
    "untracked": "Add what belongs to the repository, ignore what does not.",
    "unpushed": "Push the commits, so that they are reviewed and not only on one machine.",
    "stale": "Merge, rebase or delete the branch.",
}
_GENERAL: Final = "Commit, push or discard what is there, or tell me why it should stay."


def escalation(persona: PersonaSettings, payload: dict[str, JSON]) -> ProposalDraft:
    """A mail to whoever the persona escalates to, with the finding, its particulars and what to do about it."""
    summary = _text(payload, "summary") or "a scanner found something"
    path = _text(payload, "path")
    scanner = _text(payload, "scanner") or "a scanner"
    category = _text(payload, "category")
    found = payload.get("details")
    details = [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
    lines = [f"  {quoted(item, _LINE)}" for item in details[:_DETAILS]]
    if len(details) > _DETAILS:
        lines.append(f"  and {len(details) - _DETAILS} more")
    advice = next((text for word, text in _ADVICE.items() if category.startswith(word)), _GENERAL)
    parts = [quoted(summary, 1_000), "", f"Where: {quoted(path, 1_000)}", f"Found by: {quoted(scanner, 100)}"]
    if lines:
        parts += ["", "Particulars:", *lines]
    parts += ["", f"What to do: {advice}", "", persona.name, ""]
    arguments: dict[str, JSON] = {
        "to": [persona.escalation_address],
        "subject": subject_line(summary),
        "body": "\n".join(parts),
    }
    reason = f"{quoted(scanner, 100)}: {quoted(summary, 500)}"
    return ProposalDraft("escalate_to_management", "email", arguments, reason)


def _text(payload: dict[str, JSON], key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""
