"""The table of what is tested where is up to date: ``programme.toml`` beside this file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from .mutants import ROOT

PROGRAMME = tomllib.loads(Path(__file__).with_name("programme.toml").read_text(encoding="utf-8"))


def test_every_promise_has_tests_that_exist() -> None:
    named = {test for promises in PROGRAMME.values() for promise in promises.values() for test in promise["tests"]}
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in {test.partition("::")[0] for test in named}}
    missing = [
        test
        for test in sorted(named)
        if not re.search(rf"^(?:(?:async )?def {test.partition('::')[2]}\(|{test.partition('::')[2]} = )",
                         texts[test.partition("::")[0]], re.MULTILINE)
    ]  # fmt: skip
    assert missing == []


def test_no_promise_is_left_out() -> None:
    assert list(PROGRAMME["input"]) == [str(number) for number in range(1, 41)]
    assert list(PROGRAMME["invariant"]) == [f"I{number}" for number in range(1, 15)]
    assert list(PROGRAMME["layer"]) == [f"L{number}" for number in range(1, 11) if number != 9]
    assert all(promise["tests"] for promises in PROGRAMME.values() for promise in promises.values())
