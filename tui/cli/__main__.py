"""Lets ``python -m tui.cli`` do what ``watchfloor`` does."""

import sys

from .main import main

sys.exit(main())
