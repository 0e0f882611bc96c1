"""Keeps secrets out of the journal, the logs and the screen: by the name of a field and by the look of a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

MASK: Final = "***"
"""What stands in place of a secret."""

_SECRET_NAMES: Final = re.compile(
    r"(?i)(^|[_\-.])(password|passwd|passphrase|secret|token|api[_\-]?key|authorization|credential|private[_\-]?key|cookie)s?($|[_\-.])"
)
_SECRET_SHAPES: Final = re.compile(
    r"(?:\b(?:sk|pk|rk)-[A-Za-z0-9_\-]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}"
    r"|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bxox[abprs]-[A-Za-z0-9\-]{10,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))"
)
_URL_PASSWORD: Final = re.compile(r"(?P<head>\b[a-z][a-z0-9+.\-]*://[^\s/:@]*:)[^\s/@]+(?=@)", re.IGNORECASE)


class Redactor:
    """Replaces secrets in text and in JSON-like values.

    Args:
        known: secret values that this process holds (passwords of URLs, keys); they are masked wherever they turn up.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._values: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None
        for value in known:
            self.learn(value)

    def learn(self, value: str) -> None:
        """Mask this value too from now on; one of fewer than four characters would mask half of every text."""
        if len(value) < 4 or value in self._values:
            return
        self._values |= {value}
        longest_first = sorted((re.escape(one) for one in self._values), key=len, reverse=True)
        self._known = re.compile("|".join(longest_first))

    def text(self, text: str) -> str:
        """The text with every known or recognisable secret masked."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        text = _SECRET_SHAPES.sub(MASK, text)
        return _URL_PASSWORD.sub(rf"\g<head>{MASK}", text) if "://" in text else text

    def value(self, value: object, name: str = "") -> object:
        """The value with secrets masked, by field name and by shape, at any depth.

        Args:
            value: anything that JSON can say.
            name: the name of the field that holds the value, where it has one.
        """
        if isinstance(value, Mapping):
            return {str(key): self.value(item, str(key)) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(item, name) for item in value]
        if name and _SECRET_NAMES.search(name) and isinstance(value, (str, bytes)):
            return MASK
        return self.text(value) if isinstance(value, str) else value
