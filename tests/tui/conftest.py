"""The console's tests run without animations, colours or themes from outside."""

from __future__ import annotations

import os

for _name in list(os.environ):
    # The snapshot plug-in passes its own settings the same way; those stay.
    if _name == "NO_COLOR" or (_name.startswith("TEXTUAL_") and not _name.startswith("TEXTUAL_SNAPSHOT")):
        del os.environ[_name]
os.environ["TEXTUAL_ANIMATIONS"] = "none"
