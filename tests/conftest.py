"""What holds for every test."""

from __future__ import annotations

import os

# Tests start the real program many times; without compiled files each start would compile it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
