"""What is known about programs: which only read, which run other code, and which of their options are harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYWORDS: Final = _words("if then else elif fi for while until do done case esac select function in { } [[ ]] ! coproc")
"""Words of the shell's own language."""
INTERPRETERS: Final = _words(
    "sh bash dash ash zsh ksh mksh yash csh tcsh fish busybox toybox python pypy ipython perl ruby irb node "
    "nodejs deno bun php lua luajit tclsh wish expect awk gawk mawk nawk sed gsed ed ex vi vim nvim view rvim "
    "emacs nano pico R Rscript julia osascript pwsh powershell gdb lldb bc dc jjs jshell jrunscript java guile "
    "racket sqlite3 mysql psql ghc ghci erl iex elixir scala groovy octave eval source . m4 xsltproc gs"
)
"""Programs whose arguments or files are programs themselves."""
CARRIERS: Final = _words(
    "env sudo su doas runuser pkexec setpriv xargs parallel nohup setsid nice ionice chrt taskset stdbuf timeout "
    "time watch script strace ltrace perf flock exec command builtin chroot unshare nsenter ssh sshpass rsh ssh- "
    "agent screen tmux xterm at batch crontab npx pipx uvx rlwrap unbuffer start-stop-daemon "
    "systemd-run capsh cpulimit choom run-parts ld.so trap"
)
"""Programs that run the command in their arguments."""


class Operands(Enum):
    """What stands behind a program's options."""

    NONE = auto()
    TEXT = auto()
    """Anything: it is not taken for a file."""
    PATHS = auto()
    """Files to be read."""
    PATTERN_THEN_PATHS = auto()
    ONE_PATH = auto()
    """One file at most: a second would be written."""
    FORMAT = auto()
    """Only words that begin with a plus sign."""


@dataclass(frozen=True, slots=True)
class Reads:
    """A program that changes nothing when it gets no other options than these.

    Attributes:
        short: the letters, a colon behind those that take a value.
        long: the long names, an equals sign behind those that take a value.
        operands: what stands behind.
    """

    short: str
    long: frozenset[str]
    operands: Operands


def _reads(short: str, operands: Operands, long: str = "") -> Reads:
    return Reads(short, _words(long), operands)


