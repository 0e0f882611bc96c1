"""The themes that come with the console, as fast as they can be had: they were checked before they were shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import themes

if TYPE_CHECKING:
    from textual.theme import Theme

DEFAULT_THEME: Final = "midnight"
MONO_THEME: Final = "mono"
_FOLDER: Final = Path(themes.__file__).parent
STYLES: Final = _FOLDER / "console.tcss"
"""The style sheet of the first screen."""


def shipped_files() -> list[Path]:
    """The shipped theme files, by name."""
    return sorted(_FOLDER.glob("*.toml"))


def shipped_theme(name: str) -> Theme | None:
    """A shipped theme as Textual registers it; nothing where none has that name."""
    from textual.theme import Theme

    path = next((path for path in shipped_files() if path.stem == name), None)
    if path is None:
        return None
    found = tomllib.loads(path.read_text("utf-8"))
    variables = style_variables(found["colours"], found["semantic"])
    return Theme(name=name, dark=found.get("dark", True), variables=variables, **found["colours"])


def style_variables(colours: Mapping[str, str], semantic: Mapping[str, str]) -> dict[str, str]:
    """The variables of the style sheets, over and above those Textual derives.

    Args:
        colours: the theme's table of that name.
        semantic: likewise; its names are those of the file, with dashes.
    """
    return dict(semantic) | {
        "block-cursor-background": semantic["selection"],
        "block-cursor-foreground": semantic["selection-text"],
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": colours["panel"],
        "block-cursor-blurred-foreground": colours["foreground"],
        "footer-background": colours["panel"],
        "footer-foreground": colours["foreground"],
        "footer-key-foreground": colours["accent"],
        "footer-description-foreground": colours["foreground"],
    }


def contrast(one: str, other: str) -> float:
    """The contrast of two ``#rrggbb`` colours by WCAG 2: from 1 (the same) to 21 (black and white)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
