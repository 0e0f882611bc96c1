"""The journal: what happened, each row bound to the one before it, so that nothing can change, vanish or move unseen.

The chain itself stands here; the database writes it. What reads, exports, seals and prunes the chain stands on the
database, and is therefore imported by its own module: ``reading``, ``export``, ``seals``.
"""

from .chain import GENESIS, Breach, Event, Head, JournalRow, encode, row_hash, verify

__all__ = ["GENESIS", "Breach", "Event", "Head", "JournalRow", "encode", "row_hash", "verify"]
