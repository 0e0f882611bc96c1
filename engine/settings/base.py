"""What every section of the settings has in common.

In patterns a class of nearly all characters is not repeated a bounded number of times (``[^x]{1,100}``): building the
matcher for that takes longer than everything else at the start. The length is bounded beside the pattern instead.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One table of ``watchfloor.toml``: immutable, unknown keys refused, the text of bad values never echoed."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )
