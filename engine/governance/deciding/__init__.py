"""Decisions: an operator's yes or no to exactly the bytes that were shown, or the passing of time instead of one."""

from .answering import approve, reject
from .attention import Claimed, Snoozed
from .batch import MANY
from .operations import Decisions
from .question import Shown, expire
from .refusal import Decided, DecisionError, DecisionRefused, RefusalCode
from .reversing import EXPIRY_BATCH, expire_due, undo, withdraw

__all__ = [
    "EXPIRY_BATCH",
    "MANY",
    "Claimed",
    "Decided",
    "DecisionError",
    "DecisionRefused",
    "Decisions",
    "RefusalCode",
    "Shown",
    "Snoozed",
    "approve",
    "expire",
    "expire_due",
    "reject",
    "undo",
    "withdraw",
]
