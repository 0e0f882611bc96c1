"""Reading a policy file without an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import WatchfloorError
from ..settings import Settings
from ..workspace import Workspace


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """What a file says, and what it would change.

    Attributes:
        path: the file.
        rules, kinds, limits: how many it has.
        tests: how many of its own tests were run; all held.
        version: of the policy that it makes.
        against: what it was compared with: ``policy.toml`` of the workspace, or ``the built-in rules``.
        loosened, tightened: what would change, a sentence each.
    """

    path: str
    rules: int
    kinds: int
    limits: int
    tests: int
    version: str
    against: str
    loosened: tuple[str, ...]
    tightened: tuple[str, ...]


def check_policy(path: Path, settings: Settings, workspace: Workspace | None) -> PolicyCheck:
    """Read a file as an engine would, and compare it with what the workspace has.

    Args:
        path: the file.
        settings: the workspace's, or the shipped ones.
        workspace: whose policy it is compared with; nothing compares with the built-in rules.

    Raises:
        WatchfloorError: it cannot be used; the message names the lines.
    """
    from ..governance.policy import NO_FILE, Policy, PolicyError, changes_to, count_trials, parse_policy, read_text

    text = read_text(path)
    if text is None:
        raise WatchfloorError(f"{path} cannot be read", why="there is no such file")
    governance = settings.governance
    rules = parse_policy(text, path.name, governance)
    present, against = NO_FILE, "the built-in rules"
    if workspace is not None and workspace.policy.exists() and not workspace.policy.samefile(path):
        try:
            present = parse_policy(read_text(workspace.policy) or "", workspace.policy.name, governance)
            against = workspace.policy.name
        except PolicyError:
            against = f"the built-in rules, because {workspace.policy.name} here does not hold"
    changes = changes_to(Policy.from_settings(governance, present), rules, governance)
    return PolicyCheck(
        path=str(path),
        rules=len(rules.index.rules),
        kinds=len(rules.kinds),
        limits=len(rules.limits),
        tests=count_trials(rules),
        version=Policy.from_settings(governance, rules).version,
        against=against,
        loosened=changes.loosened,
        tightened=changes.tightened,
    )
