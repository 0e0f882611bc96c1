"""How cells look, and the shortest way to tell a terminal to change from one look to another."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style

__all__ = ["PLAIN", "Look", "Looks", "transition"]

# The attributes in the order of their bits, what switches each on, and what switches it off again.
_NAMES: Final = (
    *("bold", "dim", "italic", "underline", "blink", "blink2", "reverse", "conceal", "strike", "underline2"),
    *("frame", "encircle", "overline"),
)
_ON: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")
_OFF: Final = ("22", "22", "23", "24", "25", "25", "27", "28", "29", "24", "54", "54", "55")
_REVERSE: Final = 1 << 6
# Bold, dim, italic and conceal change nothing about a blank cell; all other attributes do.
_UNSEEN_ON_BLANKS: Final = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 7)


class Look(NamedTuple):
    """The attributes and colours of a cell, in the terms of the terminal at hand."""

    attributes: int = 0
    """Bits in the order in which SGR numbers them; bit 0 is bold."""
    foreground: str = ""
    """The SGR parameters, or nothing for the terminal's own colour."""
    background: str = ""

    def on_blank(self) -> Look:
        """The least that must be right where nothing but a space stands."""
        if self.attributes & ~_UNSEEN_ON_BLANKS:
            return self
        return Look(0, "", self.background)


PLAIN: Final = Look()


class Looks:
    """Turns Rich styles into looks for one kind of terminal.

    Args:
        colours: what the terminal can show; ``None`` for no colour at all (``NO_COLOR``): only attributes are used, and
            what is lighter than its text, such as a selected row, becomes reverse video.
    """

    def __init__(self, colours: ColorSystem | None) -> None:
        self._colours = colours
        self.of = lru_cache(maxsize=4096)(self._look)

    def _look(self, style: Style | None, blank: bool) -> Look:  # noqa: FBT001  # a key of the cache, always by position
        if style is None:
            return PLAIN
        attributes = sum(1 << bit for bit, name in enumerate(_NAMES) if getattr(style, name))
        if self._colours is None:
            if _lightness(style.bgcolor, 0.0) > _lightness(style.color, 0.5):
                attributes ^= _REVERSE
            look = Look(attributes)
        else:
            look = Look(attributes, self._codes(style.color, foreground=True), self._codes(style.bgcolor))
        return look.on_blank() if blank else look

    def _codes(self, colour: Color | None, *, foreground: bool = False) -> str:
        if colour is None or colour.is_default or self._colours is None:
            return ""
        return ";".join(colour.downgrade(self._colours).get_ansi_codes(foreground=foreground))


def _lightness(colour: Color | None, otherwise: float) -> float:
    if colour is None or colour.is_default:
        return otherwise
    red, green, blue = colour.get_truecolor()
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


@lru_cache(maxsize=16384)
def transition(before: Look, after: Look) -> str:
    """The shortest sequence that changes the pen from one look to another; empty where nothing changes."""
    if before == after:
        return ""
    if after == PLAIN:
        return "\x1b[m"
    step = _step(before, after)
    fresh = _step(PLAIN, after)
    parameters = min(";".join(step), ";".join(["", *fresh]), key=len)
    return f"\x1b[{parameters}m"


def _step(before: Look, after: Look) -> list[str]:
    lost = before.attributes & ~after.attributes
    off = {_OFF[bit] for bit in range(len(_OFF)) if lost & (1 << bit)}
    gained = after.attributes & ~before.attributes
    # One code may switch off two attributes; the one that stays is switched on again.
    on = [_ON[bit] for bit in range(len(_ON)) if (gained | (after.attributes if _OFF[bit] in off else 0)) & (1 << bit)]
    parameters = [*sorted(off), *on]
    if before.foreground != after.foreground:
        parameters.append(after.foreground or "39")
    if before.background != after.background:
        parameters.append(after.background or "49")
    return parameters
