"""Turns what was typed into the arguments of a command or query, and says what is wrong with it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, TypeVar

import click
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)

_FLAGS: Final = {"as_of": "--as-of", "depends_on": "--after", "capabilities": "--capability"}


def checked(model: type[M], **values: Any) -> M:
    """The arguments as the engine takes them.

    Raises:
        click.UsageError: they are not what it takes; the message names the option and not its value.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(
            f"{_name(problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        )
        raise click.UsageError(problems, click.get_current_context(silent=True)) from None


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(_FLAGS.get(str(part), str(part)) for part in location) or "arguments"


class Day(click.ParamType[date]):
    """A day as ``YYYY-MM-DD``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day.

        Raises:
            click.BadParameter: it is none.
        """
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        # The standard library also takes week dates and dates without dashes.
        if day is None or day.isoformat() != value:
            self.fail(f"{value!r} is not a day: write YYYY-MM-DD.", param, ctx)
        return day


DAY: Final = Day()
