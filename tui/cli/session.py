"""What a command line says before and after its subcommand: where, who, and how to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click

from engine.errors import WatchfloorError

_PREFIX: Final = "session_"
"""Keeps the names of the shared options apart from those of a command's own."""


@dataclass(slots=True)
class Session:
    """The options that every command shares.

    Attributes:
        folder: the workspace's folder.
        operator: the name given with ``--operator``; the login's where none is.
        read_only: this session may look and nothing more.
        json: print JSON.
    """

    folder: Path = field(default_factory=Path.cwd)
    operator: str | None = None
    read_only: bool = False
    json: bool = False


def refuse_read_only(session: Session, what: str) -> None:
    """Refuse what cannot be done without changing something.

    Raises:
        WatchfloorError: the session is read-only.
    """
    if session.read_only:
        raise WatchfloorError(f"{what} is refused", why="--read-only changes nothing", remedy="Leave that option out.")


def session_options() -> list[click.Parameter]:
    """Fresh parameters for the options that every command shares."""
    folder = click.Path(file_okay=False, path_type=Path)
    return [
        _option(
            "--workspace", "folder", "The workspace; without it the folder you are in.", type=folder, metavar="DIR"
        ),
        _option("--operator", "operator", "Who you are; without it the name you logged in with.", metavar="NAME"),
        _option("--read-only", "read_only", "Look and change nothing.", is_flag=True),
        _option("--json", "json", "Print JSON.", is_flag=True),
    ]


def _option(flag: str, name: str, text: str, **kwargs: Any) -> click.Option:
    return click.Option([flag, f"{_PREFIX}{name}"], callback=_keep, expose_value=False, help=text, **kwargs)


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    # Only what was typed counts: the same options stand before and after a subcommand.
    if value:
        setattr(context.find_object(Session), str(parameter.name).removeprefix(_PREFIX), value)


class SessionCommand(click.Command):
    """A command that also takes the shared options, so that they may stand after its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(session_options())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its own options first, the shared ones below."""
        parameters = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        write_options(ctx, formatter, "Options", [one for one in parameters if not _is_shared(one)])
        write_options(ctx, formatter, "Shared options", [one for one in parameters if _is_shared(one)])


def _is_shared(parameter: click.Parameter) -> bool:
    return str(parameter.name).startswith(_PREFIX)


def write_options(
    context: click.Context, formatter: click.HelpFormatter, heading: str, parameters: Sequence[click.Parameter]
) -> None:
    """A section of the help with these options; nothing where there are none."""
    records = [record for one in parameters if (record := one.get_help_record(context)) is not None]
    if records:
        with formatter.section(heading):
            formatter.write_dl(records)


def command(name: str, **kwargs: Any) -> Callable[[Callable[..., Any]], SessionCommand]:
    """A command that takes the shared options; its function gets the :class:`Session` first."""

    def decorate(function: Callable[..., Any]) -> SessionCommand:
        return click.command(name, cls=SessionCommand, **kwargs)(click.pass_obj(function))

    return decorate
