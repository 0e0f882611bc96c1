"""The database: one writer that groups commits, readers beside it, and the migrations that shape it."""

from .connect import readable
from .database import CommitObserver, Database
from .errors import StorageError, Superseded
from .instants import from_us, to_us
from .migrate import migrate
from .unit import Entry, Reader, Transaction

__all__ = [
    "CommitObserver",
    "Database",
    "Entry",
    "Reader",
    "StorageError",
    "Superseded",
    "Transaction",
    "from_us",
    "migrate",
    "readable",
    "to_us",
]
