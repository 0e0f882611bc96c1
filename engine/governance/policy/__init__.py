"""The policy: what the built-in rules, the settings and the workspace's policy file say together."""

from ..budgets import Allowance as Limit
from ..budgets import Measure
from .model import NO_FILE, Policy, Rules
from .rules import Case
from .shell import Danger, doubts_of

__all__ = ["NO_FILE", "Case", "Danger", "Limit", "Measure", "Policy", "Rules", "doubts_of"]
