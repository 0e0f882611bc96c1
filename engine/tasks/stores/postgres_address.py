"""The address of a PostgreSQL server: what of it may be told, and what it says about encryption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_LOOPBACK: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says.

    Attributes:
        place: host, port and database, without user and password.
        secrets: what must not be told.
        here: the server runs on this machine.
        encryption: it says what is wanted of it.
    """

    place: str
    secrets: tuple[str, ...] = ()
    here: bool = False
    encryption: bool = False
    readable: bool = True


def read_address(url: str) -> Address:
    """What an address says."""
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2].split(",")
        ports = [urlsplit(f"//{host}").port for host in hosts]
    except ValueError:
        ports = None
    # An unescaped slash or at sign in a password makes the rest of it look like a host or a path.
    if ports is None or "@" in parts.path or "@" in parts.query:
        return Address("an address that cannot be read", readable=False)
    secrets = {parts.password or "", unquote(parts.password or "")} - {""}
    return Address(
        place=f"{','.join(hosts) or 'the local socket'}{parts.path}",
        secrets=tuple(secrets),
        here=all((urlsplit(f"//{host}").hostname or "") in _LOOPBACK for host in hosts),
        encryption="sslmode" in parse_qs(parts.query),
    )
