"""Takes the safety lines of the code away, one at a time, in a copy, and sees whether the tests notice.

    python -m tests.faults.mutants            all of them
    python -m tests.faults.mutants 3 17       these, by their number
    python -m tests.faults.mutants token      those whose name or file holds this word

It ends with 1 where a mutant survives, that is where the tests named in ``mutants.toml`` pass without the line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
LIST: Final = Path(__file__).with_name("mutants.toml")
COPIED: Final = ("engine", "tui", "themes", "tests", "pyproject.toml", "README.md", "LICENSE")
MOST_SECONDS: Final = 300
FAILED: Final = 1
"""What pytest ends with where tests failed; anything else says nothing about the mutant."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A line, and what stands there instead.

    Attributes:
        name: what the line promises.
        system: which part of the whole it belongs to.
        file: where it stands, from the root of the repository.
        line: its exact text, in the file exactly once; several lines where one alone says too little.
        instead: what replaces it.
        tests: the files of tests of which one has to fail.
    """

    name: str
    system: str
    file: str
    line: str
    instead: str
    tests: tuple[str, ...]

    def applied(self, text: str) -> str:
        """The file's text with the line altered."""
        found = text.count(self.line)
        if found != 1:
            raise LookupError(f"{self.name}: its line is {found} times in {self.file}; bring mutants.toml up to date")
        return text.replace(self.line, self.instead)


def read_mutants() -> list[Mutant]:
    """All of them, in the order of the list."""
    with LIST.open("rb") as file:
        found = tomllib.load(file)["mutant"]
    return [Mutant(**{**one, "tests": tuple(one["tests"])}) for one in found]


def chosen(mutants: Sequence[Mutant], words: Sequence[str]) -> Iterator[tuple[int, Mutant]]:
    """Those that are meant, with their numbers from 1."""
    for number, mutant in enumerate(mutants, 1):
        said = f"{mutant.name} {mutant.file}"
        if not words or any(word == str(number) or (not word.isdigit() and word in said) for word in words):
            yield number, mutant


def survives(mutant: Mutant, copy: Path) -> str:
    """Why the tests do not notice; empty where they do."""
    place = copy / mutant.file
    whole = place.read_text(encoding="utf-8")
    place.write_text(mutant.applied(whole), encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", *mutant.tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(
            words, cwd=copy, env=environment, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        # Tests that do not end do not pass either.
        return ""
    finally:
        place.write_text(whole, encoding="utf-8")
    if ended.returncode == FAILED:
        return ""
    return "no test failed" if ended.returncode == 0 else f"pytest ended with {ended.returncode}: {ended.stdout[-300:]}"


def main(words: Sequence[str]) -> int:
    """Try them; the number of those that survive decides."""
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="wf-mutants-") as name:
        copy = Path(name)
        for entry in COPIED:
            if (ROOT / entry).is_dir():
                shutil.copytree(ROOT / entry, copy / entry, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / entry, copy / entry)
        for number, mutant in chosen(read_mutants(), words):
            why = survives(mutant, copy)
            survivors += bool(why)
            sys.stdout.write(
                f"{number:3} {'SURVIVES' if why else 'killed  '} {mutant.name}{f': {why}' if why else ''}\n"
            )
            sys.stdout.flush()
    sys.stdout.write(f"{survivors} survive\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
