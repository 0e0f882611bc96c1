"""How a piece of text is meant, and the style that the theme gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from ..safe import SafeText, display
from ..shipped import contrast

TONES: Final = (
    "text",
    "dim",
    "strong",
    "accent",
    "good",
    "warn",
    "bad",
    "high",
    "medium",
    "low",
    "alarm",
    "stale",
    "header",
)
"""Every way a text can be meant; the style sheet gives each one a colour and a weight."""


LOUD: Final = frozenset({"bad", "high", "alarm"})
"""What stays as loud as it is, however old the data."""
LEAST_CONTRAST: Final = 4.5
"""The ratio (WCAG) that text keeps to what is behind it."""
QUIET: Final = frozenset({"text", "dim", "strong"})
"""What takes the colour of the ground that it stands on."""
COMPONENTS: Final = {*(f"tone--{tone}" for tone in TONES), "row--cursor", "row--resting"}
"""The component classes that every screen has to own."""
_PLAIN: Final = Style()


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one tone."""

    text: SafeText
    tone: str = "text"


Cell = tuple[Run, ...]
"""What stands in one column of one row."""


def run(text: str, tone: str = "text", *, limit: int = 400) -> Run:
    """A piece of text from anywhere, cleaned, on one line.

    Args:
        text: what to show; hostile or not.
        tone: one of :data:`TONES`.
        limit: most characters that are kept.
    """
    return Run(display(text, limit=limit, multiline=False, tab=1), tone)


def cell(text: str, tone: str = "text", *, limit: int = 400) -> Cell:
    """A cell with one piece of text."""
    return (run(text, tone, limit=limit),)


def width_of(runs: Iterable[Run]) -> int:
    """How many columns of the terminal these take."""
    return sum(cell_len(one.text.text) for one in runs)


def fit(runs: Sequence[Run], width: int, *, right: bool = False) -> list[tuple[str, str]]:
    """Text and tone pairs of exactly ``width`` columns: padded, or cut with an ellipsis."""
    missing = width - width_of(runs)
    pairs: list[tuple[str, str]] = [(one.text.text, one.tone) for one in runs]
    if missing >= 0:
        padding = (" " * missing, "text")
        return [padding, *pairs] if right else [*pairs, padding]
    kept: list[tuple[str, str]] = []
    room = width - 1
    for text, tone in pairs:
        size = cell_len(text)
        if size > room:
            kept.append((set_cell_size(text, room) + "…", tone))
            break
        kept.append((text, tone))
        room -= size
    return kept


@lru_cache(maxsize=256)
def _mixed(color: Color | None, ground: Color | None, bold: bool | None) -> Style:  # noqa: FBT001  # Rich's own words
    return Style(color=color, bgcolor=ground, bold=bold)


@lru_cache(maxsize=256)
def _legible(look: Style, ground: Style, bold: bool | None) -> Style:  # noqa: FBT001  # as above
    """The look on a ground that the theme makes no promise about; the ground's own colour, where it blurs."""
    colour, behind = look.color, ground.bgcolor
    if colour is not None and behind is not None and contrast(_hex(colour), _hex(behind)) < LEAST_CONTRAST:
        colour = ground.color
    return _mixed(colour, behind, bold)


def _hex(colour: Color) -> str:
    return colour.get_truecolor().hex


class Toned(Widget):
    """A widget that paints its own lines in tones.

    The tones belong to the screen, which resolves each of them once for all of its widgets.
    """

    FADES: ClassVar[bool] = False
    """What it shows steps back while the data is old."""
    PLAIN: ClassVar[str] = ""
    """The tone of its quiet texts, where they stand on a ground of their own."""

    def style_of(self, tone: str, under: str = "") -> Style:
        """The style of a tone, on the widget's own background or on that of the component ``under``."""
        screen = self.screen
        if self.FADES and tone not in LOUD and screen.has_class("-stale"):
            tone = "stale"
        elif self.PLAIN and tone in QUIET:
            tone = self.PLAIN
        look = screen.get_component_rich_style(f"tone--{tone}", default=_PLAIN)
        if tone == "alarm":
            return look
        if under == "row--cursor":
            ground = screen.get_component_rich_style(under, default=_PLAIN)
            return _legible(ground if tone in QUIET else look, ground, look.bold)
        ground = screen.get_component_rich_style(under, default=_PLAIN) if under else self.visual_style.rich_style
        if self.PLAIN:
            own = screen.get_component_rich_style(f"tone--{self.PLAIN}", default=_PLAIN)
            return _legible(look, Style(color=own.color, bgcolor=ground.bgcolor), look.bold)
        return _mixed(look.color, ground.bgcolor, look.bold)

    def strip_of(self, pairs: Iterable[tuple[str, str]], width: int, under: str = "") -> Strip:
        """A line of exactly ``width`` columns."""
        styles: dict[str, Style] = {}
        segments: list[Segment] = []
        for text, tone in pairs:
            if text:
                style = styles.get(tone)
                if style is None:
                    style = styles[tone] = self.style_of(tone, under)
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, self.style_of("text", under))
