"""Brings the themes to the application, and brings them again when the operator changes a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..shipped import DEFAULT_THEME, MONO_THEME, shipped_theme

if TYPE_CHECKING:
    from textual.app import App

    from ..theming import ThemeError, ThemeFile, Themes


class ThemeShelf:
    """The themes of one console.

    The one to start with is had at once where it is a shipped one; all others are read by :meth:`fill`, once the screen
    is there.

    Args:
        folder: where the workspace keeps themes of its own; nothing for the shipped ones alone.
        wanted: the name of the theme to start with.
        environ: tells whether colour is wanted at all.
    """

    def __init__(self, folder: Path | None, wanted: str, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._wanted = wanted
        self._environ = environ
        self._themes: Themes | None = None
        self._errors: list[ThemeError] = []
        self._seen = self._signature()

    def dress(self, app: App[int]) -> None:
        """Put the wanted theme on; the default, where it cannot be had."""
        shipped = shipped_theme(MONO_THEME if self._environ.get("NO_COLOR") else self._wanted)
        if shipped is not None:
            app.register_theme(shipped)
            app.theme = shipped.name
            return
        from ..theming import ThemeError, choose_theme

        self.load()
        self._register(app)
        try:
            app.theme = choose_theme(self._wanted, self._all().by_name, self._environ).name
        except ThemeError as error:
            app.theme = DEFAULT_THEME
            self._errors.append(error)

    def load(self) -> None:
        """Read every theme; where that was done before, nothing. It may be called on another thread."""
        if self._themes is None:
            from ..theming import Themes

            found = Themes(self._folder.parent if self._folder is not None else None)
            self._errors += found.reload()
            self._themes = found

    def fill(self, app: App[int]) -> list[ThemeError]:
        """Register every theme.

        Returns:
            what is wrong with files and with the wanted name.
        """
        self.load()
        self._register(app)
        errors, self._errors = self._errors, []
        return errors

    def refresh(self, app: App[int]) -> list[ThemeError]:
        """Take in what changed in the folder since the last time; cheap where nothing did."""
        signature = self._signature()
        if signature == self._seen:
            return []
        self._seen = signature
        before = self._current(app)
        errors = self._all().reload()
        self._register(app)
        if self._current(app) not in {None, before}:
            name = app.theme
            app.theme = next(other for other in self._all().by_name if other != name)
            app.theme = name
        return errors

    def _all(self) -> Themes:
        self.load()
        assert self._themes is not None  # noqa: S101  # it was just loaded
        return self._themes

    def _current(self, app: App[int]) -> ThemeFile | None:
        return self._all().by_name.get(app.theme)

    def _register(self, app: App[int]) -> None:
        for theme in self._all().by_name.values():
            app.register_theme(theme.to_textual())

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        if self._folder is None or not self._folder.is_dir():
            return ()
        found = []
        for path in sorted(self._folder.glob("*.toml")):
            try:
                state = path.stat()
            except FileNotFoundError:
                # It went away between the listing and the look; the next look sees the folder without it.
                continue
            found.append((path.name, state.st_mtime_ns, state.st_size))
        return tuple(found)
