"""What the engine reads out of the CRM tables and its own journal, and what it proposes to do about it."""

from .context import Brief, Summaries, Summarise, Summary, extractive, summarise_stale
from .daily import digest_proposals
from .detect import find_patterns
from .digest import digest_text, headline
from .digest_facts import DigestFacts, read_digest_facts
from .history import Deal, History, read_histories
from .outreach import Outreach, Propose, reach_out
from .pattern import Evidence, Family, Pattern, PatternType, confidence_of
from .planner import Addressees, plan
from .repository import Found, Noted, listed, of_account
from .scan import scan_patterns
from .summary import Note, extract

__all__ = [
    "Addressees",
    "Brief",
    "Deal",
    "DigestFacts",
    "Evidence",
    "Family",
    "Found",
    "History",
    "Note",
    "Noted",
    "Outreach",
    "Pattern",
    "PatternType",
    "Propose",
    "Summaries",
    "Summarise",
    "Summary",
    "confidence_of",
    "digest_proposals",
    "digest_text",
    "extract",
    "extractive",
    "find_patterns",
    "headline",
    "listed",
    "of_account",
    "plan",
    "reach_out",
    "read_digest_facts",
    "read_histories",
    "scan_patterns",
    "summarise_stale",
]
