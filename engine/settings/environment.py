"""The environment's part of the settings: ``WATCHFLOOR_REDIS__URL`` is ``url`` in ``[redis]``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

ENVIRONMENT_PREFIX: Final = "WATCHFLOOR_"
_SEPARATOR: Final = "__"


def environment_values(environ: Mapping[str, str]) -> dict[str, object]:
    """What the environment sets, as nested tables with keys in lower case.

    Only names with a double underscore are settings; ``WATCHFLOOR_REDIS_SERVER`` and its like mean something else.
    A value that is valid JSON for a number, boolean, list or object is taken as that; everything else is text, so that
    ``WATCHFLOOR_WORKSPACE__NAME=acme`` needs no quotes.
    """
    values: dict[str, object] = {}
    for name in sorted(environ):
        if not name.startswith(ENVIRONMENT_PREFIX) or _SEPARATOR not in name:
            continue
        *tables, key = name[len(ENVIRONMENT_PREFIX) :].lower().split(_SEPARATOR)
        here = values
        for table in tables:
            below = here.setdefault(table, {})
            if not isinstance(below, dict):
                below = here[table] = {}
            here = below
        here[key] = _value(environ[name])
    return values


def _value(text: str) -> object:
    try:
        parsed = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(parsed, str) or parsed is None else parsed
