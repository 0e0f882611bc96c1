"""Colour themes: files in ``themes/``, and the operator's own beside them in the workspace.

A theme file names every colour the console uses, so that style sheets hold no literal colour. A file that cannot be
used is refused with the line and the reason, and the last good version of it stays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from engine.errors import WatchfloorError

from .shipped import DEFAULT_THEME, MONO_THEME, contrast, shipped_files, style_variables

if TYPE_CHECKING:
    from textual.theme import Theme

__all__ = [
    "DEFAULT_THEME",
    "MONO_THEME",
    "ThemeError",
    "ThemeFile",
    "Themes",
    "choose_theme",
    "contrast",
    "parse_theme",
]

MAX_BYTES: Final = 64 * 1024
"""The largest theme file that is read."""
MAX_FILES: Final = 64
"""How many theme files of a workspace are read at most, in the order of their names."""
LEAST_CONTRAST: Final = 3.0
"""Below this ratio (WCAG, 1 to 21) of text to its background a theme is refused; the shipped ones keep 4.5."""

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class ThemeError(WatchfloorError):
    """A theme file cannot be used."""


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class Colours(_Table):
    """The colours Textual derives its own from; each ``#rrggbb``."""

    primary: Colour
    """Borders and titles of what has the focus."""
    secondary: Colour
    """Borders and titles of the rest."""
    accent: Colour
    """What calls for a look: keys in the footer, counters."""
    foreground: Colour
    """Text."""
    background: Colour
    """Behind everything."""
    surface: Colour
    """Behind panels."""
    panel: Colour
    """Behind what lies on panels: titles, dialogs."""
    success: Colour
    """Done, healthy."""
    warning: Colour
    """Needs attention soon."""
    error: Colour
    """Failed."""


class Semantic(_Table):
    """What colours mean here, under the names of style sheets (``$risk-high``). Never the only sign of a state."""

    risk_low: Colour
    """An action that can be undone or hardly matters."""
    risk_medium: Colour
    """An action that matters."""
    risk_high: Colour
    """An action that cannot be undone."""
    stale: Colour
    """Data that is older than it should be."""
    paused: Colour
    """Stopped by an operator."""
    lost: Colour
    """Gone without a word: agents, links, servers."""
    muted: Colour
    """Text of little weight."""
    header: Colour
    """Behind the first line of the screen."""
    header_text: Colour
    """The text of the first line."""
    selection: Colour
    """Behind the row with the cursor."""
    selection_text: Colour
    """The text of the row with the cursor."""


class ThemeFile(_Table):
    """One theme."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    """How settings and the palette call it: lower case, digits and dashes."""
    dark: bool = True
    """Light text on a dark background."""
    colours: Colours
    semantic: Semantic = Field()

    @model_validator(mode="after")
    def _readable(self) -> ThemeFile:
        for what, ratio in self.contrasts().items():
            if ratio < LEAST_CONTRAST:
                raise ValueError(f"contrast of {what} is {ratio:.1f}:1, less than {LEAST_CONTRAST:.0f}:1")
        return self

    def contrasts(self) -> dict[str, float]:
        """The contrast of every text colour with every background it stands on, as WCAG ratios from 1 to 21."""
        colours, semantic = self.colours.model_dump(), self.semantic.model_dump()
        texts = {name: colours[name] for name in ("foreground", "accent", "success", "warning", "error")}
        texts |= {
            name.replace("_", "-"): value
            for name, value in semantic.items()
            if not name.startswith(("header", "selection"))
        }
        pairs = {
            f"{text} on {behind}": contrast(value, colours[behind])
            for text, value in texts.items()
            for behind in ("background", "surface", "panel")
        }
        pairs["header-text on header"] = contrast(self.semantic.header_text, self.semantic.header)
        pairs["selection-text on selection"] = contrast(self.semantic.selection_text, self.semantic.selection)
        return pairs

    def variables(self) -> dict[str, str]:
        """The variables of the style sheets, over and above those Textual derives."""
        return style_variables(self.colours.model_dump(), self.semantic.model_dump(by_alias=True))

    def to_textual(self) -> Theme:
        """The theme as Textual registers it."""
        from textual.theme import Theme

        return Theme(name=self.name, dark=self.dark, variables=self.variables(), **self.colours.model_dump())


class Themes:
    """Every theme there is: the shipped ones, and those of one workspace.

    Args:
        workspace: its folder ``themes`` is read; ``None`` for the shipped themes alone.
    """

    def __init__(self, workspace: Path | None = None) -> None:
        self._folder = None if workspace is None else workspace / "themes"
        self._shipped = {theme.name: theme for theme in _shipped()}
        self._own: dict[Path, ThemeFile] = {}

    @property
    def by_name(self) -> Mapping[str, ThemeFile]:
        """The themes that can be used now."""
        return self._shipped | {theme.name: theme for theme in self._own.values()}

    def reload(self) -> list[ThemeError]:
        """Read the workspace's themes again.

        Returns:
            What is wrong with files that could not be used. Of those, the last good version stays; of files that are
            gone, nothing.
        """
        errors: list[ThemeError] = []
        own: dict[Path, ThemeFile] = {}
        for path in self._paths():
            try:
                theme = parse_theme(_read(path), str(path))
                if theme.name in self._shipped or any(theme.name == other.name for other in own.values()):
                    raise ThemeError(
                        f"theme file {path} cannot be used",
                        why=f"the name {theme.name!r} is taken by another theme",
                        remedy="Give it a name of its own",
                    )
                own[path] = theme
            except ThemeError as error:
                errors.append(error)
                if path in self._own:
                    own[path] = self._own[path]
        self._own = own
        return errors

    def _paths(self) -> list[Path]:
        if self._folder is None or not self._folder.is_dir():
            return []
        return sorted(self._folder.glob("*.toml"))[:MAX_FILES]


def choose_theme(wanted: str, available: Mapping[str, ThemeFile], environ: Mapping[str, str]) -> ThemeFile:
    """The theme to start with: the wanted one, or the one of two shades where ``NO_COLOR`` asks for no colour.

    Raises:
        ThemeError: there is no theme of that name.
    """
    name = MONO_THEME if environ.get("NO_COLOR") else wanted
    try:
        return available[name]
    except KeyError:
        raise ThemeError(
            f"there is no theme {name!r}", remedy=f"Choose one of {', '.join(sorted(available))}"
        ) from None


def parse_theme(text: str, source: str) -> ThemeFile:
    """Read one theme.

    Args:
        text: the TOML.
        source: where it came from, for errors.

    Raises:
        ThemeError: it is no valid theme; the error names the line where that is known.
    """
    what = f"theme file {source} cannot be used"
    try:
        return ThemeFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(what, why=str(error), remedy="Correct the file; the last good theme stays") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        line = _line_of(text, str(first["loc"][-1])) if first["loc"] else None
        place = f"{where} (line {line})" if line else where
        why = f"{place}: {first['msg']}" if place else first["msg"]
        raise ThemeError(what, why=why, remedy="Correct the file; the last good theme stays") from None


def _line_of(text: str, key: str) -> int | None:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return None


def _read(path: Path) -> str:
    """A theme file's text; only plain files of a sensible size are read."""
    try:
        if not path.is_file():
            raise ThemeError(f"theme file {path} cannot be used", why="it is no plain file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ThemeError(f"theme file {path} cannot be used", why=f"it is larger than {MAX_BYTES} bytes")
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ThemeError(f"theme file {path} cannot be used", why=reason or type(error).__name__) from None


def _shipped() -> Iterator[ThemeFile]:
    for path in shipped_files():
        yield parse_theme(path.read_text("utf-8"), path.name)
