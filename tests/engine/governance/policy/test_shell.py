"""Command lines: read into simple commands, each judged; what it lets pass and what it asks, counted on both sides."""

from __future__ import annotations

import shlex
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.governance.policy.shell import Danger, Hazard, doubts_of, read_argv, read_line

from .snippets import DANGEROUS, EVERYDAY


def passes(line: str) -> bool:
    return not doubts_of(read_line(line))


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("ls", [("ls",)]),
        ("ls -la 'a b' \"c d\" e\\ f", [("ls", "-la", "a b", "c d", "e f")]),
        ("a && b || c; d | e\nf", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("echo 'a;b' \"c|d\" e\\;f", [("echo", "a;b", "c|d", "e;f")]),
        ("ls # rm x", [("ls",)]),
        ("r''m x", [("rm", "x")]),
        ("X=1 rm x", [("rm", "x")]),
        ("rm x > y 2>&1 < z", [("rm", "x")]),
        ("echo $(rm x)", [("echo", "$(rm x)"), ("rm", "x")]),
        ("echo `rm x`", [("echo", "`rm x`"), ("rm", "x")]),
        ("sh -c 'rm -rf x; ls'", [("sh", "-c", "rm -rf x; ls"), ("rm", "-rf", "x"), ("ls",)]),
        ("sudo -u root rm x", [("sudo", "-u", "root", "rm", "x"), ("root", "rm", "x"), ("rm", "x"), ("x",)]),
        ("env A=b rm", [("env", "A=b", "rm"), ("rm",)]),
        ("nice sh -c 'rm x'", [("nice", "sh", "-c", "rm x"), ("sh", "-c", "rm x"), ("rm x",), ("rm", "x")]),
        ("find . -exec rm {} \\;", [("find", ".", "-exec", "rm", "{}", ";"), ("rm", "{}", ";")]),
    ],
)  # fmt: skip
def test_a_line_is_taken_to_pieces(line: str, commands: list[tuple[str, ...]]) -> None:
    assert [command.argv for command in read_line(line).commands] == commands


@pytest.mark.parametrize(
    ("line", "hazard"),
    [
        ("ls > x", Hazard.REDIRECTION), ("ls >> x", Hazard.REDIRECTION), ("cat < x", Hazard.REDIRECTION),
        ("cat <<E\nx\nE", Hazard.REDIRECTION), ("ls 2>&1", Hazard.REDIRECTION), ("ls &> x", Hazard.REDIRECTION),
        ("echo $(id)", Hazard.SUBSTITUTION), ("echo `id`", Hazard.SUBSTITUTION), ("cat <(id)", Hazard.SUBSTITUTION),
        ('echo "$(id)"', Hazard.SUBSTITUTION), ("ls $HOME", Hazard.VARIABLE), ('ls "${x:-rm}"', Hazard.VARIABLE),
        ("X=1 ls", Hazard.ENVIRONMENT), ("(ls)", Hazard.COMPOUND), ("if true; then ls; fi", Hazard.COMPOUND),
        ("ls {a,b}", Hazard.COMPOUND), ("f() { ls; }", Hazard.COMPOUND), ("ls &", Hazard.BACKGROUND),
        ("python -c 'x y'", Hazard.INLINE_CODE), ("perl -e 1", Hazard.INLINE_CODE), ("python x.py", Hazard.INTERPRETER),
        ("/usr/bin/python3.12 x", Hazard.INTERPRETER), ("xargs ls", Hazard.INTERPRETER), ("ls 'a", Hazard.UNREADABLE),
        ('ls "a', Hazard.UNREADABLE), ("ls \\", Hazard.UNREADABLE), ("$'\\x6c'", Hazard.UNREADABLE),
        ("ls \0", Hazard.UNREADABLE), ("", Hazard.UNREADABLE), ("x" * 20_000, Hazard.UNREADABLE),
        ("find . -exec ls \\;", Hazard.INTERPRETER), ("echo $(echo $(echo $(echo $(echo $(echo $(echo $(id)))))))",
                                                    Hazard.UNREADABLE),
    ],
)  # fmt: skip
def test_whatever_is_more_than_plain_words_is_a_hazard(line: str, hazard: Hazard) -> None:
    read = read_line(line)
    assert hazard in read.hazards
    assert any(doubt.danger is Danger.HAZARD for doubt in doubts_of(read))


@pytest.mark.parametrize(
    "line", ["ls", "git log --oneline -n 5", "cat a | grep -v b | wc -l", "echo 'a $x `b`'", "find . -name {}"]
)
def test_what_only_reads_is_not_doubted(line: str) -> None:
    assert passes(line)


def test_without_a_shell_a_word_is_only_a_word() -> None:
    assert not doubts_of(read_argv(("echo", "$(id)", "a;b", "> x")))
    assert doubts_of(read_argv(("rm", "x")))
    assert doubts_of(read_argv(("sh", "-c", "ls")))
    assert doubts_of(read_argv(("ls\0", "x")))


@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda word: "\0" not in word), min_size=1, max_size=5))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    read = read_line(shlex.join(["zz", *words]))
    assert read.commands[0].argv == ("zz", *words)
    assert read.hazards <= {Hazard.UNREADABLE}


@given(st.text("ls rm;&|()<>$`'\"\\{}\n#=-x", max_size=60))
def test_any_text_is_read_to_an_end_and_what_hides_a_command_never_passes(line: str) -> None:
    read = read_line(line)
    if any(command.program == "rm" for command in read.commands):
        assert doubts_of(read)


def test_both_sides_of_the_score_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    silent = [line for line in DANGEROUS if passes(line)]
    asked = [line for line in EVERYDAY if not passes(line)]
    with capsys.disabled():
        sys.stdout.write(
            f"\nshell snippets: {len(silent)} of {len(DANGEROUS)} dangerous ones pass silently"
            f" ({', '.join(silent)}); {len(asked)} of {len(EVERYDAY)} everyday ones ask\n"
        )
    assert silent == ["true"]
    assert len(asked) * 100 < 50 * len(EVERYDAY)
    reading = EVERYDAY[: EVERYDAY.index("make")]
    assert [line for line in reading if not passes(line)] == []
