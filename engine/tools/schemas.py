"""JSON schemas of tools as one digest, whoever wrote them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def schema_digest(schema: Mapping[str, Any]) -> str:
    """SHA-256 of a schema in one spelling: keys sorted, no blanks; 64 hexadecimal digits.

    A schema may hold fractions, which :mod:`engine.canonical` refuses; here they are only compared, never computed
    with.
    """
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=True)
    return hashlib.sha256(text.encode()).hexdigest()
