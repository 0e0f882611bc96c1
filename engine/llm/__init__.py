"""Language models behind one protocol; the libraries that reach them are an extra and imported when one is used."""

from .brain import LlmBrain, ToolSheet
from .connect import connect
from .model import Answer, Asked, Call, Heard, LanguageModel, ModelError, Offer, Results, Turn, fenced

__all__ = [
    "Answer",
    "Asked",
    "Call",
    "Heard",
    "LanguageModel",
    "LlmBrain",
    "ModelError",
    "Offer",
    "Results",
    "ToolSheet",
    "Turn",
    "connect",
    "fenced",
]
