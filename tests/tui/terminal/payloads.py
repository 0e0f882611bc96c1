"""Text that attacks a terminal, a reader or a parser."""

from __future__ import annotations

PAYLOADS = (
    "\x1b]52;c;ZXZpbA==\x07clipboard",
    "\x1b]0;owned\x07\x1b]2;owned\x1b\\title",
    "\x1b[2J\x1b[H\x1bc cleared",
    "\x1b[6n\x1b[c\x1b[>q\x05 answers",
    "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\ \x1b_apc\x1b\\ \x1b^pm\x1b\\",
    "\x9b31mred\x9d0;owned\x9c\x90dcs\x9c",
    "\x1b]8;;https://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "[b]bold[/b] [@click=app.quit]press[/] [/b] [link=https://evil.example]x[/link]",
    "user\u202etxt.exe\u2066\u2069 \u200b\u200d\ufeff\u00ad\u034f",
    "tags\U000e0041\U000e0042 vs\ufe0f\U000e0100",
    "line\u2028separator\u2029paragraph\x85next",
    "nul\x00so\x0esi\x0fdel\x7fbs\x08\x08vt\x0bff\x0ccr\rx",
    "z" + "\u0336" * 500,
    "日本語\x1b[41m漢字\u3164",
    "x" * 200_000,
)
