"""What the policy says: about one action, and as a whole."""

from __future__ import annotations

from dataclasses import replace

from ...canonical import JSON, JsonError, parse_strict
from ...client.protocol import CommandRefused
from ...governance import repository
from ...governance.facts import ActionFacts, Opinion, Verdict
from ...governance.gate import Gate
from ...governance.guardrails import verdict_of
from ...governance.kinds import Stage, Tier
from ...governance.names import normalise
from ...governance.policy import Policy
from ...governance.ports import ArgumentsError
from ...queries import AskExplain, Explanation, PolicyView, RuleAnswer
from ...storage import Reader
from ...workspace import POLICY_NAME
from ..find import find_id


def explanation(reader: Reader, ask: AskExplain, gate: Gate) -> Explanation:
    """What the guardrails say to an action now.

    Raises:
        CommandRefused: there is no such action, or what is asked makes no sense.
    """
    facts, notes = _recorded(reader, ask, gate) if ask.action else _supposed(reader, ask, gate)
    opinions = gate.opinions(facts)
    verdict = verdict_of(opinions)
    asks = verdict.tier is Tier.APPROVAL
    grace = gate.settings.grace_seconds if verdict.grace_seconds is None else verdict.grace_seconds
    return Explanation(
        kind=normalise(facts.kind),
        tier=verdict.tier.value,
        rule=verdict.rule,
        why=verdict.why,
        remedy=verdict.remedy or _remedy(verdict),
        quorum=verdict.quorum if asks else 0,
        expiry_seconds=int(gate.expiry(normalise(facts.kind), verdict)),
        grace_seconds=grace,
        answers=tuple(_answer(opinion, decides=opinion.rule == verdict.rule) for opinion in opinions),
        policy=gate.policy.version,
        notes=(*notes, *_capped(gate.policy, verdict), *gate.notes(reader, facts)),
    )


def policy_view(gate: Gate) -> PolicyView:
    """The policy in force, besides the built-in rules."""
    policy = gate.policy
    settings = [
        RuleAnswer("workspace", f"settings.{kind}", tier.value, "[governance] in the settings says so", decides=False)
        for kind, tier in sorted(policy.tightened.items())
    ]
    rules = [_answer(rule.opinion, decides=False) for rule in policy.rules.index.rules]
    return PolicyView(
        version=policy.version,
        file=POLICY_NAME,
        capped=policy.capped,
        rules=(*settings, *rules),
        kinds=tuple((name, own.tier.value if own.tier else "by_rule") for name, own in policy.rules.kinds.items()),
        tools=tuple((kind, tuple(sorted(tools))) for kind, tools in sorted(policy.tools.items())),
        gated_stages=tuple(sorted(stage.value for stage in policy.gated_stages)),
    )


def _recorded(reader: Reader, ask: AskExplain, gate: Gate) -> tuple[ActionFacts, tuple[str, ...]]:
    action = repository.get(reader, find_id(reader, "actions", ask.action))
    assert action is not None  # noqa: S101  # its id was just found
    notes: list[str] = []
    if action.policy != gate.policy.version:
        notes.append(f"it was judged under policy {action.policy}; {gate.policy.version} is in force now")
    try:
        facts = gate.facts(
            reader,
            kind=action.kind,
            tool=action.tool,
            arguments=action.arguments,
            proposer=action.proposer,
            origin=action.origin,
            account=action.account_id,
        )
    except (ArgumentsError, JsonError) as error:
        raise CommandRefused("it cannot be judged any more", why=error.sentence(), code="arguments") from error
    return facts, tuple(notes)


def _supposed(reader: Reader, ask: AskExplain, gate: Gate) -> tuple[ActionFacts, tuple[str, ...]]:
    if not normalise(ask.kind):
        raise CommandRefused("nothing to explain", remedy="Name an action or a kind.", code="invalid")
    try:
        arguments = parse_strict(ask.arguments)
    except JsonError as error:
        raise CommandRefused("the arguments are not JSON", why=error.why, code="arguments") from error
    if not isinstance(arguments, dict):
        raise CommandRefused("the arguments are not a JSON object", code="arguments")
    stage = Stage.named(ask.stage) if ask.stage else None
    if ask.stage and stage is Stage.UNKNOWN and normalise(ask.stage) != Stage.UNKNOWN.value:
        known = ", ".join(each.value for each in Stage)
        raise CommandRefused(f"no stage {ask.stage}", remedy=f"There are: {known}.", code="invalid")
    try:
        return _facts(reader, ask, gate, arguments, ask.tool, stage), ()
    except ArgumentsError as error:
        # The tool's opinion of the arguments is worth knowing, but the rules can be asked all the same.
        return _facts(reader, ask, gate, arguments, "", stage, ask.tool), (f"as a proposal: {error.sentence()}",)


def _facts(
    reader: Reader,
    ask: AskExplain,
    gate: Gate,
    arguments: dict[str, JSON],
    tool: str,
    stage: Stage | None,
    named: str = "",
) -> ActionFacts:
    facts = gate.facts(
        reader,
        kind=ask.kind,
        tool=tool,
        arguments=arguments,
        proposer=ask.proposer,
        account=ask.account or None,
        stage=stage,
    )
    return replace(facts, tool=named) if named else facts


def _answer(opinion: Opinion, *, decides: bool) -> RuleAnswer:
    tier = opinion.tier.value if opinion.tier else ""
    return RuleAnswer(opinion.layer.value, opinion.rule, tier, opinion.why, decides)


def _remedy(verdict: Verdict) -> str:
    return "Nothing: no file, role or command loosens it." if verdict.rule.startswith("hard_stop.") else ""


def _capped(policy: Policy, verdict: Verdict) -> tuple[str, ...]:
    return (f"nothing runs by itself: {policy.capped}",) if policy.capped and policy.capped not in verdict.why else ()
