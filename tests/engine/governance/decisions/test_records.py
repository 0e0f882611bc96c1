"""Records of earlier versions still hold: a field that they did not have says nothing about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from engine.governance import Action, ActionStatus, Risk, Stage, Tier

OLD = Action(
    id="01J",
    revision=3,
    kind="send_proposal",
    tool="email",
    binding="b" * 8,
    arguments_json='{"body":"Dear Jo","to":["jo@acme.example"]}',
    account_id="acme",
    stage=Stage.EVALUATION,
    tier=Tier.APPROVAL,
    rule="approval.send_proposal",
    why="send_proposal always asks an operator",
    policy="0123456789ab",
    risk=Risk.HIGH,
    effect="sends 1 email outside · cannot be undone",
    proposer="persona:helper",
    reason="because",
    origin="m-1",
    dedupe_key="k",
    fingerprint="f" * 64,
    digest="",
    status=ActionStatus.PENDING,
    repeats=2,
    created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    expires=datetime(2026, 1, 2, 3, 34, 5, tzinfo=UTC),
)
WRITTEN = "22fbd45c5e4fec2f0894fbefba0c221cd54801bdb978acf59c9868fbaf53097c"
"""What the version before quorum, edits and revisions with a time of their own made of it."""


def test_an_old_record_keeps_its_digest() -> None:
    assert OLD.computed_digest() == WRITTEN


def test_every_new_field_is_covered_once_it_says_something() -> None:
    changed = (replace(OLD, quorum=2), replace(OLD, asked=OLD.created), replace(OLD, edited_by="ana"))
    digests = {each.computed_digest() for each in changed}
    assert len(digests) == 3
    assert WRITTEN not in digests
