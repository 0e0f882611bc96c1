"""What is known of who sits here besides the name that was given: the key of the SSH session, or the login."""

from __future__ import annotations

import base64
import binascii
import getpass
import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from typing import Final

from ..operators import Operator, Role

NAME_LIMIT: Final = 100
_MOST_BYTES: Final = 65_536


def who_sits_here(
    name: str | None, role_of: Callable[[str], Role], *, read_only: bool, environ: Mapping[str, str]
) -> Operator:
    """The given name or the login, and where the session comes from.

    Args:
        name: what was given with ``--operator``.
        role_of: the role of a name.
        read_only: this session may look and nothing more, whatever the name may do.
        environ: the session's environment.
    """
    chosen = (name or environ.get("LOGNAME") or _login() or "operator")[:NAME_LIMIT]
    role = Role.VIEWER if read_only else role_of(chosen)
    connection = environ.get("SSH_CONNECTION", "").split()
    session = f"ssh {connection[0]}" if connection else "local"
    return Operator(chosen, role, session, identity_of(environ))


def identity_of(environ: Mapping[str, str]) -> str:
    """One person's identity, the same in all of their sessions where the key is known.

    With ``ExposeAuthInfo yes`` sshd names the key that opened the session; then it is the key's fingerprint. Without it
    an SSH session is known by its connection alone, and a session on this machine by its user number. Whoever shares a
    user number can forge what stands in the environment: it tells careful people apart, not attackers.
    """
    connection = environ.get("SSH_CONNECTION", "")
    if not connection:
        return f"login {os.getuid()}"
    return _key(environ.get("SSH_USER_AUTH", "")) or f"ssh {connection}"[:200]


def _key(path: str) -> str:
    """The fingerprint of the key that sshd's file names, as ``ssh-keygen -l`` writes it; empty where there is none."""
    if not path:
        return ""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123  # by its number
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_mode & 0o022:
                return ""
            lines = file.read(_MOST_BYTES).decode("ascii", "replace").splitlines()
    except OSError:
        # No such file any more: sshd removed it, so nothing is known of the key.
        return ""
    for line in lines:
        words = line.split()
        if len(words) >= 3 and words[0] == "publickey":
            try:
                blob = base64.b64decode(words[2], validate=True)
            except (binascii.Error, ValueError):
                continue
            return f"key SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"
    return ""


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # No entry for this user number: it has no name, and saying so is the caller's.
        return ""
