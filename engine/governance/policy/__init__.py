"""The policy: what the built-in rules, the settings and the workspace's policy file say together."""

from ..budgets import Allowance as Limit
from ..budgets import Measure
from .model import Policy

__all__ = ["Limit", "Measure", "Policy"]
