"""What became different between the record of an action and the facts of this moment, in words."""

from __future__ import annotations

import json

from ..canonical import JSON
from ..storage import Reader
from .action import Action
from .judgement import Judgement


def files_of(judgement: Judgement) -> dict[str, JSON]:
    """What the journal keeps of the files that an action names: each with the SHA-256 of its content, where any are."""
    return {"files": [[name, digest] for name, digest in judgement.call.files]} if judgement.call.files else {}


def what_changed(reader: Reader, action: Action, judgement: Judgement) -> str:
    """What no longer is as it was judged, as the beginning of a sentence ("its stage and the policy changed")."""
    changed = []
    if judgement.stage is not action.stage:
        changed.append("its stage")
    if judgement.policy != action.policy:
        changed.append("the policy")
    recorded = _recorded_files(reader, action)
    files = [name for name, digest in judgement.call.files if recorded.get(name, digest) != digest]
    if files:
        changed.append(f"the file {', '.join(files)}")
    elif judgement.call.binding != action.binding:
        changed.append("its tool")
    if not changed:
        return "stage, policy or tool changed"
    return f"{' and '.join((', '.join(changed[:-1]), changed[-1])) if len(changed) > 1 else changed[0]} changed"


def _recorded_files(reader: Reader, action: Action) -> dict[str, str]:
    rows = reader.rows(
        "SELECT data FROM journal WHERE subject = ? AND kind LIKE 'action.%' ORDER BY seq DESC LIMIT 100", (action.id,)
    )
    for row in rows:
        data = json.loads(row["data"])
        if "files" in data:
            return {str(name): str(digest) for name, digest in data["files"]}
    return {}
