"""The 24 kinds in every stage and every spelling, and everything that is none of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.governance import (
    ALL_KINDS,
    APPROVAL_KINDS,
    AUTONOMOUS_KINDS,
    HARD_STOP_KINDS,
    AccountFacts,
    ActionFacts,
    Policy,
    Stage,
    Tier,
    Verdict,
    classify,
)
from engine.governance.kinds import GATED_STAGES, TOOLS_BY_KIND
from engine.governance.names import normalise
from engine.settings.governance import GovernanceSettings

POLICY = Policy.from_settings(GovernanceSettings())

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda kind: kind,
    "upper": str.upper,
    "title": lambda kind: kind.replace("_", " ").title(),
    "hyphens": lambda kind: kind.replace("_", "-"),
    "runs": lambda kind: f"  {kind.replace('_', ' _- ')}\t",
    "non-breaking": lambda kind: kind.replace("_", "\u00a0"),
    "dashes": lambda kind: kind.replace("_", "\u2014"),
    "newline": lambda kind: kind.replace("_", "\n"),
    "full width": lambda kind: "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in kind),
    "zero width": "\u200b".join,
    "joiners": "\u034f\u2060".join,
    "bidi": lambda kind: f"\u202e{kind}\u202c",
    "long s": lambda kind: kind.replace("s", "\u017f"),
    "mathematical": lambda kind: "".join(chr(0x1D41A + ord(c) - 97) if c.isalpha() else c for c in kind),
    "variation": "\ufe0f".join,
    "tags": lambda kind: kind + "\U000e0041",
}


def judged(kind: str, account: AccountFacts | None, tool: str, policy: Policy) -> Verdict:
    return classify(ActionFacts(kind, tool, account=account), policy)


def tool_for(kind: str) -> str:
    return min(TOOLS_BY_KIND.get(kind, {"email"}))


def expected(kind: str, account: Stage | None) -> Tier:
    if kind in HARD_STOP_KINDS:
        return Tier.HARD_STOP
    if kind in APPROVAL_KINDS or account in GATED_STAGES or account is Stage.UNKNOWN:
        return Tier.APPROVAL
    return Tier.AUTONOMOUS


def test_there_are_24_kinds_in_three_tiers() -> None:
    assert (len(AUTONOMOUS_KINDS), len(APPROVAL_KINDS), len(HARD_STOP_KINDS)) == (9, 8, 7)
    assert len(ALL_KINDS) == 24


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("stage", [None, *Stage])
@pytest.mark.parametrize("kind", sorted(ALL_KINDS))
def test_every_kind_in_every_stage_and_spelling(kind: str, stage: Stage | None, spelling: str) -> None:
    account = None if stage is None else AccountFacts("acme", stage)
    verdict = judged(SPELLINGS[spelling](kind), account, tool_for(kind), POLICY)
    assert verdict.tier is expected(kind, stage)
    assert verdict.why


@pytest.mark.parametrize("stage", sorted(Stage))
@pytest.mark.parametrize("spelling", ["{}", " {} ", "{}\u200b"])
def test_stages_are_found_in_every_spelling(stage: Stage, spelling: str) -> None:
    for name in (
        stage.value,
        stage.value.upper(),
        stage.value.replace("_", " "),
        stage.value.replace("_", "-").title(),
    ):
        assert Stage.named(spelling.format(name)) is stage


@pytest.mark.parametrize("name", [None, "", "closed", "won", "сlosed_won", "evaluation!", "negotiation\x00"])
def test_any_other_stage_is_unknown(name: str | None) -> None:
    assert Stage.named(name) is Stage.UNKNOWN


@pytest.mark.parametrize(
    "kind",
    ["", "delete_everything", "send_chat_messages", "sendchatmessage", "\u0455end_chat_message", "log_interaction\x00",
     "sènd_chat_message", "send.chat.message", "log_interaction" + "x" * 200, "log_interaction" + " " * 200],
)  # fmt: skip
def test_whatever_is_not_known_asks(kind: str) -> None:
    assert judged(kind, None, "chat", POLICY).tier is Tier.APPROVAL


@pytest.mark.parametrize(
    "kind",
    ["CommitPricing", "commit.pricing", "commit/pricing", "c0mmit_pricing", "commit_pric1ng", "\u0441ommit_pricing",
     "comm\u0456t_pr\u0456c\u0456ng", "commit_pricing!", "cömmit_prícing", "comrnit_pricing", "commit\x00pricing",
     "legal_comm\u0131tment", "@pprove_di$count", "modify\u2215contract", "legalcommitment", "СOMMIT PRICING"],
)  # fmt: skip
def test_a_look_alike_of_a_hard_stop_is_one(kind: str) -> None:
    assert judged(kind, None, "email", POLICY).tier is Tier.HARD_STOP


def test_a_kind_with_a_tool_that_is_not_its_own_asks() -> None:
    for kind in AUTONOMOUS_KINDS:
        verdict = judged(kind, None, "command", POLICY)
        assert (verdict.tier, verdict.rule) == (Tier.APPROVAL, f"tool_not_bound.{kind}")


@given(
    require=st.lists(st.sampled_from(sorted(ALL_KINDS)), max_size=24),
    stop=st.lists(st.sampled_from(sorted(ALL_KINDS)), max_size=24),
    stages=st.lists(st.sampled_from(["prospecting", "qualification", "closed_won"])),
    tools=st.dictionaries(st.sampled_from(sorted(ALL_KINDS)), st.lists(st.sampled_from(["email", "chat", "command"]))),
)
def test_no_settings_ever_loosen(
    require: list[str], stop: list[str], stages: list[str], tools: dict[str, list[str]]
) -> None:
    settings = GovernanceSettings.model_validate(
        {"require_approval": require, "hard_stop": stop, "gated_stages": stages, "tools": tools}
    )
    policy = Policy.from_settings(settings)
    for kind in ALL_KINDS:
        for account in (None, *(AccountFacts("acme", stage) for stage in Stage)):
            for tool in ("email", "chat", "command"):
                before = judged(kind, account, tool, POLICY)
                after = judged(kind, account, tool, policy)
                assert after.tier.rank >= before.tier.rank
        if kind in stop:
            assert judged(kind, None, "email", policy).tier is Tier.HARD_STOP


@given(st.text(max_size=40))
def test_nothing_but_a_known_kind_runs_by_itself(kind: str) -> None:
    verdict = judged(kind, None, "chat", POLICY)
    if verdict.tier is Tier.AUTONOMOUS:
        assert normalise(kind) in AUTONOMOUS_KINDS


@given(st.sampled_from(sorted(HARD_STOP_KINDS)), st.data())
def test_no_respelling_of_a_hard_stop_runs_by_itself(kind: str, data: st.DataObject) -> None:
    letters = [data.draw(st.sampled_from([c, c.upper(), c + "\u200d", unicodedata.normalize("NFD", c)])) for c in kind]
    joint = data.draw(st.sampled_from(["", " ", "\u00ad", "\u3000"]))
    verdict = judged("".join(letters).replace("_", joint), None, "chat", POLICY)
    assert verdict.tier is Tier.HARD_STOP


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)


def test_the_policy_version_follows_the_rules() -> None:
    assert Policy.from_settings(GovernanceSettings(expiry_seconds=60)).version == POLICY.version
    assert Policy.from_settings(GovernanceSettings(require_approval=("log_interaction",))).version != POLICY.version
