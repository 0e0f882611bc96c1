"""Shadow mode: what autonomy would have done with a message, beside what was done at once. Nothing of it is sent."""

from .compare import Comparison, Made, Side, Verdict, compare, made_of
from .report import PersonaReport, Report, ShadowRun, report, run_page

__all__ = [
    "Comparison",
    "Made",
    "PersonaReport",
    "Report",
    "ShadowRun",
    "Side",
    "Verdict",
    "compare",
    "made_of",
    "report",
    "run_page",
]
