"""What a program may see and use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BASE_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""The variables that a program may inherit without anyone having named them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program and each of its children may use; 0 sets no limit. A core file is never written.

    Attributes:
        cpu_seconds: processor time of each process.
        memory_mb: address space of each process, in megabytes.
        file_mb: size of a file that it writes, in megabytes.
        processes: how many processes the user may have while it starts more; root is not bound by it.
    """

    cpu_seconds: int = 0
    memory_mb: int = 0
    file_mb: int = 0
    processes: int = 0

    def wrapped(self, argv: Sequence[str]) -> list[str]:
        """The command line that sets the limits and then becomes the program.

        The words reach it as they are: the script is fixed, and what it starts are its own arguments.
        """
        steps = ["ulimit -c 0"]
        steps += [f"ulimit -t {self.cpu_seconds}"] if self.cpu_seconds else []
        steps += [f"ulimit -v {self.memory_mb * 1024}"] if self.memory_mb else []
        steps += [f"ulimit -f {self.file_mb * 2048}"] if self.file_mb else []
        # The letter for processes differs between shells.
        steps += (
            [f"{{ ulimit -u {self.processes} 2>/dev/null || ulimit -p {self.processes}; }}"] if self.processes else []
        )
        return ["/bin/sh", "-c", f'{" && ".join(steps)} && exec "$@"', "sh", *argv]


def clean_environment(
    extra_names: Iterable[str] = (), *, source: Mapping[str, str] | None = None, **fixed: str
) -> dict[str, str]:
    """The environment for a program: an allow-list, so that no secret of the engine reaches it by accident.

    Args:
        extra_names: names to pass on besides :data:`BASE_ENVIRONMENT`.
        source: where values come from; the engine's own environment by default.
        fixed: variables set to a value of the caller's, over anything inherited.
    """
    values = os.environ if source is None else source
    kept = {name: values[name] for name in (*BASE_ENVIRONMENT, *extra_names) if name in values}
    return kept | fixed
