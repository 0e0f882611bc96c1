"""What runs in a process of its own when an executor is no coroutine: ``python -m engine.agents.child TARGET FILE``.

The job comes on standard input and the answer goes to a file, so that whatever the executor prints is output to be
followed, never an answer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from ..canonical import parse_strict
from ..errors import WatchfloorError
from .entry import load
from .job import Job, JobFailed

MOST: Final = 1_048_576
"""Most characters of an answer."""


def main(target: str, path: Path) -> int:
    """Do one job.

    Args:
        target: the executor, as an entry point names it.
        path: where the answer goes.
    """
    told = json.loads(sys.stdin.read())
    text = told.pop("payload_text")
    payload = parse_strict(text)
    job = Job(
        payload=payload if isinstance(payload, dict) else {},
        payload_text=text,
        capabilities=tuple(told.pop("capabilities")),
        **told,
    )
    answer: dict[str, object]
    try:
        answer = {"result": str(load(target)(job))[:MOST]}
    except JobFailed as error:
        answer = {"failed": [error.what, error.why, error.remedy], "retry": error.retry, "blames": error.blames}
    except WatchfloorError as error:
        answer = {"failed": [error.what, error.why, error.remedy], "retry": True, "blames": True}
    except Exception as error:  # noqa: BLE001  # whatever it raises is the task's failure
        answer = {"failed": [f"{type(error).__name__}: {error}"[:MOST], "", ""], "retry": True, "blames": True}
    sys.stdout.flush()
    path.write_text(json.dumps(answer), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
