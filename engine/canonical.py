"""JSON with exactly one spelling: strict parsing, canonical bytes, digests.

What an operator approves is bound to the digest of its canonical bytes, so every value here must have one meaning and
one spelling. Whatever two readers could understand differently (a repeated key, a float, NaN, half a surrogate pair) is
refused instead of interpreted. Unicode is *not* normalised: bytes stay what they are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Final, NoReturn, TypeAlias, cast

from .errors import WatchfloorError
from .spelling import spelling

JSON: TypeAlias = "bool | int | str | list[JSON] | dict[str, JSON] | None"
"""A JSON value without floats. Quantities are integers in their smallest unit (cents, hundredths, microseconds)."""

MAX_DEPTH: Final = 32
"""How deep arrays and objects may nest."""
MAX_BYTES: Final = 262_144
"""How long a text may be before it is even looked at."""
MAX_INTEGER: Final = 2**53
"""The largest magnitude that every JSON reader keeps exactly."""

_DIGEST_LABEL: Final = b"v1\0"
_SHORT: Final = 4_096
_REMEMBERED: Final = 4_096
_KNOWN: Final[dict[str, bool]] = {}
_MAX_DIGITS: Final = 17
_STRUCTURE: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


_spell: Final = spelling(sort_keys=True, allow_nan=False)


class JsonError(WatchfloorError):
    """A text or value is not JSON that has exactly one meaning."""

    def __init__(self, why: str) -> None:
        super().__init__("JSON refused", why=why, remedy="Send plain JSON: unique keys, integers, whole characters")


def parse_strict(text: str | bytes, *, max_depth: int = MAX_DEPTH, max_bytes: int = MAX_BYTES) -> JSON:
    """Read one JSON value that every reader would understand alike.

    Args:
        text: the JSON text; bytes must be UTF-8 without a byte order mark.
        max_depth: how deep arrays and objects may nest.
        max_bytes: how many bytes of UTF-8 the text may have.

    Raises:
        JsonError: not JSON, too long, too deep, a repeated key, NaN or an infinity, a float, an integer beyond ±2^53,
            or a lone surrogate.
    """
    if isinstance(text, bytes):
        _check_length(len(text), max_bytes)
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise JsonError(f"not UTF-8 at byte {error.start}") from None
    else:
        _check_length(len(text), max_bytes)
        _check_length(len(text.encode("utf-8", "surrogatepass")), max_bytes)
    _check_nesting(text, max_depth)
    try:
        if text.startswith("\ufeff"):
            raise JsonError("a byte order mark at line 1 column 1")
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    check(value, max_depth=max_depth)
    return cast("JSON", value)


def check(value: object, *, max_depth: int = MAX_DEPTH) -> None:
    """Make sure that a Python value is JSON in the sense of this module.

    Raises:
        JsonError: it is not; the reason says what and how deep.
    """
    # Level by level, with the common types first: every decision passes here several times.
    level: list[object] = [value]
    depth = 0
    while level:
        below: list[object] = []
        for item in level:
            kind = type(item)
            if kind is str:
                if not item.isascii():  # type: ignore[attr-defined]  # mypy: the type was just looked at
                    _check_text(item)  # type: ignore[arg-type]  # as above
            elif kind is int:
                if not -MAX_INTEGER <= item <= MAX_INTEGER:  # type: ignore[operator]  # as above
                    _check_scalar(item)
            elif item is None or kind is bool:
                pass
            elif isinstance(item, (dict, list)):
                if depth >= max_depth:
                    raise JsonError(f"nested deeper than {max_depth}")
                below.extend(_members(item))
            else:
                _check_scalar(item)
        level = below
        depth += 1


def canonical(value: JSON) -> bytes:
    """The one spelling of a value: keys sorted by code point, no blanks, UTF-8, nothing escaped that need not be.

    Raises:
        JsonError: the value is not JSON in the sense of this module.
    """
    check(value)
    return _spell(value).encode()


def canonical_text(value: JSON) -> str:
    """:func:`canonical` as text; :func:`is_canonical` then knows it without reading it again.

    Raises:
        JsonError: the value is not JSON in the sense of this module.
    """
    text = canonical(value).decode()
    if len(text) <= _SHORT:
        _remember(text, canonical=True)
    return text


def digest(value: JSON) -> str:
    """SHA-256 of a version label and the canonical bytes, as 64 hexadecimal digits.

    Raises:
        JsonError: the value is not JSON in the sense of this module.
    """
    return hashlib.sha256(_DIGEST_LABEL + canonical(value)).hexdigest()


def digest_around(value: dict[str, JSON], name: str, spelled: str) -> str:
    """:func:`digest` of an object with one member more, whose canonical text is at hand and need not be made again.

    Args:
        value: the other members.
        name: the member's name; ASCII, and none of the others'.
        spelled: the member's canonical text; see :func:`is_canonical`.

    Raises:
        JsonError: the other members are not JSON in the sense of this module.
    """
    before = canonical({key: item for key, item in value.items() if key < name})[1:-1]
    after = canonical({key: item for key, item in value.items() if key > name})[1:-1]
    members = (before, f'"{name}":{spelled}'.encode(), after)
    return hashlib.sha256(_DIGEST_LABEL + b"{" + b",".join(filter(None, members)) + b"}").hexdigest()


def is_canonical(text: str) -> bool:
    """A text is the one spelling of its value. What is short is remembered: the same texts are asked about again.

    Raises:
        JsonError: it is not JSON in the sense of this module.
    """
    known = _KNOWN.get(text)
    if known is None:
        known = canonical(parse_strict(text)).decode() == text
        if len(text) <= _SHORT:
            _remember(text, canonical=known)
    return known


def _remember(text: str, *, canonical: bool) -> None:
    if len(_KNOWN) >= _REMEMBERED:
        _KNOWN.clear()
    _KNOWN[text] = canonical


def _check_length(length: int, limit: int) -> None:
    if length > limit:
        raise JsonError(f"longer than {limit} bytes")


def _check_nesting(text: str, limit: int) -> None:
    # The parser recurses in C and its own limit depends on the stack below it, so depth is settled before it runs.
    depth = 0
    for match in _STRUCTURE.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > limit:
                raise JsonError(f"nested deeper than {limit}")
        elif mark in "]}":
            depth -= 1


def _members(item: dict[object, object] | list[object]) -> Iterable[object]:
    if isinstance(item, list):
        return item
    _check_keys(item)
    return item.values()


def _check_keys(item: dict[object, object]) -> None:
    try:
        if "".join(item).isascii():  # type: ignore[arg-type]  # where one is no text, it is looked for below
            return
    except TypeError:
        pass
    for key in item:
        if not isinstance(key, str):
            raise JsonError(f"an object key is a {type(key).__name__}, not a string")
        if not key.isascii():
            _check_text(key)


def _check_scalar(item: object) -> None:
    if isinstance(item, str):
        _check_text(item)
    elif isinstance(item, float):
        _refuse_float("float")
    elif isinstance(item, int):
        if not -MAX_INTEGER <= item <= MAX_INTEGER:
            raise JsonError("an integer lies beyond ±2^53")
    elif item is not None:
        raise JsonError(f"a {type(item).__name__} is not JSON")


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise JsonError("a text holds a lone surrogate") from None


def _unique_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JsonError(f"the key {key[:40]!r} appears twice")
            seen.add(key)
    return result


def _bounded_integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise JsonError("an integer lies beyond ±2^53")
    return int(digits)


def _refuse_float(_: str) -> NoReturn:
    raise JsonError("a number has a fraction or an exponent; use an integer or a text")


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is not a number")


# Made once: making one costs as much as reading a small text.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique_object,
    parse_float=_refuse_float,
    parse_constant=_refuse_constant,
    parse_int=_bounded_integer,
)
