"""``status``: one look for people, one exit code for monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.queries import STATUS, AskNothing
from engine.view import Health

from ..exits import Exit
from ..printing import instant, lasting, print_facts, print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.view import Dependency, View


@command("status")
def status(session: Session) -> int:
    """Say how many things need you and how the engine is doing.

    Exit code 0: an engine runs and all is well. 1: it runs, but Redis or the database is not well. 3: none runs;
    what is shown is how things stood when it ended.
    """

    async def work(client: EngineClient) -> tuple[View, bool]:
        return await client.query(STATUS, AskNothing()), client.attached

    view, running = ask_engine(session, work)
    if session.json:
        print_json({"running": running, "needs": view.needs, "status": view})
    else:
        _print(view, running=running)
    if not running:
        return Exit.UNREACHABLE
    well = all(one.health is Health.OK for one in (view.engine.redis, view.engine.database))
    return Exit.OK if well else Exit.FAILED


def _print(view: View, *, running: bool) -> None:
    engine = view.engine
    say(f"{view.needs} need you")
    facts = [("workspace", engine.workspace)]
    if running:
        facts += [
            ("engine", f"running since {instant(engine.started_at)}, epoch {engine.epoch}"),
            ("redis", _health(engine.redis)),
            ("database", _health(engine.database)),
        ]
    else:
        facts.append(("engine", "not running; start it with `watchfloor` or `watchfloor run`"))
    if engine.halted:
        facts.append(("paused", engine.halted_by or "everything is paused"))
    if view.rollout is not None and view.rollout.state not in {"complete", "aborted"}:
        line = view.rollout
        left = f", {lasting(line.soak_left_seconds)} of soak left" if line.soak_left_seconds else ""
        why = f": {line.why}" if line.why else ""
        facts.append(("rollout", f"{line.state.replace('_', ' ')} at {line.share}{left}{why}"))
    facts += [
        ("approvals", f"{view.approvals.pending} pending, {view.approvals.uncertain} uncertain"),
        ("inbox", f"{view.inbox.total} waiting, {view.inbox.dropped} dropped, {view.inbox.dead} dead"),
        ("tasks", f"{view.agents.pending} pending, {view.agents.active} active, {view.agents.dead} dead"),
    ]
    facts += [("notice", notice) for notice in engine.notices]
    print_facts(facts)


def _health(one: Dependency) -> str:
    since = f" since {instant(one.since)}" if one.since is not None and one.health is not Health.OK else ""
    detail = f": {one.detail}" if one.detail else ""
    latency = f" ({one.latency_ms:.1f} ms)" if one.latency_ms is not None else ""
    return f"{one.health.value}{since}{latency}{detail}"
