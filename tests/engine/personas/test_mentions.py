"""Whom a text names: letters, separators, addresses, code, prefixes, and texts made to be slow."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.personas import Accepted
from engine.personas.mentions import MOST, mentioned, spoken_names
from engine.settings.personas import AutonomyMode, PersonaSettings

from .world import World

SPOKEN = spoken_names({
    "help": ("help", "Help"),
    "helper": ("helper", "Helper"),
    "code": ("code", "Code"),
    "code-review": ("code-review", "Code Review"),
    "jose": ("jose", "José Ünal"),
    "strasse": ("strasse-1", "Straße"),
    "odile": ("odile", "O'Dile"),
    "dr": ("dr", "Dr. No"),
    "agent7": ("agent7", "Agent 7"),
    "hitomi": ("hitomi", "瞳"),
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        # Case, blanks, hyphens and underscores.
        ("@helper", {"helper"}),
        ("hey @HELPER, look", {"helper"}),
        ("@Code Review look", {"code-review"}),
        ("@code-review look", {"code-review"}),
        ("@CODE_REVIEW: look", {"code-review"}),
        ("@code \t review!", {"code-review"}),
        ("@code\nreview", {"code-review"}),
        ("@agent 7", {"agent7"}),
        ("@agent_7?", {"agent7"}),
        # Several, and one twice.
        ("@helper and @Code Review", {"helper", "code-review"}),
        ("@helper@code", {"helper"}),
        ("@helper,@code", {"helper", "code"}),
        ("@helper @helper @HELPER", {"helper"}),
        ("(@helper)", {"helper"}),
        ("**@helper**", {"helper"}),
        ('"@helper"', {"helper"}),
        # Prefixes: the longest name, whole words.
        ("@help me", {"help"}),
        ("@helper me", {"helper"}),
        ("@helpers", set()),
        ("@helper2", set()),
        ("@helper_two", set()),
        ("@helper-bot", set()),
        ("@hel", set()),
        ("@code and review", {"code"}),
        ("@code reviewers", {"code"}),
        ("@code-reviewers", set()),
        # How sentences end and go on.
        ("ask @helper.", {"helper"}),
        ("ask @helper...", {"helper"}),
        ("@helper's turn", {"helper"}),
        ("@helper\u2019s turn", {"helper"}),
        ("@helper: @code!", {"helper", "code"}),
        ("@helper - do it", {"helper"}),
        ("@helper \u2014 do it", {"helper"}),
        ("@helper-", {"helper"}),
        ("@Dr. No wait", {"dr"}),
        ("@o'dile", {"odile"}),
        ("@o\u2019dile", {"odile"}),
        # Letters beyond ASCII.
        ("@jos\u00e9 \u00fcnal", {"jose"}),
        ("@JOSE\u0301 U\u0308NAL", {"jose"}),
        ("@STRASSE hi", {"strasse"}),
        ("@stra\u00dfe hi", {"strasse"}),
        ("\uff20helper hi", {"helper"}),
        ("@\uff28\uff45\uff4c\uff50\uff45\uff52", {"helper"}),
        ("\u77b3\u3055\u3093@\u77b3", {"hitomi"}),
        ("\u4f60\u597d@helper\uff0c\u770b", {"helper"}),
        ("@h\u0435lper", set()),
        ("@helper\u0301", set()),
        ("@helper\u200b", {"helper"}),
        # Addresses are not mentions.
        ("mail x@helper.org", set()),
        ("jo.doe+x@helper", set()),
        ("x@helper", set()),
        ("<ana@code.example>", set()),
        ("me@code-review.example, please", set()),
        ("@helper.example is a domain", set()),
        ("https://social.example/@helper", set()),
        ("https://user:pw@helper/x?y=@code", set()),
        ("see https://a.example and @helper", {"helper"}),
        ("git@code:team/repo", set()),
        # Marks without a name.
        ("@@helper", set()),
        ("@ helper", set()),
        ("helper", set()),
        ("@nobody", set()),
        ("@", set()),
        ("", set()),
        # Code is quoted, not spoken.
        ("run `@helper now` please", set()),
        ("```\n@helper\n```\n@code", {"code"}),
        ("```python\n@helper\ndef f(): ...\n```", set()),
        ("~~~\n@helper\n~~~\n@code", {"code"}),
        ("````\n```\n@helper\n```\n````\n@code", {"code"}),
        ("```\n@helper", set()),
        ("a ` @helper", {"helper"}),
        ("```@helper```", set()),
        ("```not closed @helper``` `x` @code", {"code"}),
    ],
)  # fmt: skip
def test_whom_a_text_names(text: str, whom: set[str]) -> None:
    assert mentioned(text, SPOKEN) == whom
    composed = unicodedata.normalize("NFD", text)
    assert mentioned(composed, SPOKEN) == whom


@given(st.text(alphabet="@`~ \n-_.helprcodivw/:é", max_size=60))
def test_any_text_names_only_who_there_is_and_repeats_itself(text: str) -> None:
    found = mentioned(text, SPOKEN)
    assert found <= set(SPOKEN.values())
    assert mentioned(text, SPOKEN) == found


@given(st.sampled_from(sorted(SPOKEN)), st.sampled_from(["", " ", ", ", "!", "\n", ")"]))
def test_every_name_is_heard_wherever_it_ends(name: str, after: str) -> None:
    assert mentioned(f"well @{name}{after}", SPOKEN) == {SPOKEN[name]}


@pytest.mark.parametrize("piece", ["@a", "`", "`a", "``@", "```\n", "~~~\n@helper\n", "@helper ", "://@h", "\u0301@x"])
def test_a_text_made_to_be_slow_is_read_in_bounded_steps(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert mentioned(text, SPOKEN) <= {"helper"}


def test_only_so_many_marks_are_looked_at() -> None:
    assert mentioned("@x " * (MOST - 1) + "@helper", SPOKEN) == {"helper"}
    assert mentioned("@x " * MOST + "@helper", SPOKEN) == set()


async def test_a_mention_reaches_a_persona_in_any_channel(world: World) -> None:
    deaf = PersonaSettings(name="Code Review", channels=("code",), mode=AutonomyMode.AUTONOMOUS)
    await world.people({"code-review": deaf}, running=False)
    assert await world.say("no name here", channel="lobby") == ()
    (answer,) = await world.say("@code_review here", channel="lobby")
    assert isinstance(answer, Accepted)
    message = await world.service.get(answer.message_id)
    assert (message.mentioned, message.channel, message.priority) == (True, "lobby", 10_000)
