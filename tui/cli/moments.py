"""Moments as they are typed: a day, a day and a time, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from engine.clock import SystemClock

_AGO: Final = re.compile(r"(\d{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[datetime]):
    """``2026-03-01``, ``2026-03-01T14:00`` (UTC where no zone is named), or ``90s``, ``15m``, ``2h``, ``3d`` ago."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, aware.

        Raises:
            click.BadParameter: it is none.
        """
        if isinstance(value, datetime):
            return value
        ago = _AGO.fullmatch(value)
        try:
            if ago:
                return SystemClock().now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            moment = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is not a moment: write 2026-03-01, 2026-03-01T14:00, or 2h for two hours ago.", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


MOMENT: Final = Moment()
