"""Checking arguments against a stranger's schema: in bounded steps, nothing fetched, no patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

from ...canonical import JSON
from ...errors import WatchfloorError

STEPS: Final = 20_000
"""Most keywords that are looked at for one set of arguments."""
DEPTH: Final = 80
"""How deep one keyword may lead to the next: far from where the library's native part gives up the whole process."""
_UNCHECKED: Final = frozenset({
    # Regular expressions can take for ever; the server checks them itself.
    "pattern",
    "patternProperties",
    "format",
    # These walk the schema by themselves, past the count of steps.
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
})  # fmt: skip
_MOST_PROBLEMS: Final = 5
_SHOWN: Final = 120


class SchemaMismatch(WatchfloorError):
    """Arguments do not fit a schema, or the schema cannot be used."""


class _TooManySteps(Exception):
    """The schema asks for more work than any honest one."""


_left: ContextVar[list[int]] = ContextVar("steps_left")


def check_against(schema: Mapping[str, Any], arguments: JSON) -> None:
    """Check arguments against a foreign schema.

    Raises:
        SchemaMismatch: they do not fit, or the schema is not one that can be followed.
    """
    from jsonschema.exceptions import SchemaError, ValidationError
    from referencing.exceptions import Unresolvable

    token = _left.set([STEPS, DEPTH])
    problems: list[str] = []
    try:
        error: ValidationError
        for error in _validator(schema).iter_errors(arguments):
            place = "/".join(str(part) for part in error.absolute_path) or "arguments"
            problems.append(f"{place}: {_said(error)}")
            if len(problems) == _MOST_PROBLEMS:
                break
    except (SchemaError, Unresolvable, _TooManySteps, RecursionError, TypeError, ValueError, AttributeError, KeyError):
        # The last five are what the library makes of schemas that are none.
        why = "it is broken, endless, or refers elsewhere"
        raise SchemaMismatch("its schema cannot be followed", why=why) from None
    finally:
        _left.reset(token)
    if problems:
        raise SchemaMismatch("they do not fit its schema", why="; ".join(problems))


def _said(error: Any) -> str:
    # The library repeats the value, which may be a secret; the rule that it breaks says enough.
    rule = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in rule if isinstance(error.instance, dict) and name not in error.instance]
            return f"misses {', '.join(map(str, missing))}"[:_SHOWN]
        case "additionalProperties":
            return "holds a name that there is not"
        case "type":
            return f"is not of type {rule}"[:_SHOWN]
        case keyword:
            return f"breaks {keyword} {rule}"[:_SHOWN]


def _validator(schema: Mapping[str, Any]) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import create
    from referencing import Registry

    global _made  # noqa: PLW0603  # made once, when the first server is declared
    if _made is None:
        keywords = {
            name: _counted(check) for name, check in Draft202012Validator.VALIDATORS.items() if name not in _UNCHECKED
        }
        _made = create(
            meta_schema=Draft202012Validator.META_SCHEMA,
            validators=keywords,
            type_checker=Draft202012Validator.TYPE_CHECKER,
        )
    # An empty registry: a reference that leaves the schema is not followed anywhere.
    return _made(dict(schema), registry=Registry())


_made: Any = None


def _counted(check: Callable[..., Iterator[Any] | None]) -> Any:
    def counting(*arguments: Any) -> Iterator[Any]:
        left = _left.get()
        left[0] -= 1
        left[1] -= 1
        try:
            if min(left) < 0:
                raise _TooManySteps
            yield from check(*arguments) or ()
        finally:
            left[1] += 1

    return counting
