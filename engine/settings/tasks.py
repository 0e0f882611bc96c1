"""Settings of where tasks are kept and how long."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from .agents import Name
from .base import Section
from .schedule import Zone


class StoreKind(StrEnum):
    """Where tasks are kept."""

    SQLITE = "sqlite"
    """In the workspace's own database, and nowhere else."""
    JSON = "json"
    """Also as files, one for each task, that people and git can read."""
    POSTGRESQL = "postgresql"
    """Also in a PostgreSQL database, that other programs can query."""


class RateSettings(Section):
    """How often tasks of a type may begin: ``[tasks.limits.<type>]``."""

    per_minute: float = Field(gt=0, le=600_000)
    """How many in a minute on average, over all agents."""
    burst: int = Field(default=1, ge=1, le=10_000)
    """How many at once after a pause."""


class TaskSettings(Section):
    """The table ``[tasks]``."""

    store: StoreKind = StoreKind.SQLITE
    """Where tasks are kept: ``sqlite``, ``json`` or ``postgresql``. Whichever it is, the workspace's database decides
    and holds the journal; the store follows it within moments and is read again where the database is new."""
    directory: Annotated[str, Field(min_length=1, max_length=1_000, pattern=r"^[^\x00]+$")] = "tasks"
    """The folder of the store ``json``, from the workspace's folder."""
    url: SecretStr = SecretStr("")
    """Address of the store ``postgresql``, as ``postgresql://user:password@host:5432/name?sslmode=verify-full``."""
    namespace: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")] = "watchfloor"
    """The PostgreSQL schema that holds the tables; workspaces that share a database need different ones."""
    timeout_seconds: float = Field(default=10.0, ge=0.1, le=300)
    """How long PostgreSQL may take to connect, and for each statement."""
    check_seconds: float = Field(default=300.0, ge=0.1, le=86_400)
    """Time between two comparisons of the whole store with the database, which find what others changed in it."""
    keep_days: int = Field(default=0, ge=0, le=36_500)
    """Days that tasks are kept after their end; 0 keeps them for ever. The journal keeps its rows."""

    output_days: int = Field(default=7, ge=1, le=36_500)
    """Days that what a task wrote, its diff with it, is kept after its end; its result is kept as long as the task."""
    zone: Zone = "UTC"
    """IANA time zone whose clocks the entries of cron tasks mean; one that exists keeps its own."""
    limits: dict[Name, RateSettings] = Field(default_factory=dict, max_length=100)
    """How often tasks may begin, by their type; types that are not named have no limit."""

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        url = self.url.get_secret_value()
        if self.store is StoreKind.POSTGRESQL and not url:
            raise ValueError("the store postgresql needs an url")
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("the url must begin with postgresql://")
        return self
