"""How large a settings file may be."""

from __future__ import annotations

from typing import Final

SIZE_LIMIT: Final = 1_048_576
"""Most bytes of a settings file."""
