"""Keeps secrets out of the journal, the logs and the screen: by the name of a field and by the look of a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

MASK: Final = "***"
"""What stands in place of a secret."""

_NAMES: Final = (
    r"password|passwd|passphrase|pwd|secret|token|api[_\-]?key|apikey|access[_\-]?key|auth[_\-]?key|authorization"
    r"|credential|private[_\-]?key|signing[_\-]?key|encryption[_\-]?key|cookie|session[_\-]?id|bearer|otp|webhook[_\-]?url"
)
_SECRET_NAMES: Final = re.compile(rf"(^|[_\-.\s])({_NAMES})s?($|[_\-.\s])", re.IGNORECASE)
_NUMBERS_TOO: Final = re.compile(
    r"(^|[_\-.\s])(password|passwd|passphrase|pwd|secret|otp|pin)s?($|[_\-.\s])", re.IGNORECASE
)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET_SHAPES: Final = re.compile(
    r"(?:\b[spr]k[-_](?:live[-_]|test[-_]|ant[-_]|proj[-_])?[A-Za-z0-9_\-]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}"
    r"|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bgl(?:pat|ptt|rt|dt)-[A-Za-z0-9_\-]{16,}"
    r"|\b(?:xox[abeprs]|xapp)-[A-Za-z0-9\-]{10,}"
    r"|\bhooks\.slack\.com/services/[A-Za-z0-9/]{20,}"
    r"|\bdiscord(?:app)?\.com/api/webhooks/[0-9]{10,}/[A-Za-z0-9_\-]{20,}"
    r"|\b[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,}"
    r"|(?<![0-9])[0-9]{8,10}:[A-Za-z0-9_\-]{34,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bAIza[A-Za-z0-9_\-]{35}"
    r"|\bya29\.[A-Za-z0-9_\-]{20,}"
    r"|\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"
    r"|\b(?:npm_|hf_|pypi-|dop_v1_|shpat_)[A-Za-z0-9_\-]{20,}"
    r"|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))"
)
_URL_PASSWORD: Final = re.compile(r"(?P<head>\b[a-z][a-z0-9+.\-]*://[^\s/:@]*:)[^\s/]+(?=@)", re.IGNORECASE)
_BEARER: Final = re.compile(r"(?P<head>\b(?:bearer|basic|digest)\s+)[A-Za-z0-9+/=._~\-]{12,}", re.IGNORECASE)
# `password=x`, `"api_key": "x"`, `?access_token=x`, also where it is JSON inside a text and therefore escaped.
_ASSIGNED: Final = re.compile(
    rf"(?P<head>(?<![A-Za-z0-9])(?:[A-Za-z0-9]+[_\-.])*(?:{_NAMES})s?\\?[\"']?\s*(?:=>|[=:])\s*)"
    r"(?P<value>\\?\"(?:[^\"\\]|\\[^\"])*\\?\"|'[^']*'|[^\s\"'&,;)}\]]+)",
    re.IGNORECASE,
)
_HINTS: Final = re.compile(rf"{_NAMES}|basic|digest", re.IGNORECASE)


class Redactor:
    """Replaces secrets in text and in JSON-like values.

    Args:
        known: secret values that this process holds (passwords of URLs, keys); they are masked wherever they turn up.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._values: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None
        self._clean: dict[str, str] = {}
        for value in known:
            self.learn(value)

    def learn(self, value: str) -> None:
        """Mask this value too from now on; one of fewer than four characters would mask half of every text."""
        if len(value) < 4 or value in self._values:
            return
        self._values |= {value}
        longest_first = sorted((re.escape(one) for one in self._values), key=len, reverse=True)
        self._known = re.compile("|".join(longest_first))
        self._clean.clear()

    def text(self, text: str) -> str:
        """The text with every known or recognisable secret masked."""
        # Field names, words and identifiers come again and again; what was looked at once need not be again.
        known = self._clean.get(text)
        if known is not None:
            return known
        masked = self._masked(text)
        if len(text) <= _REMEMBERED_CHARACTERS:
            if len(self._clean) >= _REMEMBERED:
                self._clean.clear()
            self._clean[text] = masked
        return masked

    def _masked(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MASK, text)
        if len(text) < _SHORTEST or _IDENTIFIER.fullmatch(text):
            return text
        if _LONG_WORD.search(text):
            text = _SECRET_SHAPES.sub(MASK, text)
        if "://" in text:
            text = _URL_PASSWORD.sub(rf"\g<head>{MASK}", text)
        if _HINTS.search(text) is None:
            return text
        text = _BEARER.sub(rf"\g<head>{MASK}", text)
        return _ASSIGNED.sub(_masked, text)

    def value(self, value: object, name: str = "") -> object:
        """The value with secrets masked, by field name and by shape, at any depth.

        What stands below a field with a secret's name is masked whole, however it is nested.

        Args:
            value: anything that JSON can say.
            name: the name of the field that holds the value, where it has one.
        """
        kind = type(value)
        if value is None or kind is bool:
            return value
        secret = bool(name) and is_secret_name(name)
        if isinstance(value, str):
            return MASK if secret and value else self.text(value)
        if kind is int:
            return MASK if name and _is_name_of_number(name) else value
        if isinstance(value, Mapping):
            return self._members(value, name if secret else "")
        if isinstance(value, (list, tuple)):
            return [self.value(item, name) for item in value]
        return MASK if isinstance(value, bytes) or _secret_number(value, name) else value

    def _members(self, value: Mapping[object, object], secret_name: str) -> dict[str, object]:
        # Every event goes through here: what was looked at before is taken from the two memories without a call.
        clean, made = self._clean, {}
        for key, item in value.items():
            name = str(key)
            below = secret_name or name
            if type(item) is str and _KNOWN_NAMES.get(below) is False:
                known = clean.get(item)
                masked: object = self.text(item) if known is None else known
            else:
                masked = self.value(item, below)
            known = clean.get(name)
            made[self.text(name) if known is None else known] = masked
        return made


