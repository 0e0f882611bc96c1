"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("watchfloor", deadline=None)
settings.load_profile("watchfloor")

# Tests start the real program many times; without compiled files each start would compile it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: the end-to-end tests wait for real programs most of their time."""
    return 2 * (os.cpu_count() or 2)
