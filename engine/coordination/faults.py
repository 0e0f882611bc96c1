"""What went wrong on the way to Redis, said so that an operator can mend it; a password is never part of it."""

from __future__ import annotations

import errno
import socket
from typing import Final
from urllib.parse import urlsplit

from ..errors import WatchfloorError

_BY_CLASS: Final = {
    "AuthenticationError": ("user or password is wrong, or missing", "Correct the password in coordination.url."),
    "NoPermissionError": ("", "Give the user the rights that README.md lists."),
    "MaxConnectionsError": ("", "Raise coordination.max_connections."),
    "BusyLoadingError": ("it is still loading its data", "Wait a moment."),
    "OutOfMemoryError": ("it is out of memory", "Raise its maxmemory, or let the queue drain."),
    "ReadOnlyError": ("it is a read-only replica", "Name the primary in coordination.url."),
}
"""Cause (empty: the server's own words) and remedy by the name of the library's error."""
_BY_NUMBER: Final = {
    errno.ECONNREFUSED: ("nothing listens there", "Start the server or correct coordination.url."),
    errno.ENOENT: ("its socket does not exist", "Start the engine or the server."),
    errno.EACCES: ("this user may not open its socket", "Run as the user that owns the server."),
    errno.EHOSTUNREACH: ("there is no route to it", "Check coordination.url and the network."),
}
"""Cause and remedy by the operating system's error."""


class RedisUnavailable(WatchfloorError):
    """Redis cannot be used, for the reason and with the remedy that it names."""


def safe_url(url: str) -> str:
    """The address without user, password and parameters."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the configured address"
    if parts.scheme == "unix":
        return f"unix://{parts.path}"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def explain(url: str, error: BaseException) -> RedisUnavailable:
    """Turn a client library's error into one with cause and remedy."""
    text = _masked(url, str(error)).rstrip(".")
    known = _by_class(error, text)
    # A server that wants a password talks of HELLO too, so this comes second.
    if known is None and any(sign in text.casefold() for sign in ("hello", "noproto")):
        return too_old(url, "older than 6.0")
    why, remedy = known or _by_cause(error, text)
    return RedisUnavailable(f"Redis at {safe_url(url)} cannot be used", why=why or text, remedy=remedy)


def too_old(url: str, version: str) -> RedisUnavailable:
    """The server's version is below the floor."""
    return RedisUnavailable(
        f"Redis at {safe_url(url)} cannot be used",
        why=f"it is too old: {version}, and 7.0 (Valkey: 7.2) is the least",
        remedy="Upgrade it, or leave coordination.url empty to use the private server.",
    )


def _by_class(error: BaseException, text: str) -> tuple[str, str] | None:
    if any(sign in text.casefold() for sign in ("noauth", "wrongpass")):
        return _BY_CLASS["AuthenticationError"]
    # By name, so that this module can be imported without the client library; while connecting, that library hides what
    # the server said behind an error of its own.
    names = (cls.__name__ for cause in _causes(error) for cls in type(cause).__mro__)
    return next((_BY_CLASS[name] for name in names if name in _BY_CLASS), None)


def _by_cause(error: BaseException, text: str) -> tuple[str, str]:
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return "its host name is unknown", "Check coordination.url and the network."
        if isinstance(cause, OSError) and cause.errno in _BY_NUMBER:
            return _BY_NUMBER[cause.errno]
    if any(isinstance(cause, TimeoutError) or type(cause).__name__ == "TimeoutError" for cause in causes):
        return "it did not answer in time", "Check the server and the network."
    if "connection refused" in text.casefold():
        return _BY_NUMBER[errno.ECONNREFUSED]
    return text or type(error).__name__, "Check the server, its certificate if it has one, and coordination.url."


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(found) < 8:  # longer chains repeat themselves
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def _masked(url: str, text: str) -> str:
    try:
        password = urlsplit(url).password
    except ValueError:
        password = None
    return text.replace(password, "***") if password else text