_SHORTEST: Final = 6
_REMEMBERED_CHARACTERS: Final = 200
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}")
"""Ids and digests of the engine's own."""
_LONG_WORD: Final = re.compile(r"[A-Za-z0-9_\-]{10}")
"""What every secret's shape holds."""
_KNOWN_NAMES: Final[dict[str, bool]] = {}
_KNOWN_NUMBERS: Final[dict[str, bool]] = {}
_REMEMBERED: Final = 4_096


def is_secret_name(name: str) -> bool:
    """A field of this name holds a secret: ``password``, ``apiKey``, ``X-Auth-Token``."""
    found = _KNOWN_NAMES.get(name)
    if found is None:
        found = _SECRET_NAMES.search(_spaced(name)) is not None
        if len(_KNOWN_NAMES) < _REMEMBERED and len(name) <= 100:
            _KNOWN_NAMES[name] = found
    return found


def _secret_number(value: object, name: str) -> bool:
    # A count of tokens is no secret; a password of digits is one.
    number = isinstance(value, int) and not isinstance(value, bool)
    return number and bool(name) and _is_name_of_number(name)


def _is_name_of_number(name: str) -> bool:
    found = _KNOWN_NUMBERS.get(name)
    if found is None:
        found = _NUMBERS_TOO.search(_spaced(name)) is not None
        if len(_KNOWN_NUMBERS) < _REMEMBERED and len(name) <= 100:
            _KNOWN_NUMBERS[name] = found
    return found


def _spaced(name: str) -> str:
    return _HUMP.sub("_", name)


def _masked(match: re.Match[str]) -> str:
    value = match["value"]
    for quote in ('\\"', '"', "'"):
        if value.startswith(quote) and value.endswith(quote) and len(value) >= 2 * len(quote):
            return f"{match['head']}{quote}{MASK}{quote}"
    return f"{match['head']}{MASK}"
