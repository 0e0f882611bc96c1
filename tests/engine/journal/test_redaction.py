"""Canaries: secrets planted wherever they could come from must not be found in the journal's file, nor in the log."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.redaction import MASK, Redactor
from engine.storage import Database
from engine.telemetry import close_log, open_log

CANARY = "c4n4ry-7Zq9xW2mP5kL8vB1"
SHAPES = (
    "sk-abcdefghijklmnop1234567890",
    "sk-ant-api03-abcdefghijklmnop-1234567890",
    "sk_live_abcdefghijklmnop1234",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0abcdefghijklmnop",
    "glpat-abcdefghijklmnop1234",
    "xoxb-1234567890-abcdefghij",
    "xapp-1-A0123456789-abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "ya29.a0AfH6SMBabcdefghijklmnop",
    "SG.abcdefghijklmnop1234.qrstuvwxyz0123456789ab",
    "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "hf_abcdefghijklmnopqrstuvwxyz",
    "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
    "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ",
)
PLACES: dict[str, object] = {
    "a field": {"password": CANARY},
    "a field in camel case": {"accessToken": CANARY, "clientSecret": CANARY},
    "a header": {"headers": {"X-Auth-Token": CANARY, "Set-Cookie": CANARY, "Authorization": f"Bearer {CANARY}"}},
    "below a field": {"credentials": {"user": "jo", "value": CANARY, "list": [CANARY, {"deep": CANARY}]}},
    "a list under a field": {"api_keys": [CANARY, CANARY]},
    "a pair in a text": {"error": f"connection failed: password={CANARY}; retry"},
    "a pair in JSON in a text": {"error": json.dumps({"error": {"api_key": CANARY, "n": 1}})},
    "JSON in JSON in a text": {"error": json.dumps({"body": json.dumps({"client_secret": CANARY})})},
    "a URL's password": {"error": f"cannot reach redis://ops:{CANARY}@cache.example:6379/0"},
    "a URL's password with an at sign": {"error": f"cannot reach redis://ops:p@{CANARY}@cache.example:6379/0"},
    "a URL's query": {"url": f"https://api.example/v1?user=jo&access_token={CANARY}&page=2"},
    "a header in a text": {"stderr": f"> Authorization: Bearer {CANARY}\n> Accept: */*"},
    "a command line": {"argv": ["curl", "-H", f"X-Api-Key: {CANARY}", f"--password={CANARY}"]},
    "an environment": {"env": f"PATH=/bin DB_PASSWORD={CANARY} HOME=/root"},
    "single quotes": {"error": f"{{'secret': '{CANARY}'}}"},
    "a webhook": {"webhook_url": f"https://hooks.example/{CANARY}"},
    "a number": {"pin": 918_273_645, "password": 918_273_645},
    "a known value": {"anything": f"it said {CANARY}-known"},
}


def redactor() -> Redactor:
    """One that also knows a value."""
    return Redactor([f"{CANARY}-known"])


async def tell(path: Path, data: dict[str, object]) -> None:
    """A journal that was told this."""
    async with await Database.open(path, SimulatedClock(), redactor=redactor(), inline=True) as database:
        await database.write(lambda tx: tx.record("thing.done", "thing", data))


def journalled(path: Path, data: dict[str, object]) -> bytes:
    """The bytes of a journal that was told this."""
    asyncio.run(tell(path, data))
    return path.read_bytes()


@pytest.mark.parametrize("place", PLACES)
def test_no_canary_reaches_the_journal(tmp_path: Path, place: str) -> None:
    data = PLACES[place]
    assert isinstance(data, dict)
    raw = journalled(tmp_path / "engine.db", data)
    assert CANARY.encode() not in raw
    assert b"918273645" not in raw


@pytest.mark.parametrize("secret", SHAPES)
def test_no_secret_that_looks_like_one_reaches_the_journal(tmp_path: Path, secret: str) -> None:
    body = secret.split("\n")[1] if "\n" in secret else secret
    raw = journalled(tmp_path / "engine.db", {"text": f"it said {secret} and", "list": [secret], secret: "key"})
    assert body.encode() not in raw


def test_no_canary_reaches_the_log(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    log = open_log(path, SimulatedClock(), redactor())
    for data in PLACES.values():
        log.error("failed", particulars=data)
    try:
        raise RuntimeError(f"login failed: password={CANARY}")
    except RuntimeError as error:
        log.error("crashed", exc_info=error)
    close_log(path)
    assert CANARY not in path.read_text()


@pytest.mark.parametrize(
    "data",
    [
        {"tokens": 1_200, "spent_tokens": 3, "token_budget": 5},
        {"subject": "Your password policy", "body": "Dear Jo,\n\nplease read the secret of our success: hard work."},
        {"digest": "9f2c" * 16, "policy": "ab" * 32, "hash": "0" * 64},
        {"url": "https://example.com:8443/a@b?page=2"},
        {"text": "the basic plan, 40 seats", "author": "ana", "key": "value"},
        {"keyboard": "qwerty", "monkey": "george", "secretary": "jo"},
        {"at": "12:30:45", "ratio": "16:9", "number": "1234567:abc"},
        {"private": True, "authority": "none", "n": 0},
    ],
)
def test_what_is_no_secret_stays_readable(data: dict[str, object]) -> None:
    before = json.loads(json.dumps(data))
    masked = redactor().value(data)
    if "body" in data:
        assert isinstance(masked, dict)
        assert masked["subject"] == data["subject"]
    else:
        assert masked == before


def test_masking_twice_changes_nothing_more() -> None:
    once = redactor().value(PLACES)
    assert redactor().value(once) == once
    assert MASK in json.dumps(once)
