"""The root of every error that an operator may read.

An error says what failed, why, and what to do about it. The three parts stay separate so that the command line, a toast
and the journal can each lay them out in their own way.
"""

from __future__ import annotations


class WatchfloorError(Exception):
    """Something failed that an operator can understand and act upon.

    Args:
        what: what failed, as a sentence without a full stop ("settings file cannot be read").
        why: the cause, as far as it is known; empty where ``what`` says it all.
        remedy: what the reader can do now; empty where nothing helps but a bug report.
    """

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        self.what = what
        self.why = why
        self.remedy = remedy
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The whole error in one line: what, then why, then the remedy."""
        parts = [self.what, self.why]
        text = ": ".join(part for part in parts if part)
        return f"{text}. {self.remedy}" if self.remedy else text
