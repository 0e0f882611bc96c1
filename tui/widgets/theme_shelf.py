"""Brings the themes to the application, and brings them again when the operator changes a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..theming import DEFAULT_THEME, ThemeError, ThemeFile, Themes, choose_theme

if TYPE_CHECKING:
    from textual.app import App


class ThemeShelf:
    """The themes of one console.

    Args:
        folder: where the workspace keeps themes of its own; nothing for the shipped ones alone.
        wanted: the name of the theme to start with.
        environ: tells whether colour is wanted at all.
    """

    def __init__(self, folder: Path | None, wanted: str, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._wanted = wanted
        self._environ = environ
        self._themes = Themes(folder.parent if folder is not None else None)
        self._seen = self._signature()

    def dress(self, app: App[int]) -> list[ThemeError]:
        """Register every theme and put the wanted one on; the default, where it cannot be had.

        Returns:
            what is wrong with files and with the wanted name.
        """
        errors = self._themes.reload()
        self._register(app)
        try:
            app.theme = choose_theme(self._wanted, self._themes.by_name, self._environ).name
        except ThemeError as error:
            app.theme = DEFAULT_THEME
            errors.append(error)
        return errors

    def refresh(self, app: App[int]) -> list[ThemeError]:
        """Take in what changed in the folder since the last time; cheap where nothing did."""
        signature = self._signature()
        if signature == self._seen:
            return []
        self._seen = signature
        before = self._current(app)
        errors = self._themes.reload()
        self._register(app)
        if self._current(app) not in {None, before}:
            name = app.theme
            app.theme = next(other for other in self._themes.by_name if other != name)
            app.theme = name
        return errors

    def _current(self, app: App[int]) -> ThemeFile | None:
        return self._themes.by_name.get(app.theme)

    def _register(self, app: App[int]) -> None:
        for theme in self._themes.by_name.values():
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
