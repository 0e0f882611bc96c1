"""The journal's filter line: words, and ``field:value`` for what the engine can look for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.queries import AskJournal

from ..moments import FORMS, read_moment

HINT: Final = "words · kind:action.* · actor:ana · subject:ID · since:2h"
_LONGEST: Final = {"kind": 400, "actor": 200, "subject": 200}
_MOMENTS: Final = ("since", "until")


def read_filter(line: str, now: datetime) -> AskJournal | str:
    """What a filter line asks for, or what is wrong with it.

    Args:
        line: fields may stand anywhere; several kinds are joined; all other words are looked for as they stand.
        now: the present, for times that are counted back.
    """
    fields: dict[str, str] = {}
    moments: dict[str, datetime] = {}
    words: list[str] = []
    for word in line.split():
        name, colon, value = word.partition(":")
        if not colon or name not in {*_LONGEST, *_MOMENTS}:
            words.append(word)
        elif not value:
            return f"{name}: needs a value"
        elif name in _MOMENTS:
            moment = read_moment(value, now)
            if moment is None:
                return f"{name}: write {FORMS}"
            moments[name] = moment
        else:
            fields[name] = f"{fields[name]},{value}" if name == "kind" and name in fields else value
            if len(fields[name]) > _LONGEST[name]:
                return f"{name}: is too long"
    text = " ".join(words)
    if len(text) > 200:
        return "the words are too long"
    return AskJournal(text=text, since=moments.get("since"), until=moments.get("until"), **fields)
