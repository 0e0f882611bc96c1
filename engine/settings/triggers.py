"""Settings of what starts work by itself: the territory scanners."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, StringConstraints

from .base import Section

ScanPath: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,4096}$")]


class GitPatrolSettings(Section):
    """The scanner for unfinished work in git repositories: ``[triggers.git_patrol]``."""

    enabled: bool = True
    """Whether it runs."""
    paths: tuple[ScanPath, ...] = Field(default=(".",), max_length=50)
    """Directories whose repositories are watched, relative to the workspace; each whole repository counts."""
    interval_seconds: int = Field(default=60, ge=10, le=86_400)
    """Seconds from one scan to the next."""
    first_scan_seconds: float = Field(default=2.0, ge=0, le=3_600)
    """Seconds from the very first start to the first scan."""
    quiet_seconds: int = Field(default=600, ge=0, le=604_800)
    """Seconds in which a finding that keeps changing is not told again."""
    timeout_seconds: float = Field(default=30.0, ge=1, le=600)
    """Most seconds one git command may take."""
    max_output_bytes: int = Field(default=1_048_576, ge=4_096, le=67_108_864)
    """Most bytes of git's answer that are looked at; what is beyond is counted as *and more*."""
    max_details: int = Field(default=20, ge=1, le=200)
    """Most files that a finding lists by name."""


class TriggerSettings(Section):
    """The table ``[triggers]``."""

    git_patrol: GitPatrolSettings = GitPatrolSettings()
    """Uncommitted, untracked and unpushed work."""
