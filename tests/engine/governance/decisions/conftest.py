from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ..support import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await World.open(tmp_path / "engine.db")
    yield opened
    await opened.database.close()