_P, _T, _N = Operands.PATHS, Operands.TEXT, Operands.NONE
_GREP: Final = _reads(
    "EFGPivwxcLlm:qsbHhnoZA:B:C:e:rRIaUTyz",
    Operands.PATTERN_THEN_PATHS,
    "ignore-case recursive include= exclude= exclude-dir= color= colour= line-number count files-with-matches"
    " files-without-match invert-match word-regexp line-regexp only-matching no-messages quiet regexp= max-count="
    " fixed-strings extended-regexp perl-regexp context= after-context= before-context= with-filename no-filename",
)
_SUMS: Final = _reads("btz", _P, "binary text tag")
_READERS: Final = {
    "pwd": _reads("LP", _N),
    "ls": _reads(
        "1aAbBcCdfFgGhHiklLmnNopqQrRsStuUvxXZ",
        _P,
        "all almost-all color= human-readable recursive reverse sort= time= size directory inode classify full-time"
        " group-directories-first time-style= si author escape numeric-uid-gid",
    ),
    "cat": _reads("AbeEnstTuv", _P, "number number-nonblank squeeze-blank show-all show-ends show-tabs"),
    "head": _reads("n:c:qvz0123456789", _P, "lines= bytes= quiet verbose"),
    "tail": _reads("n:c:qvz0123456789", _P, "lines= bytes= quiet verbose"),
    "wc": _reads("clmwL", _P, "bytes chars lines words max-line-length"),
    "grep": _GREP,
    "egrep": _GREP,
    "fgrep": _GREP,
    "rg": _reads(
        "inlLcwFvsSUoA:B:C:e:g:t:T:m:",
        Operands.PATTERN_THEN_PATHS,
        "ignore-case line-number files-with-matches glob= type= count fixed-strings files max-count= context=",
    ),
    "echo": _reads("neE", _T),
    "printf": _reads("", _T),
    "date": _reads("uRId:", Operands.FORMAT, "utc iso-8601 iso-8601= rfc-3339= rfc-email date="),
    "cal": _reads("13jmsyh", _T),
    "whoami": _reads("", _N),
    "id": _reads("gGnruz", _T, "group groups name real user"),
    "groups": _reads("", _T),
    "logname": _reads("", _N),
    "uname": _reads("amnrsvpio", _N, "all kernel-name kernel-release machine nodename operating-system"),
    "hostname": _reads("fisdA", _N, "fqdn short ip-address"),
    "arch": _reads("", _N),
    "nproc": _reads("", _N, "all"),
    "uptime": _reads("ps", _N, "pretty since"),
    "free": _reads("bkmghtwl", _N, "human total mega giga"),
    "df": _reads("ahHiklmPTt:x:", _P, "human-readable total inodes local print-type"),
    "du": _reads("abcdhkLmsSxd:0", _P, "max-depth= human-readable summarize total apparent-size all"),
    "pgrep": _reads("alfcnoxu:", _T, "list-name list-full full count newest oldest exact"),
    "file": _reads("bhikLr", _P, "brief mime mime-type dereference"),
    "stat": _reads("Lftc:", _P, "format= printf= file-system terse"),
    "basename": _reads("as:z", _T, "suffix= multiple"),
    "dirname": _reads("z", _T),
    "realpath": _reads("emsqLP", _P, "relative-to= no-symlinks"),
    "readlink": _reads("fenqsz", _P, "canonicalize"),
    "which": _reads("a", _T, "all"),
    "sort": _reads("bdfgiMhnRrVcCsuzk:t:", _P, "numeric-sort reverse unique key= field-separator= ignore-case check"),
    "uniq": _reads("cdDiuzf:s:w:", Operands.ONE_PATH, "count repeated unique ignore-case"),
    "cut": _reads("b:c:d:f:nsz", _P, "bytes= characters= delimiter= fields= only-delimited complement"),
    "tr": _reads("cCdst", _T, "delete complement squeeze-repeats truncate-set1"),
    "diff": _reads(
        "abBcdeEiNpqrsTtuwyU:C:", _P, "unified unified= color= brief recursive side-by-side ignore-all-space stat"
    ),
    "cmp": _reads("bls", _P, "silent quiet verbose"),
    "comm": _reads("123z", _P),
    "nl": _reads("b:s:w:v:n:", _P),
    "fold": _reads("bsw:", _P, "width= spaces"),
    "expand": _reads("it:", _P),
    "tac": _reads("", _P),
    "rev": _reads("", _P),
    "column": _reads("tns:c:x", _P),
    "paste": _reads("d:sz", _P),
    "join": _reads("a:e:io:t:v:1:2:j:", _P),
    "od": _reads("A:j:N:t:vwcxbdo", _P),
    "hexdump": _reads("bcCdovxn:s:", _P),
    "md5sum": _SUMS,
    "sha1sum": _SUMS,
    "sha256sum": _SUMS,
    "sha512sum": _SUMS,
    "cksum": _reads("", _P),
    "tree": _reads("adfhpsDFrtCiL:I:P:", _P, "dirsfirst noreport"),
    "jq": _reads("rcSsen", Operands.PATTERN_THEN_PATHS, "raw-output compact-output sort-keys slurp"),
    "true": _reads("", _T),
    "false": _reads("", _T),
    "sleep": _reads("", _T),
    "seq": _reads("s:w", _T),
    "expr": _reads("", _T),
    "test": _reads("abcdefghknoprstuvwxzGLNOS", _P),
    "locale": _reads("a", _T),
    "lscpu": _reads("ep", _N),
    "lsblk": _reads("aflmpo:", _N),
    "lsb_release": _reads("acdirs", _N),
    "w": _reads("hs", _T),
    "who": _reads("abHmqu", _N),
    "last": _reads("n:", _T),
}
READERS: Final[Mapping[str, Reads]] = MappingProxyType(_READERS)
"""Programs that only read, by name."""

