"""Tells journal events in words, for the activity panel, the journal screen and the command line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from ..journal import Event
from ..view import ActivityView

TEXT_LIMIT: Final = 300
"""Most characters of one line."""

ROUTINE: Final = (
    "action.claimed",
    "action.released",
    "action.started",
    "command.carried_out",
    "crm_rows.imported",
    "emotion.moved",
    "finding.told",
    "goal.answered",
    "goal.measured",
    "heartbeat_task.asked",
    "initiation.queued",
    "job.finished",
    "message.taken",
    "message.unheard",
    "notification.queued",
    "message.compared",
    "message.shadowed",
    "persona.introduced",
    "proposal.shadowed",
    "rule.used",
    "task.assigned",
    "trigger.queued",
    "trigger.spent",
)
"""Kinds whose story another event tells; the journal has them, the activity panel does not."""

_SENTENCES: Final[Mapping[str, str]] = {
    "action.approved": "{thing} approved by {actor}",
    "action.blocked": "{thing} blocked: {why}",
    "action.edited": "{actor} changed {thing}: revision {revision} {edit_reason}",
    "action.escalated": "{thing} has waited for more than half of its time",
    "action.executed": "{thing} done: {summary}",
    "action.expired": "{thing} expired, so the answer is no: {reason}",
    "action.failed": "{thing} failed: {summary}",
    "action.granted": "{actor} said yes to {thing}, {yes} of {needed}",
    "action.passed_over": "a standing rule does not answer {thing}: {why}",
    "action.proposed": "{actor} proposes {thing} ({status})",
    "action.rejected": "{thing} rejected by {actor}: {reason}",
    "action.retracted": "{actor} took the yes to {thing} back",
    "action.revised": "{thing} has a new revision: {cause}",
    "action.settled": "{actor} says what became of {thing}: {note}",
    "action.snoozed": "{actor} put {thing} out of sight for a while",
    "action.started": "{thing} starts",
    "action.uncertain": "{thing} is uncertain: {summary}",
    "action.undone": "{thing} undone by {actor}",
    "action.withdrawn": "{thing} withdrawn: {reason}",
    "action.woken": "{actor} brought {thing} back into sight",
    "command.carried_out": "{actor} sent {name}",
    "command.refused": "{actor} was refused {name}: {why}",
    "cooldown.ended": "{actor} lets {subject} be written to again",
    "emotion.moved": "{subject} felt {by}",
    "account.stage_released": "{subject} is {to}: its opportunities have news",
    "account.stage_set": "{actor} moved {subject} from {from} to {to}",
    "account.updated": "{actor} changed {subject} in the CRM",
    "opportunity.updated": "{actor} changed the opportunity {subject} of {account}",
    "mcp.tools_changed": "MCP server {subject} has other tools: {added} added, {removed} removed, {changed} changed",
    "notification.delayed": "notification to {target} failed and will be tried again: {why}",
    "notification.given_up": "notification to {target} was given up: {why}",
    "notification.sent": "{target} was notified",
    "telegram.refused": "Telegram message {subject} was not taken in: {why}",
    "account_stages.changed": "{count} accounts changed their stage",
    "crm.imported": "{actor} imported CRM tables: {imported} new, {updated} changed, {rejected} rejected",
    "engine.halted": "EVERYTHING PAUSED by {actor} {reason}",
    "engine.resumed": "everything goes on, says {actor}",
    "engine.started": "engine started, epoch {epoch}",
    "engine.stopped": "engine stopped",
    "finding.closed": "settled: {summary}",
    "finding.opened": "{scanner} found {summary}",
    "goal.added": "{actor} added the goal {title}",
    "goal.answered": "an action was proposed for this gap",
    "goal.archived": "{actor} put the goal {title} away",
    "goal.edited": "{actor} changed the goal {title}: {changes}",
    "goal.lagged": "the goal {thing} fell behind",
    "goal.measured": "measured for {day}",
    "goal.restored": "{actor} brought the goal {title} back",
    "goal.recovered": "the goal {thing} is on track again",
    "graph.cancelled": "{actor} cancelled the goal {title}: {tasks} tasks stopped",
    "graph.submitted": "{actor} split {title} into {steps} tasks",
    "agent.drained": "{actor} asked agent {subject} to finish and leave",
    "heartbeat_task.asked": "HEARTBEAT.md, line {line}, was proposed",
    "journal.pruned": "{rows} journal rows up to {last_seq} were sealed and pruned by {actor}",
    "initiation.cancelled": "{persona} does not begin a talk after all: {error}",
    "initiation.delivered": "{persona} begins a talk with {recipient}: {source}, {reason}",
    "initiation.expired": "{persona} could not begin a talk with {recipient} in time: {error}",
    "initiation.failed": "{persona} gives up a talk with {recipient}: {error}",
    "initiation.queued": "{persona} wants to begin a talk with {recipient}: {reason}",
    "initiation.refused": "{persona} may not begin a talk with {recipient}: {error}",
    "initiation.retrying": "{persona} tries a talk with {recipient} again later: {error}",
    "job.asked": "job {subject} runs, asked for by {actor}",
    "job.cut_off": "job {subject} was ended: {why}",
    "job.failed": "job {subject} failed: {why}",
    "job.finished": "job {subject}: {note}",
    "message.accepted": "{sender} to {persona}: {text}",
    "message.answered": "{persona} answered {sender}",
    "message.dead": "{persona} gave up on a message: {error}",
    "message.declined": "{persona} declined: {reason}",
    "message.dropped": "a message to {persona} was dropped: {reason}",
    "message.failed": "{persona} failed at a message: {error}",
    "message.held": "{persona} lets {waits_for} answer first",
    "message.let_go": "{persona} waits no longer: {waits_for} {reason}",
    "message.merged": "{sender} to {persona}, merged: {text}",
    "message.muted": "{sender} was muted: {reason}",
    "message.posted": "{sender} {where}: {text}",
    "message.refused": "{persona} refused: {reason}",
    "message.recovered": "{persona} was at a message when the engine stopped; it waits again",
    "message.released": "a message to {persona} waits again: the engine stopped in order",
    "message.reprioritised": "{actor} moved a message to {persona} ({change})",
    "message.retried": "{actor} had {persona} try a message again",
    "message.taken": "{persona} took it up: {reason}",
    "message.unheard": "{persona} is not woken: {why}",
    "persona.circuit_opened": "{subject} failed {failures} times in a row and rests",
    "persona.dependency_declared": "{actor} has {subject} wait for {waits_for}",
    "persona.dependency_withdrawn": "{actor} has {subject} no longer wait for {waits_for}",
    "persona.mode_changed": "{subject} is {to} now, was {from}",
    "persona.mood_changed": "{subject} is {to}, was {from}",
    "policy.loosened": "the policy was loosened: {what} ({subject}, owner {owner})",
    "policy.refused": "nothing runs by itself, because the policy file does not hold: {why}",
    "policy.tightened": "the policy was tightened: {what} ({subject}, owner {owner})",
    "proposal.merged": "{actor} asked the same again",
    "proposal.refused": "{actor} proposed what cannot be: {why}",
    "message.shadowed": "by itself, {persona} would have {outcome} it, compared: {verdict}",
    "proposal.shadowed": "by itself, {actor} would propose {kind} ({tier})",
    "rollout.aborted": "{actor} gave the rollout up {reason}",
    "rollout.advanced": "the rollout soaks at the stage {stage} now, says {actor}",
    "rollout.breached": "THE ROLLOUT WENT BACK at the stage {stage}: {reason}",
    "rollout.completed": "the rollout is complete",
    "rollout.held": "{actor} holds the rollout {reason}",
    "rollout.planned": "{actor} planned a rollout to {personas} personas",
    "rollout.restarted": "{actor} began the rollout again {reason}",
    "rollout.resumed": "{actor} let the rollout go on",
    "rollout.rolled_back": "{actor} put every persona on sync {reason}",
    "rollout.soaked": "the stage {stage} has soaked; an operator can let the next one begin",
    "rollout.started": "{actor} started the rollout",
    "rule.allowed": "{actor} always allows {about} like an example, {most} times at most",
    "rule.denied": "{actor} always denies {about} like an example: {reason}",
    "rule.ended": "the standing rule about {about} ended: {ended}",
    "rule.revoked": "{actor} revoked the standing rule about {about} {reason}",
    "rule.used": "the standing rule about {about} answered, {uses} so far",
    "settings.applied": "new settings are in force",
    "settings.refused": "new settings do not hold: {why}",
    "task.adopted": "task taken over from {source}: {title} ({state})",
    "task.cancelled": "task cancelled: {title}",
    "task.died": "task dead: {title}: {error}",
    "task.done": "{agent} finished {title}",
    "task.failed": "task failed: {title}: {error}",
    "task.purged": "{actor} forgot the dead task {title}",
    "task.queued": "task waits again: {title} {error}",
    "task.started": "{agent} began {title}",
    "task.submitted": "{actor} submitted {title}",
    "task_store.chosen": "tasks are kept in {target}",
    "task_store.lost": "tasks are not kept up to date: {why}",
    "task_store.reached": "tasks are kept up to date again in {target}",
    "task_store.repaired": "the task store was put right: {place}: {why}",
    "task_store.unreadable": "in the task store, left as it is: {place}: {why}",
    "tasks.forgotten": "{number} tasks were forgotten that ended more than {keep_days} days ago",
    "trigger.armed": "{emotion} of {subject} may fire again: {why}",
    "trigger.backing_off": "{emotion} of {subject} backs off: {why}",
    "trigger.disarmed": "{emotion} of {subject} is {why}",
    "trigger.queued": "{emotion} of {subject} fires",
    "trigger.spent": "{emotion} of {subject} is spent: {why}",
    "wake.skipped": "{subject} was left alone by {source}: {why}",
    "task_cron.added": "{actor} has {title} submitted by the clock: {entry}",
    "task_cron.missed": "a cron task was left out {moments} times: {why}",
    "task_cron.removed": "{actor} ended a cron task",
}
_TONES: Final = {
    "good": ("executed", "approved", "completed", "done", "resumed", "recovered", "answered", "closed"),
    "bad": (
        "blocked",
        "failed",
        "dead",
        "died",
        "uncertain",
        "halted",
        "lost",
        "refused",
        "circuit_opened",
        "breached",
    ),
    "warn": (
        "cancelled",
        "declined",
        "dropped",
        "escalated",
        "expired",
        "lagged",
        "loosened",
        "missed",
        "muted",
        "paused",
        "rejected",
        "retried",
        "rolled_back",
        "withdrawn",
    ),
}


def narrate(event: Event, thing: str = "", who: str = "") -> ActivityView:
    """One event as a line.

    Args:
        event: what happened.
        thing: what it happened to, where the event itself names only an id.
        who: who did it, where the event itself names only an id.
    """
    verb = event.kind.rpartition(".")[2]
    tone = next((tone for tone, verbs in _TONES.items() if verb in verbs), "plain")
    text = " ".join(_sentence(event, thing, who).split())
    cut = text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
    return ActivityView(event.seq, event.at, event.kind, event.subject, event.actor, cut, tone)


def _sentence(event: Event, thing: str, who: str) -> str:
    words = defaultdict(str, {name: _word(value) for name, value in event.data.items()})
    words["actor"] = who or event.actor.partition(":")[2] or event.actor
    if event.actor.startswith("rule:"):
        words["actor"] = f"{words['made_by']}'s standing rule"
    words["subject"] = event.subject
    words["thing"] = thing or words["kind"] or event.subject
    words["where"] = f"in {words['channel']}" if words["channel"] else "writes"
    template = _SENTENCES.get(event.kind)
    if template is not None:
        # The template is ours and its fields are plain names; what is filled in is never read as a template.
        return template.format_map(words).removesuffix(": ")
    noun, _, verb = event.kind.rpartition(".")
    named = words["title"] or words["name"] or thing or event.subject
    return " ".join((noun.replace("_", " "), named, verb.replace("_", " "), words["reason"] or words["why"]))


def _word(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
