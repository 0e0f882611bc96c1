"""The console's tests run without animations, colours or themes from outside."""

from __future__ import annotations

import os

for _name in [name for name in os.environ if name.startswith("TEXTUAL_")] + ["NO_COLOR"]:
    os.environ.pop(_name, None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