_LOG: Final = (
    "oneline graph all stat shortstat name-only name-status cached staged pretty= format= since= until= after= before="
    " author= grep= max-count= no-color decorate patch no-patch reverse follow abbrev-commit merges no-merges word-diff"
    " first-parent numstat summary date= no-ext-diff no-textconv exit-code check"
)
_SUBCOMMANDS: Final = {
    ("git", "status"): _reads("sbuz", _P, "short branch porcelain porcelain= untracked-files= ignored show-stash"),
    ("git", "log"): _reads("n:psS:G:1234567890", _P, _LOG),
    ("git", "diff"): _reads("psuwbRU:M", _P, _LOG),
    ("git", "show"): _reads("psw", _T, _LOG),
    ("git", "blame"): _reads("wsL:eC", _P, "date="),
    ("git", "branch"): _reads("arv", _N, "all remotes verbose list show-current merged no-merged"),
    ("git", "remote"): _reads("v", _N, "verbose"),
    ("git", "tag"): _reads("ln:", _N, "list sort="),
    ("git", "rev-parse"): _reads("", _T, "short abbrev-ref show-toplevel is-inside-work-tree verify"),
    ("git", "describe"): _reads("", _T, "tags always dirty all"),
    ("git", "ls-files"): _reads("comsdtz", _P, "others modified deleted exclude-standard"),
    ("git", "shortlog"): _reads("nse", _T, "numbered summary email"),
    ("git", "reflog"): _reads("n:", _N),
    ("systemctl", "status"): _reads("", _T, "no-pager"),
    ("systemctl", "is-active"): _reads("", _T),
    ("systemctl", "list-units"): _reads("", _T, "type= state= all no-pager failed"),
    ("pip", "list"): _reads("", _N, "outdated format="),
    ("pip", "show"): _reads("", _T),
    ("cargo", "tree"): _reads("", _N),
    ("brew", "list"): _reads("", _N),
    ("apt", "list"): _reads("", _T, "installed"),
    ("dpkg", "-l"): _reads("", _T),
    ("ps", "aux"): _reads("", _N),
    ("ps", "ax"): _reads("", _N),
    ("ps", "-e"): _reads("", _N),
    ("ps", "-ef"): _reads("", _N),
    ("docker", "ps"): _reads("aqnl", _N, "all quiet no-trunc format= filter="),
    ("docker", "images"): _reads("aq", _T, "all quiet no-trunc format= filter="),
    ("docker", "version"): _reads("", _N),
    ("ip", "addr"): _reads("", _N),
    ("ip", "route"): _reads("", _N),
}
SUBCOMMANDS: Final[Mapping[tuple[str, str], Reads]] = MappingProxyType(_SUBCOMMANDS)
"""Programs of which one subcommand only reads."""

FIND_TESTS: Final = _words(
    "-name -iname -path -ipath -type -maxdepth -mindepth -size -mtime -mmin -atime -ctime -newer -empty -print "
    "-print0 -not -o -a -or -and ! ( ) -user -group -perm -prune -regex -iregex -depth -xdev -links -readable "
    "-writable -executable -L -H -P -true -false"
)
"""What ``find`` may be told without it changing or running anything."""
FIND_CARRIES: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
"""Behind these ``find`` is told a command."""
TELL_VERSION: Final = _words("git python node npm ruby perl php java go cargo rustc gcc make docker curl pip bash")
"""Programs outside of ``READERS`` that may be asked for their version or help."""
FIND_VALUES: Final = _words(
    "-name -iname -path -ipath -type -maxdepth -mindepth -size -mtime -mmin -atime -ctime -newer -user -group -perm"
    " -regex -iregex -links"
)
"""Those of ``FIND_TESTS`` that take the next word as their value."""
