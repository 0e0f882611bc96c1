"""Command lines: read into simple commands, each judged by what it is known to do."""

from .judge import Danger, Doubt, doubts_of
from .lexing import Hazard
from .reading import Line, Simple, read_argv, read_line

__all__ = ["Danger", "Doubt", "Hazard", "Line", "Simple", "doubts_of", "read_argv", "read_line"]
