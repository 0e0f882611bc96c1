"""The command line: the same commands and queries as the console's, for hands and scripts."""

from .main import main

__all__ = ["main"]
