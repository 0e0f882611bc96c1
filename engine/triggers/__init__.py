"""What starts work by itself: scanners that look after a territory, and the findings they keep."""

from .findings import Finding, Post, observe, open_findings, untold
from .git import GitError, NotARepository
from .git_patrol import OWN_FILES, SCANNER, GitPatrol, PatrolReport, findings
from .porcelain import Change, Entry, PorcelainError, Status, parse_status, show_path

__all__ = [
    "OWN_FILES",
    "SCANNER",
    "Change",
    "Entry",
    "Finding",
    "GitError",
    "GitPatrol",
    "NotARepository",
    "PatrolReport",
    "PorcelainError",
    "Post",
    "Status",
    "findings",
    "observe",
    "open_findings",
    "parse_status",
    "show_path",
    "untold",
]
