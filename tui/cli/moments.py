"""A moment as an option's value."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import click

from engine.clock import SystemClock

from ..moments import FORMS, read_moment


class Moment(click.ParamType[datetime]):
    """A day, a day and a time, or how long ago."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, aware.

        Raises:
            click.BadParameter: it is none.
        """
        if isinstance(value, datetime):
            return value
        moment = read_moment(value, SystemClock().now())
        if moment is None:
            self.fail(f"{value!r} is not a moment: write {FORMS}.", param, ctx)
        return moment


MOMENT: Final = Moment()
