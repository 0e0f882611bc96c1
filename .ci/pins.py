"""Moves pins between requirements.lock and ``constraint-dependencies`` in pyproject.toml.

Usage: pins.py strip PYPROJECT | insert PYPROJECT LOCK | count LOCK     the result goes to standard output.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_LIST = re.compile(r"^constraint-dependencies = \[\n(?:    .*\n)*\]\n", re.MULTILINE)
_TABLE = "[tool.uv]\n"


def pins(lock: str) -> list[str]:
    """The requirements of a lock file without their hashes, in the order of the file."""
    joined = lock.replace("\\\n", " ")
    lines = (line.split(" --hash=", 1)[0].strip() for line in joined.splitlines())
    return [re.sub(r"\s+", " ", line) for line in lines if line and not line.startswith("#")]


def strip(pyproject: str) -> str:
    """The project file without its list of pins."""
    return _LIST.sub("", pyproject)


def insert(pyproject: str, lock: str) -> str:
    """The project file with the pins of ``lock`` as its list."""
    lines = "".join(f'    "{pin}",\n' for pin in pins(lock))
    bare = strip(pyproject)
    if _TABLE not in bare:
        raise SystemExit("pins: pyproject.toml has no [tool.uv]")
    return bare.replace(_TABLE, f"{_TABLE}constraint-dependencies = [\n{lines}]\n", 1)


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    verb, *names = arguments
    texts = [Path(name).read_text(encoding="utf-8") for name in names]
    match verb, texts:
        case "strip", [pyproject]:
            sys.stdout.write(strip(pyproject))
        case "insert", [pyproject, lock]:
            sys.stdout.write(insert(pyproject, lock))
        case "count", [lock]:
            sys.stdout.write(f"{len(pins(lock))}\n")
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
