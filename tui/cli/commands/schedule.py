"""``schedule``: when background jobs run, how they did, and running, pausing and resuming one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import click

from engine.clock import SystemClock
from engine.commands import RunJob, Target
from engine.errors import WatchfloorError
from engine.queries import JOB_RUNS, SCHEDULE, AskRuns, AskSchedule

from ..arguments import checked
from ..exits import Exit
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply
    from engine.queries import CronCheck, RunsPage, SchedulePage
    from engine.view import JobRunView, JobView

POLL_SECONDS: Final = 0.3
_COMMANDS: Final = {
    "list": ("commands.schedule:list_jobs", "List the jobs: when each runs, and how it did."),
    "show": ("commands.schedule:show", "Show one with its next runs."),
    "run": ("commands.schedule:run", "Run one now."),
    "pause": ("commands.schedule:pause", "Hold one; it holds across restarts."),
    "resume": ("commands.schedule:resume", "Let one go on."),
    "history": ("commands.schedule:history", "List runs, newest first."),
    "next": ("commands.schedule:upcoming", "List the next runs of all jobs."),
    "check": ("commands.schedule:check", "Read a cron entry and tell its next runs."),
}


@click.group("schedule", cls=LazyGroup, lazy=_COMMANDS)
def schedule() -> None:
    """Watch and steer the background jobs."""


@command("list")
def list_jobs(session: Session) -> None:
    """List the jobs: state, next run, plan, last run."""
    page = ask_engine(session, lambda client: _jobs(client, ""))
    if session.json:
        print_json(page)
        return
    print_table(("job", "state", "next", "plan", "last run", "what it did"), [_row(job) for job in page.items])
    _tell_alive(page)


@command("show")
@click.argument("name")
def show(session: Session, name: str) -> None:
    """Show a job: its plan, its next runs, and its last ones."""

    async def work(client: EngineClient) -> tuple[SchedulePage, RunsPage]:
        return await _jobs(client, name), await client.query(JOB_RUNS, AskRuns(name=name, limit=5))

    page, runs = ask_engine(session, work)
    if session.json:
        print_json({"job": page.items[0], "runs": runs.items})
        return
    print_facts(_facts(page.items[0]))
    if runs.items:
        say()
        _print_runs(runs)
    _tell_alive(page)


@command("run")
@click.argument("name")
@click.option("--wait", is_flag=True, help="Wait for its end and tell what it did.")
@click.option("--seconds", type=click.IntRange(1, 86_400), default=60, show_default=True, help="Longest wait.")
def run(session: Session, name: str, seconds: int, *, wait: bool) -> None:
    """Run a job now; its slots stay where they are."""

    async def work(client: EngineClient) -> tuple[Reply, JobRunView | None]:
        before = await client.query(JOB_RUNS, AskRuns(name=name, limit=1))
        reply = await client.send("job.run", checked(RunJob, name=name))
        if not wait or not reply.data.get("engine"):
            return reply, None
        known = before.items[0].id if before.items else 0
        return reply, await _ended(client, name, known, seconds)

    reply, ended = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data, "run": ended})
    elif ended is None:
        say(reply.text)
    else:
        say(f"{name}: {ended.outcome}, {ended.count} done. {one_line(ended.note)}".rstrip())


@command("pause")
@click.argument("name")
@click.option("--reason", default="", help="Why, for the journal.")
def pause(session: Session, name: str, reason: str) -> None:
    """Hold a job, also across restarts; a run in progress is ended. '*' holds all of them."""
    send(session, "target.pause", _target(name, reason))


@command("resume")
@click.argument("name")
def resume(session: Session, name: str) -> None:
    """Let a job go on; what it missed is made up for by one run."""
    send(session, "target.resume", _target(name))


@command("history")
@click.argument("name", required=False, default="")
@click.option("--after", default="", metavar="CURSOR", help="What the page before said.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Runs on a page.")
def history(session: Session, name: str, after: str, limit: int) -> None:
    """List runs of a job, or of all, newest first."""
    ask = checked(AskRuns, name=name, after=after, limit=limit)

    async def work(client: EngineClient) -> RunsPage:
        if name:
            await _jobs(client, name)
        return await client.query(JOB_RUNS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No runs yet.")
    else:
        _print_runs(page)
        if page.next:
            say(f"More: --after {page.next}")


@command("next")
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="Most of them.")
def upcoming(session: Session, limit: int) -> None:
    """List the next runs of all jobs, soonest first; at most five of each."""
    page = ask_engine(session, lambda client: _jobs(client, ""))
    runs = sorted((moment, job.name, job.held) for job in page.items for moment in job.next)[:limit]
    if session.json:
        print_json([{"at": moment, "job": name, "held": held} for moment, name, held in runs])
        return
    print_table(("at", "job", "but"), [(instant(moment), name, held) for moment, name, held in runs])
    _tell_alive(page)


@command("check")
@click.argument("entry", metavar="CRON")
@click.option("--zone", default="UTC", show_default=True, metavar="ZONE", help="IANA time zone whose clocks it means.")
@click.option("--count", type=click.IntRange(1, 100), default=5, show_default=True, help="Next runs to tell.")
def check(session: Session, entry: str, zone: str, count: int) -> int:
    """Read a cron entry as the settings would, and tell its next runs. No engine and no workspace are needed."""
    from engine.client import check_cron

    found = check_cron(entry, zone, SystemClock().now(), count)
    if session.json:
        print_json(found)
    elif not found.refused:
        _tell_cron(found)
    if not found.refused:
        return Exit.OK
    if session.json:
        return Exit.FAILED
    raise WatchfloorError(f"cron entry {one_line(entry)[:200]!r} is refused", why=found.refused)


def _target(name: str, reason: str = "") -> Target:
    # Beats have a scope of their own, which `watchfloor heartbeat` shows too.
    if name == "heartbeat":
        return checked(Target, scope="heartbeat", id="*", reason=reason)
    return checked(Target, scope="job", id=name, reason=reason)


async def _jobs(client: EngineClient, name: str) -> SchedulePage:
    return await client.query(SCHEDULE, checked(AskSchedule, name=name))


async def _ended(client: EngineClient, name: str, known: int, seconds: int) -> JobRunView:
    """The first run by hand after the one known, once it has ended."""
    clock = SystemClock()
    until = clock.monotonic() + seconds
    while clock.monotonic() < until:
        page = await client.query(JOB_RUNS, AskRuns(name=name, limit=20))
        found = [one for one in page.items if one.id > known and one.cause == "hand" and one.ended_at is not None]
        if found:
            return found[-1]
        await asyncio.sleep(POLL_SECONDS)
    raise WatchfloorError(
        f"job {name} has not ended within {seconds} s", remedy=f"See `watchfloor schedule history {name}`."
    )


def _row(job: JobView) -> tuple[str, ...]:
    following = instant(job.next[0]) if job.next and job.state not in {"off", "paused"} else "–"
    last = f"{instant(job.last_at)} {job.last_outcome}" if job.last_at else "never"
    did = job.held or (one_line(job.last_note) if job.last_at else "")
    return (job.name, job.state, following, job.plan, last, did)


def _facts(job: JobView) -> list[tuple[str, str]]:
    facts = [
        ("job", job.name),
        ("does", job.about),
        ("from", job.source),
        ("state", f"{job.state}: {job.held}" if job.held else job.state),
        ("plan", job.plan),
    ]
    if job.hours:
        facts.append(("active hours", f"{job.hours} ({job.zone})"))
    if job.jitter_seconds:
        facts.append(("jitter", f"up to {job.jitter_seconds} s"))
    facts += [
        ("time limit", f"{job.timeout_seconds:g} s"),
        ("overlap", job.overlap),
        ("next runs", "\n".join(instant(moment) for moment in job.next) or "none"),
        ("runs", f"{job.runs}, {job.failures} failures in a row, {job.merged} slots merged, {job.skipped} skipped"),
    ]
    if job.last_at is not None:
        took = f" in {job.last_seconds:.1f} s" if job.last_seconds is not None else ""
        facts.append(("last run", f"{instant(job.last_at)} {job.last_outcome}{took}, {job.last_count} done"))
        facts.append(("last note", job.last_note))
    return facts


def _print_runs(page: RunsPage) -> None:
    rows = [
        (str(one.id), instant(one.began_at), one.job, one.cause, one.outcome, str(one.count), str(one.merged), one.note)
        for one in page.items
    ]
    print_table(("run", "at", "job", "because of", "ended", "done", "merged", "note"), rows)


def _tell_cron(found: CronCheck) -> None:
    print_facts([("entry", found.entry), ("zone", found.zone)])
    rows = [(instant(moment), local.isoformat(sep=" ")) for moment, local in zip(found.next, found.local, strict=True)]
    print_table(("next runs (UTC)", found.zone), rows)


def _tell_alive(page: SchedulePage) -> None:
    if page.held:
        say(f"\nNo job runs: {one_line(page.held)}.")
    elif not page.alive:
        say("\nNo engine runs; jobs run when one does.")
