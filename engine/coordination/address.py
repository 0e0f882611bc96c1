"""Addresses of Redis: one server, a primary that Sentinel names, or a Cluster."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit

_SINGLE: Final = frozenset({"redis", "rediss", "unix"})
_PORTS: Final = {"sentinel": 26_379, "cluster": 6_379}


class Layout(StrEnum):
    """How the servers behind an address are arranged."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    """The hosts are Sentinels, which name the primary."""
    CLUSTER = "cluster"
    """The hosts are some servers of a Cluster, which name the others."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where Redis is.

    Attributes:
        url: as it was written.
        hosts: names and ports; empty for a single server, whose ``url`` the client library reads itself.
        service: the name under which Sentinels know the primary.
        tls: connections are encrypted and the server is verified.
    """

    layout: Layout
    url: str
    hosts: tuple[tuple[str, int], ...] = ()
    username: str | None = None
    password: str | None = None
    service: str = ""
    database: int = 0
    tls: bool = False


def read_address(url: str) -> Address:
    """Understand an address.

    ``redis://``, ``rediss://`` and ``unix://`` name one server. ``redis+sentinel://host:port,host:port/service/db`` and
    ``redis+cluster://host:port,host:port`` name several; ``rediss+…`` encrypts. User and password stand before the
    first host.

    Raises:
        ValueError: it makes no sense.
    """
    scheme, mark, rest = url.partition("://")
    base, _, layout = scheme.partition("+")
    if mark and not layout and base in _SINGLE:
        urlsplit(url).port  # noqa: B018  # says whether the port is a number
        return Address(Layout.SINGLE, url)
    if base not in {"redis", "rediss"} or layout not in _PORTS or not rest:
        raise ValueError("unknown scheme")
    where, _, path = rest.partition("/")
    credentials, _, names = where.rpartition("@")
    user, _, password = credentials.partition(":")
    parts = [part for part in path.split("/") if part]
    if layout == "cluster" and parts:
        raise ValueError("a cluster has one database")
    if layout == "sentinel" and not 1 <= len(parts) <= 2:
        raise ValueError("the service is missing")
    return Address(
        layout=Layout(layout),
        url=url,
        hosts=tuple(_host(name, _PORTS[layout]) for name in names.split(",")),
        username=unquote(user) or None,
        password=unquote(password) or None,
        service=unquote(parts[0]) if parts else "",
        database=int(parts[1]) if len(parts) == 2 else 0,
        tls=base == "rediss",
    )


def _host(name: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{name}")
    if not parts.hostname:
        raise ValueError("a host is missing")
    return parts.hostname, parts.port or port
