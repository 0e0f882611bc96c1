"""Rules: what each looks at, how several go together, and that no file loosens what is built in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.governance import (
    ALL_KINDS,
    HARD_STOP_KINDS,
    AccountFacts,
    ActionFacts,
    Effect,
    Policy,
    Stage,
    Tier,
    classify,
)
from engine.governance.guardrails import explain
from engine.governance.kinds import TOOLS_BY_KIND

from .support import OWN, SHIPPED, facts, judged, policy_of, rule, rules_of

FRIDAY_NIGHT = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
SATURDAY_NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "matching", "other"),
    [
        ('tools = ["email"]', {}, {"kind": "send_routine_response", "tool": "chat"}),
        ('proposers = ["persona:h*"]', {"proposer": "persona:helper"}, {"proposer": "persona:planner"}),
        ('accounts = ["ACME"]', {"stage": "prospecting"}, {}),
        ('stages = ["qualification"]', {"stage": "qualification"}, {"stage": "prospecting"}),
        ('effects = ["outward"]', {"effect": Effect.OUTWARD}, {"effect": Effect.LOCAL}),
        ("tainted = true", {"tainted": True}, {"tainted": False}),
        ("cost_over_cents = 100", {"cost_cents": 101}, {"cost_cents": 100}),
        ('arguments = [{ at = "/to", eq = "x" }]', {"arguments": {"to": ["a", "X"]}}, {"arguments": {"to": ["a"]}}),
        ('arguments = [{ at = "/n", gt = 5 }, { at = "/n", lt = 9 }]', {"arguments": {"n": 7}},
         {"arguments": {"n": 9}}),
        ('recipients = { host_in = ["a.b"], not = true }', {"recipients": ("x@a.b", "x@c.d")},
         {"recipients": ("x@a.b",)}),
        ('when = { start = "22:00", end = "06:00", days = ["fri"] }', {"now": FRIDAY_NIGHT}, {"now": SATURDAY_NOON}),
        ('when = { start = "22:00", end = "06:00", days = ["fri"] }', {"now": datetime(2026, 3, 7, 5, tzinfo=UTC)},
         {"now": datetime(2026, 3, 6, 5, tzinfo=UTC)}),
        ('when = { start = "13:00", end = "14:00", zone = "Asia/Tokyo" }', {"now": datetime(2026, 7, 1, 4, tzinfo=UTC)},
         {"now": datetime(2026, 7, 1, 5, tzinfo=UTC)}),
    ],
)  # fmt: skip
def test_a_rule_matches_where_everything_that_it_names_does(
    body: str, matching: dict[str, object], other: dict[str, object]
) -> None:
    policy = policy_of(rule(body, kinds='["send_*"]'))
    found = judged(policy, **matching)  # type: ignore[arg-type]  # test data
    assert (found.tier, found.rule) == (Tier.APPROVAL, "workspace.the-rule")
    assert judged(policy, **other).rule != "workspace.the-rule"  # type: ignore[arg-type]  # test data


def test_a_budget_is_matched_by_name() -> None:
    limit = '[[limit]]\nname = "mail"\nsubject = "persona:*"\nmeasure = "actions_per_hour"\nvalue = 1\n'
    policy = policy_of(limit + rule('budget = "mail"\nquorum = 2'))
    assert judged(policy).tier is Tier.AUTONOMOUS
    assert judged(policy, exceeded=frozenset({"mail"})).quorum == 2
    assert [(one.subject, one.most) for one in policy.limits] == [("persona:*", 1)]


def test_the_most_restrictive_wins_and_how_operators_are_asked_adds_up() -> None:
    policy = policy_of(
        '[[rule]]\nname = "a"\nwhy = "aaa"\ntier = "approval"\nkinds = ["send_proposal"]\n'
        "quorum = 3\nexpiry_seconds = 600\n"
        '[[rule]]\nname = "b"\nwhy = "bbb"\nkinds = ["send_*"]\nexpiry_seconds = 60\ngrace_seconds = 20\n'
        '[[rule]]\nname = "c"\nwhy = "ccc"\ntier = "hard_stop"\nkinds = ["send_proposal"]\ntainted = true\n'
    )
    asked = judged(policy, "send_proposal")
    assert (asked.rule, asked.quorum, asked.expiry_seconds, asked.grace_seconds) == ("workspace.a", 3, 60, 20)
    stopped = judged(policy, "send_proposal", tainted=True)
    assert (stopped.tier, stopped.rule, stopped.quorum) == (Tier.HARD_STOP, "workspace.c", 1)
    assert judged(policy).tier is Tier.AUTONOMOUS
    every = explain(facts("send_proposal", tainted=True), policy)
    assert every[0].rule == "workspace.c"
    assert {one.rule for one in every} == {"workspace.a", "workspace.b", "workspace.c", "approval.send_proposal"}


def test_what_only_holds_for_now_does_not_name_a_question_that_stays() -> None:
    policy = policy_of(rule('when = { start = "22:00", end = "06:00" }'))
    assert judged(policy, now=FRIDAY_NIGHT).rule == "workspace.the-rule"
    assert judged(policy, now=FRIDAY_NIGHT, stage="negotiation").rule == "stage_gate.negotiation"


def test_own_kinds() -> None:
    policy = policy_of(
        '[kinds."Send Newsletter"]\ntier = "autonomous"\ntools = ["email"]\nwhy = "agreed"\n'
        '[kinds.wipe_data]\ntier = "hard_stop"\nwhy = "never"\n[kinds.call_home]\nwhy = "asks"\n'
    )
    assert judged(policy, "send-newsletter").tier is Tier.AUTONOMOUS
    assert judged(policy, "SEND\u00a0NEWSLETTER", stage="negotiation").rule == "stage_gate.negotiation"
    assert judged(policy, "send_newsletter", "command").rule == "tool_not_bound.send_newsletter"
    assert judged(policy, "call_home").tier is Tier.APPROVAL
    for spelling in ("wipe data", "WIPE_DATA", "w\u0456pe_data", "wipe.data", "wipedata"):
        assert judged(policy, spelling).tier is Tier.HARD_STOP, spelling
    assert judged(policy, "something_else").rule == "unknown_kind"


def test_commands_run_where_they_only_read_or_a_rule_names_them() -> None:
    policy = policy_of(
        OWN + rule('commands = ["make test", "npm run *", "tox **"]', tier="autonomous", kinds='["run_checks"]')
    )

    def tier(*argv: str) -> tuple[Tier, str]:
        found = judged(policy, "run_checks", "command", argv=argv)
        return found.tier, found.rule

    runs: tuple[tuple[str, ...], ...] = (("git", "status"), ("make", "test"), ("npm", "run", "lint"), ("tox",))
    for argv in (*runs, ("tox", "-e", "py311")):
        assert tier(*argv) == (Tier.AUTONOMOUS, "workspace.the-rule"), argv
    others: tuple[tuple[str, ...], ...] = (("make",), ("make", "test", "X=1"), ("npm", "run", "a", "b"), ("rm", "x"))
    for argv in (*others, ("/bin/make", "test")):
        assert tier(*argv) == (Tier.APPROVAL, "command.unknown"), argv
    assert tier("python", "-c", "1") == (Tier.APPROVAL, "command.inline_code")
    assert tier("tox", "\0")[0] is Tier.APPROVAL


def test_no_rule_lifts_what_is_more_than_plain_words() -> None:
    body = 'commands = ["python **", "sh -c *", "env **", "find **"]'
    policy = policy_of(OWN + rule(body, tier="autonomous", kinds='["run_checks"]'))
    for argv in (("python", "-c", "1"), ("sh", "-c", "ls"), ("env", "X=1", "ls"), ("find", ".", "-exec", "ls", ";")):
        assert judged(policy, "run_checks", "command", argv=argv).tier is Tier.APPROVAL, argv


def test_a_stop_finds_a_command_wherever_it_hides() -> None:
    policy = policy_of(
        '[kinds.shell]\ntier = "by_rule"\ntools = ["dev.bash"]\nwhy = "a shell"\n'
        '[shell_lines]\n"dev.bash" = "/command"\n'
        + rule('commands = ["git push --force", "rm -rf"]', tier="hard_stop", kinds='["shell"]')
    )
    for line in ("rm -rf /", "rm -fr x", "rm -r -f x", "/bin/rm -rf x", "ls; rm -rf x", "sudo rm -rf x",
                 "echo $(rm -rf x)",
                 "sh -c 'rm -rf x'", "find . -exec rm -rf {} +", "git -C x push origin --force", "env A=1 rm -rf x",
                 "nohup timeout 5 sh -c 'ls && rm -rf x' &"):  # fmt: skip
        found = judged(policy, "shell", "dev.bash", arguments={"command": line})
        assert found.tier is Tier.HARD_STOP, line
    for line in ("rm x", "git push", "ls", "echo rm -rf"):
        assert judged(policy, "shell", "dev.bash", arguments={"command": line}).tier is Tier.APPROVAL, line
    for odd in ({}, {"command": 5}, {"command": ["rm", "-rf", 1]}):
        assert judged(policy, "shell", "dev.bash", arguments=odd).rule == "command.unreadable"


def test_the_rules_of_a_persona_bind_only_that_persona() -> None:
    text = '[[personas.helper.rule]]\nname = "no"\nwhy = "not this one"\ntier = "hard_stop"\nkinds = ["send_*"]\n'
    policy = policy_of(text)
    found = judged(policy, proposer="persona:helper")
    assert (found.tier, found.rule) == (Tier.HARD_STOP, "persona.helper.no")
    assert judged(policy, proposer="persona:planner").tier is Tier.AUTONOMOUS


def test_a_file_that_cannot_be_read_caps_everything_and_stops_stay() -> None:
    policy = Policy.from_settings(SHIPPED, rules_of(rule("", tier="hard_stop")), "it is broken")
    assert judged(policy, "log_interaction", "log_interaction").rule == "policy.unreadable"
    assert judged(policy).tier is Tier.HARD_STOP
    assert policy.version != Policy.from_settings(SHIPPED, rules_of(rule("", tier="hard_stop"))).version


TIERS = st.sampled_from(["approval", "hard_stop", None])
KINDS = st.lists(st.sampled_from([*sorted(ALL_KINDS), "send_*", "*"]), max_size=3)


@given(
    st.lists(st.tuples(TIERS, KINDS, st.booleans()), max_size=6),
    st.sampled_from(["[[personas.helper.rule]]", "[[rule]]"]),
)
def test_no_file_loosens_any_built_in_kind(parts: list[tuple[str | None, list[str], bool]], head: str) -> None:
    text = "".join(
        f'{head}\nname = "r{n}"\nwhy = "because"\nkinds = {kinds}\n'
        + (f'tier = "{tier}"\n' if tier else "grace_seconds = 1\n")
        + ("tainted = true\n" if tainted else "")
        for n, (tier, kinds, tainted) in enumerate(parts)
    )
    shipped, policy = Policy.from_settings(SHIPPED), policy_of(text)
    for kind in ALL_KINDS:
        for account in (None, AccountFacts("acme", Stage.NEGOTIATION), AccountFacts("acme", Stage.PROSPECTING)):
            known = ActionFacts(kind, min(TOOLS_BY_KIND.get(kind, {"email"})), "persona:helper", account=account)
            assert classify(known, policy).tier.rank >= classify(known, shipped).tier.rank
            if kind in HARD_STOP_KINDS:
                assert classify(known, policy).rule.startswith(f"hard_stop.{kind}")


ROWS = st.tuples(st.sampled_from("abc"), st.sampled_from(["eq", "glob"]), st.booleans())


@given(st.lists(ROWS, min_size=1, max_size=30), st.sampled_from([["a"], ["b", "c"], "a", "A", {"x": 1}, None, 5]))
def test_the_index_finds_what_asking_every_rule_would(rows: list[tuple[str, str, bool]], value: object) -> None:
    text = "".join(
        f'[[rule]]\nname = "r{n}"\nwhy = "because"\ntier = "approval"\n'
        f'arguments = [{{ at = "/to", {operator} = "{letter}", not = {str(negate).lower()} }}]\n'
        for n, (letter, operator, negate) in enumerate(rows)
    )
    rules = rules_of(text)
    known = facts(arguments={"to": value})
    found = {one.rule for one in explain(known, Policy.from_settings(SHIPPED, rules))}
    alone = set()
    for n in range(len(rows)):
        single = rules_of("[[rule]]" + text.split("[[rule]]")[n + 1])
        alone |= {one.rule for one in explain(known, Policy.from_settings(SHIPPED, single))}
    assert found == alone
