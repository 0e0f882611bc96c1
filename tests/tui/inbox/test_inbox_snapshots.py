"""How the inbox, its screen, a message and a talk look in every state that people meet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App

from engine.errors import WatchfloorError
from engine.operators import Operator
from engine.queries import INBOX, MESSAGE, InboxPage, MessageReport
from engine.view import InboxView, View

from ..fake import ANA, VIC, FakeClient, clock_at, console
from ..personas.reports import ANSWERED, INBOX_VIEW, MESSAGES, PAGE, WHYS, report_of
from ..test_snapshots import SIZES, Compare, pressing
from ..views import HOSTILE, HOSTILE_TEXTS, NORMAL, OVERLOAD, message

FULL = replace(NORMAL, inbox=INBOX_VIEW)
HOSTILE_ITEMS = tuple(
    message(f"m{number}", text[:20], text, 96 - number, sender=text, channel=text[:30])
    for number, text in enumerate(HOSTILE_TEXTS)
)
DEAD = report_of(MESSAGES[6], replace(WHYS[5], id="helper:m7"))
WAITING = report_of(MESSAGES[0])
HOSTILE_REPORT = report_of(
    HOSTILE_ITEMS[1],
    replace(WHYS[3], text=HOSTILE_TEXTS[1], why=HOSTILE_TEXTS[0], sender=HOSTILE_TEXTS[2]),
    text="\n".join(HOSTILE_TEXTS),
    payload=HOSTILE_TEXTS[1],
    last_error=HOSTILE_TEXTS[2],
)


def opened(
    view: View = FULL,
    report: MessageReport = WAITING,
    page: InboxPage = PAGE,
    operator: Operator = ANA,
    late: float = 0,
) -> tuple[App[int], FakeClient]:
    """A console on these messages."""
    client = FakeClient(view, operator)
    client.answers = {MESSAGE.name: report, INBOX.name: page}
    return console(client, clock_at(late)), client


@SIZES
@pytest.mark.parametrize("state", ["normal", "overload", "hostile", "empty"])
def test_the_panel(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    view = {"normal": FULL, "overload": OVERLOAD, "hostile": HOSTILE, "empty": replace(NORMAL, inbox=InboxView())}[
        state
    ]
    assert snap_compare(opened(view)[0], terminal_size=size, run_before=pressing("3", "z"))


@SIZES
@pytest.mark.parametrize(
    "keys",
    [("x",), ("space", "space", "x"), ("space", "space"), ("equals_sign",), ("G", "x")],
    ids=["drop", "drop-two", "marked", "set", "drop-dead"],
)
def test_what_is_asked(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(opened()[0], terminal_size=size, run_before=pressing("3", "j", "k", *keys))


@SIZES
@pytest.mark.parametrize("state", ["waiting", "answered", "dead", "hostile"])
def test_a_message(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    report = {"waiting": WAITING, "answered": ANSWERED, "dead": DEAD, "hostile": HOSTILE_REPORT}[state]
    assert snap_compare(opened(report=report)[0], terminal_size=size, run_before=pressing("3", "enter"))


@SIZES
@pytest.mark.parametrize("state", ["normal", "empty", "dead", "hostile", "long", "old", "viewer"])
def test_the_screen_of_all_inboxes(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    page = {
        "empty": InboxPage((), 0, 0, 0, 0, 0),
        "dead": replace(PAGE, items=(MESSAGES[6],)),
        "hostile": replace(PAGE, items=HOSTILE_ITEMS),
        "long": replace(PAGE, waiting=12_480, dropped=312, merged=2_041, dead=17, next="more"),
    }.get(state, PAGE)
    keys = {"dead": ("s", "d"), "long": ("greater_than_sign",)}.get(state, ())
    report = {"dead": DEAD, "hostile": HOSTILE_REPORT}.get(state, WAITING)
    app, _ = opened(report=report, page=page, operator=VIC if state == "viewer" else ANA, late=42 * (state == "old"))
    assert snap_compare(app, terminal_size=size, run_before=pressing("I", *keys))


@SIZES
@pytest.mark.parametrize("keys", [("s",), ("space", "space", "x")], ids=["state", "drop-two"])
def test_what_its_screen_asks(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(opened()[0], terminal_size=size, run_before=pressing("I", *keys))


@SIZES
def test_where_the_engine_cannot_tell(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, client = opened()
    client.failure = WatchfloorError("the database cannot be read", why="disk I/O error", remedy="Look at the disk.")
    assert snap_compare(app, terminal_size=size, run_before=pressing("I"))
