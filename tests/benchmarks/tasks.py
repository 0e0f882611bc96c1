"""Tasks over Redis beside the peers, in one run on one server: the table of QUALITY.md.

``python -m tests.benchmarks.tasks --install FOLDER`` makes a virtual environment for each peer there and installs its
newest version; ``--peers FOLDER`` measures all that are there. Without it only
Watchfloor and the bare loop are measured. Ratios count: the machine's speed cancels out, its other load does not.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from pathlib import Path

from .peer import PEERS, WATCHFLOOR, Bench, Peer
from .tasks_bare import bare_rate

PACKAGES = {
    "dramatiq": ["dramatiq[redis]"],
    "huey": ["huey", "redis"],
    "taskiq": ["taskiq", "taskiq-redis"],
    "saq": ["saq[redis]", "typing-extensions"],
    "arq": ["arq"],
    "streaq": ["streaq"],
    "celery": ["celery[redis]"],
    "rq": ["rq"],
}
HEADINGS = (
    "system", "drain 1", "drain 2", "×", "one/s", "bulk/s", "idle p50", "p99 ms", "cmds/task", "rest MB", "lost",
    "twice", "recovered s",
)  # fmt: skip


def install(folder: Path) -> None:
    """Give each peer an environment of its own; they do not agree on one client library."""
    for name, packages in PACKAGES.items():
        venv.create(folder / name, with_pip=True)
        subprocess.run([folder / name / "bin" / "pip", "install", "-q", *packages], check=True)
        print(f"{name} is installed")


def row(bench: Bench, peer: Peer, tasks: int, patience: float) -> list[str]:
    """One line of the table."""
    one = bench.drain(peer, tasks, workers=1)
    two = bench.drain(peer, tasks, workers=2)
    single, bulk = bench.enqueue(peer, 2_000)
    idle = bench.latency(peer, 100)
    # Watchfloor's lease is 30 s.
    longest = max(patience, 40.0) if peer is WATCHFLOOR else patience
    lost, twice, recovered = bench.recover(peer, min(tasks, 2_000), longest)
    return [
        peer.name, f"{one.rate:,.0f}", f"{two.rate:,.0f}", f"{two.rate / one.rate:.2f}" if one.rate else "-",
        f"{single:,.0f}", f"{bulk:,.0f}", f"{idle.p50:.2f}", f"{idle.p99:.2f}", f"{one.commands:.2f}",
        f"{idle.memory:.0f}", str(lost), str(twice), recovered,
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", type=Path, metavar="FOLDER", help="install the peers there, and end")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="where they are installed")
    parser.add_argument("--tasks", type=int, default=40_000, help="for Watchfloor; peers get a part")
    parser.add_argument("--patience", type=float, default=40.0, help="longest wait for a recovery, in seconds")
    parser.add_argument("--only", default="", help="comma-separated names")
    chosen = parser.parse_args()
    if chosen.install:
        install(chosen.install)
        return
    wanted = {name for name in chosen.only.split(",") if name}
    rows = [list(HEADINGS)]
    with Bench(chosen.peers) as bench:
        print(
            f"server: {bench.version}; python {sys.version.split()[0]}; bare loop: {bare_rate(bench.url):,.0f} tasks/s"
        )
        for peer in (WATCHFLOOR, *(PEERS if chosen.peers else ())):
            if wanted and peer.name not in wanted:
                continue
            tasks = chosen.tasks if peer is WATCHFLOOR else max(500, int(chosen.tasks * peer.share))
            try:
                rows.append(row(bench, peer, tasks, chosen.patience))
            except (subprocess.SubprocessError, TimeoutError, OSError) as error:
                rows.append([peer.name, f"failed: {error}"[:100], *[""] * (len(HEADINGS) - 2)])
            print(" · ".join(rows[-1]), flush=True)
        print(f"bare loop again: {bare_rate(bench.url):,.0f} tasks/s")
    widths = [max(len(line[column]) for line in rows) for column in range(len(HEADINGS))]
    for line in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


if __name__ == "__main__":
    main()
