"""The policy: what the built-in rules, the settings and the workspace's policy file say together."""

from ..budgets import Allowance as Limit
from ..budgets import Measure
from .compare import Changes
from .keeper import PolicyKeeper, changes_to
from .model import NO_FILE, Policy, Rules
from .reading import PolicyError, parse_policy, read_text
from .rules import Case
from .shell import Danger, doubts_of
from .trials import SUPPOSED, count_trials

__all__ = [
    "NO_FILE",
    "SUPPOSED",
    "Case",
    "Changes",
    "Danger",
    "Limit",
    "Measure",
    "Policy",
    "PolicyError",
    "PolicyKeeper",
    "Rules",
    "changes_to",
    "count_trials",
    "doubts_of",
    "parse_policy",
    "read_text",
]
