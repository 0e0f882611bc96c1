"""Policy files: what is refused, with its line; what stands in the templates; what two versions differ in."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.demo.workspace import POLICY as DEMO
from engine.errors import WatchfloorError
from engine.governance import Policy
from engine.governance.policy import PolicyError, changes_to, count_trials, read_text
from engine.governance.policy.template import POLICY_TEMPLATE

from .support import OWN, SHIPPED, policy_of, rule, rules_of

HEAD = '[[rule]]\nname = "one"\nwhy = "because"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "not valid TOML"),
        ("[[rule]]\nname = 'a'\ntier = 'approval'\n", "line 1: rule.0.why: field required"),
        ("\n" + HEAD + "tier = 'autonomus'\n", "line 5: rule.0.tier"),
        (HEAD + "tier = 'approval'\nfoo = 1\n", "line 5: rule.0.foo: unknown key"),
        (HEAD + "tier = 'approval'\n" + HEAD + "tier = 'approval'\n", "line 6: rule.1.name: there is another rule"),
        (HEAD + "tier = 'approval'\nkinds = ['send_folow']\n", "line 5: rule.0.kinds: there is no kind send_folow"),
        (HEAD + "tier = 'approval'\nkinds = ['send_folow_up_email']\n", "did you mean send_follow_up_email?"),
        (HEAD, "line 1: rule.0: it says nothing"),
        (HEAD + "tier = 'autonomous'\nkinds = ['send_proposal']\n", "line 4: rule.0.tier: only kinds declared"),
        (HEAD + "tier = 'autonomous'\n", "line 4: rule.0.tier: only kinds declared"),
        (OWN + HEAD + "tier = 'autonomous'\nkinds = ['run_*']\n", "only kinds declared"),
        (HEAD + "tier = 'hard_stop'\nquorum = 2\n", "nobody is asked"),
        (HEAD + "tier = 'approval'\nquorum = 0\n", "line 5: rule.0.quorum"),
        (HEAD + "tier = 'approval'\nbudget = 'mail'\n", "line 5: rule.0.budget: there is no limit named mail"),
        (HEAD + "tier = 'approval'\narguments = [{ at = 'to', eq = 1 }]\n", "a JSON pointer"),
        (HEAD + "tier = 'approval'\narguments = [{ at = '/to' }]\n", "exactly one of"),
        (HEAD + "tier = 'approval'\narguments = [{ at = '/to', regex = '(a' }]\n", "a group is not closed"),
        (HEAD + "tier = 'approval'\nwhen = { start = '10:00', end = '10:00' }\n", "same minute"),
        (HEAD + "tier = 'approval'\nwhen = { zone = 'Mars/Olympus' }\n", "no such time zone"),
        ("[[personas.helper.rule]]\nname = 'a'\nwhy = 'bbb'\ntier = 'autonomous'\n",
          "line 4: personas.helper.rule.0"),
        ("[[personas.helper.rule]]\nname = 'a'\nwhy = 'bbb'\ntier = 'approval'\nproposers = ['x']\n",
         "about persona:helper"),
        ("[kinds.send_proposal]\nwhy = 'mine'\ntier = 'autonomous'\ntools = ['email']\n",
         "line 1: kinds.send_proposal: send"),
        ("[kinds.c0mmit_pricing]\nwhy = 'mine'\n", "could be read as commit_pricing"),
        ("[kinds.'Send Propоsal']\nwhy = 'mine'\n", "could be read as send_proposal"),
        ("[kinds.a_b]\nwhy = 'one'\n[kinds.'A B']\nwhy = 'two'\n", "the same kind as a_b"),
        ("[kinds.a_b]\nwhy = 'one'\ntier = 'autonomous'\n", "must name its tools"),
        ("[[limit]]\nsubject = 'persona'\nmeasure = 'actions_per_hour'\nvalue = 1\n", "line 2: limit.0.subject"),
        ("[[limit]]\nsubject = 'kind:send_propsal'\nmeasure = 'actions_per_hour'\nvalue = 1\n",
         "there is no kind send_propsal"),
        ("[[limit]]\nsubject = '*'\nmeasure = 'per_year'\nvalue = 1\n", "line 3: limit.0.measure"),
        (rule("tests = [{ kind = 'send_follow_up_email', tool = 'email', expect = 'autonomous' }]"),
         "line 6: rule.0.tests.0: send_follow_up_email is approval by workspace.the-rule, not autonomous"),
        ("\n[[test]]\nkind = 'commit_pricing'\nexpect = 'approval'\n", "line 2: test.0: commit_pricing is hard_stop"),
        ("[[test]]\nkind = 'x'\nexpect = 'approval'\nat = 2026-03-01T10:00:00\n", "no offset"),
        ("[[test]]\nkind = 'x'\nexpect = 'approval'\narguments = { a = 1.5 }\n", "are not JSON"),
        ("[[test]]\nkind = 'x'\nexpect = 'approval'\nover = ['mail']\n", "there is no limit named mail"),
        ("gated_stages = ['evaluatoin']\n", "line 1: gated_stages"),
        ("a = " + "[" * 5_000 + "]" * 5_000, "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        rules_of(text)
    assert said in caught.value.sentence()


@given(st.text("[]{}=\n'\"ab.#1 rulenamewhytierkinds", max_size=80))
def test_no_text_does_anything_but_hold_or_be_refused(text: str) -> None:
    with suppress(PolicyError):
        rules_of(text)


def test_the_template_says_nothing_and_holds_when_its_comments_are_taken_off() -> None:
    shipped = Policy.from_settings(SHIPPED)
    assert not changes_to(shipped, rules_of(POLICY_TEMPLATE), SHIPPED)
    shown = re.compile(r'# (\[|[a-z_]+ = |  \{|\]|"dev)')
    rules = rules_of("\n".join(line[2:] for line in POLICY_TEMPLATE.splitlines() if shown.match(line)))
    assert len(rules.index.rules) == 7
    assert count_trials(rules) == 4
    assert rules.kinds
    assert rules.limits
    assert rules.shell_lines


def test_the_demo_shows_every_part_of_a_file() -> None:
    rules = rules_of(DEMO)
    assert rules.document is not None
    named = {name for table in rules.document.rule for name in table.model_fields_set}
    assert {"tier", "kinds", "tools", "commands", "quorum", "expiry_seconds", "grace_seconds", "recipients",
            "arguments", "cost_over_cents", "tainted", "when", "budget", "tests"} <= named  # fmt: skip
    assert rules.document.personas
    assert {own.tier for own in rules.kinds.values()} >= {None}


def test_files_that_are_no_files(tmp_path: Path) -> None:
    assert read_text(tmp_path / "policy.toml") is None
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"#" * 2_000_000)
    (tmp_path / "latin").write_bytes(b"\n\xe9")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name, said in (("pipe", "plain file"), ("large", "more than"), ("latin", "line 2, is not UTF-8"),
                       ("zero", "plain file"), (".", "plain file")):  # fmt: skip
        with pytest.raises(WatchfloorError) as caught:
            read_text(tmp_path / name)
        assert said in caught.value.sentence()


A = '[[rule]]\nname = "a"\nwhy = "aaa"\ntier = "approval"\nkinds = ["send_*"]\n'


@pytest.mark.parametrize(
    ("before", "after", "loosened", "tightened"),
    [
        ("", A, 0, 1),
        (A, "", 1, 0),
        (A, A.replace("aaa", "bbb"), 0, 0),
        (A, A.replace("approval", "hard_stop"), 0, 1),
        (A.replace("approval", "hard_stop"), A, 1, 0),
        (A, A + "quorum = 2\n", 0, 1),
        (A + "quorum = 3\n", A + "quorum = 2\n", 1, 0),
        (A, A + "expiry_seconds = 60\n", 0, 1),
        (A + "grace_seconds = 60\n", A, 1, 0),
        (A, A.replace("send_*", "send_p*"), 1, 0),
        ("", OWN, 1, 1),
        (OWN, OWN.replace("by_rule", "approval"), 0, 1),
        ("", "gated_stages = ['qualification']\n", 0, 1),
        ("gated_stages = ['qualification']\n", "", 1, 0),
        ("", '[[limit]]\nsubject = "persona:helper"\nmeasure = "recipients_per_day"\nvalue = 5\n', 0, 1),
        ("", '[[limit]]\nsubject = "persona:helper"\nmeasure = "recipients_per_day"\nvalue = 5000\n', 1, 0),
        ("", '[[limit]]\nsubject = "*"\nmeasure = "cents_per_day"\nvalue = 99000\n', 1, 0),
        ("[shell_lines]\nx = '/c'\n", "", 1, 0),
    ],
)  # fmt: skip
def test_what_two_versions_differ_in(before: str, after: str, loosened: int, tightened: int) -> None:
    changes = changes_to(policy_of(before), rules_of(after), SHIPPED)
    assert (len(changes.loosened), len(changes.tightened)) == (loosened, tightened), changes


def test_the_version_follows_what_is_said_and_not_how() -> None:
    version = policy_of(A).version
    assert (
        policy_of("# a comment\n" + A + "tests = [{ kind = 'send_proposal', expect = 'approval' }]\n").version
        == version
    )
    assert policy_of(A.replace("send_*", "send_p*")).version != version
    assert policy_of("").version == Policy.from_settings(SHIPPED).version
