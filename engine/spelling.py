"""One JSON encoder for each way of spelling, made once: the standard library makes its own anew for each text."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder as standard
from typing import Any, NoReturn


def spelling(*, sort_keys: bool, allow_nan: bool) -> Callable[[Any], str]:
    """A function that spells values as JSON: no blanks, nothing escaped that need not be.

    It writes, to the byte, what ``json.dumps`` writes with ``separators=(",", ":")`` and ``ensure_ascii=False``. It
    does not look for a value that holds itself.

    Args:
        sort_keys: order the members of objects by their names.
        allow_nan: spell NaN and infinities instead of raising ValueError.
    """
    make: Any = getattr(standard, "c_make_encoder", None)
    if make is None:
        plain = json.JSONEncoder(
            sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False, allow_nan=allow_nan, check_circular=False
        )
        return plain.encode
    skip_keys = False
    chunks = make(None, _refuse, standard.encode_basestring, None, ":", ",", sort_keys, skip_keys, allow_nan)
    return lambda value: "".join(chunks(value, 0))


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
