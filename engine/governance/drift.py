"""What is different about an action since it was recorded, as an operator wants to know it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from ..canonical import JSON
from ..storage import Reader
from .action import Action
from .judgement import Judgement

FILES: Final = "files"
"""Under this name the journal keeps which files an action names, with the SHA-256 of each."""


def files_of(judgement: Judgement) -> dict[str, JSON]:
    """What the journal keeps of the files that an action names; nothing where it names none."""
    files: dict[str, JSON] = dict(judgement.call.files)
    return {FILES: files} if files else {}


def what_changed(reader: Reader, action: Action, judgement: Judgement) -> str:
    """What a decision on the recorded action does not cover any more, as a sentence without a full stop.

    Args:
        reader: knows the files as they were.
        action: as it was recorded.
        judgement: the facts of this moment.
    """
    return "; ".join(_changes(reader, action, judgement)) or "the guardrails judge it otherwise"


def _changes(reader: Reader, action: Action, judgement: Judgement) -> Iterator[str]:
    if judgement.stage is not action.stage:
        before, after = (stage.value if stage else "none" for stage in (action.stage, judgement.stage))
        yield f"the stage changed from {before} to {after}"
    if judgement.call.binding != action.binding:
        yield from _files(reader, action, judgement)
    if judgement.call.arguments_json != action.arguments_json:
        yield "the tool reads its arguments otherwise"
    if judgement.policy != action.policy:
        yield "the policy changed"


def _files(reader: Reader, action: Action, judgement: Judgement) -> Iterator[str]:
    before, after = _recorded(reader, action), dict(judgement.call.files)
    changed = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
    if not changed:
        yield "the tool changed"
    for name in changed:
        yield f"file {name} changed"


def _recorded(reader: Reader, action: Action) -> dict[str, str]:
    row = reader.row(
        "SELECT data FROM journal WHERE subject = ? AND kind IN ('action.proposed', 'action.revised', 'action.undone',"
        " 'action.edited') ORDER BY seq DESC LIMIT 1",
        (action.id,),
    )
    files = json.loads(row["data"]).get(FILES) if row else None
    return {str(name): str(sha) for name, sha in files.items()} if isinstance(files, dict) else {}
