"""From the bytes of a CRM's CSV files to rows and problems; pure, so every rule can be tried without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias, TypeVar

from ..settings.goals import CrmSettings
from .csv_table import Problem, Record, Table, read_table
from .rows import Account, Interaction, Opportunity, RowError, account_row, interaction_row, opportunity_row
from .rows import stage_table as _stage_table

_UNKNOWN_ACCOUNT: Final = "unknown account"


class _Row(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_Row)
_Found: TypeAlias = tuple[list[R], list[Problem], dict[str, int]]


@dataclass(frozen=True, slots=True)
class CrmFiles:
    """The bytes of the files; ``interactions`` is nothing where that file is not there."""

    accounts: bytes
    opportunities: bytes
    interactions: bytes | None = None


@dataclass(frozen=True, slots=True)
class CrmRows:
    """What a directory holds: rows worth importing and, for every other one, why not."""

    accounts: tuple[Account, ...]
    opportunities: tuple[Opportunity, ...]
    interactions: tuple[Interaction, ...]
    problems: tuple[Problem, ...]
    lines: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The line on which each row begins, by file and id."""


def parse_crm(files: CrmFiles, settings: CrmSettings, known_accounts: Set[str] = frozenset()) -> CrmRows:
    """Read the files of one import.

    Args:
        files: their bytes.
        settings: names of files, columns and stages.
        known_accounts: accounts from earlier imports, besides those in the accounts file.

    Raises:
        CrmImportError: a file lacks its header or a required column.
    """
    names = settings.accounts
    table = read_table(settings.accounts_file, files.accounts, (names.id, names.name))
    accounts, problems, lines = _rows(table, settings.accounts_file, lambda fields: account_row(fields, names))
    by_file = {settings.accounts_file: lines}
    known = known_accounts | {account.id for account in accounts}

    opportunities, refused, by_file[settings.opportunities_file] = _opportunities(files.opportunities, settings, known)
    problems += refused
    interactions: list[Interaction] = []
    if files.interactions is not None:
        interactions, refused, by_file[settings.interactions_file] = _interactions(files.interactions, settings, known)
        problems += refused
    return CrmRows(tuple(accounts), tuple(opportunities), tuple(interactions), tuple(problems), by_file)


def _opportunities(data: bytes, settings: CrmSettings, known: Set[str]) -> _Found[Opportunity]:
    names = settings.opportunities
    required = (names.id, names.account, names.stage, names.engage_date, names.close_date, names.value)
    table = read_table(settings.opportunities_file, data, required)
    stages = _stage_table(settings)

    def convert(fields: Mapping[str, str]) -> Opportunity:
        row = opportunity_row(fields, names, stages, settings.products)
        if row.account_id is not None and row.account_id not in known:
            raise RowError(f"{_UNKNOWN_ACCOUNT} {row.account_id[:40]!r}")
        return row

    return _rows(table, settings.opportunities_file, convert)


def _interactions(data: bytes, settings: CrmSettings, known: Set[str]) -> _Found[Interaction]:
    names = settings.interactions
    table = read_table(settings.interactions_file, data, (names.id, names.account, names.kind, names.at))

    def convert(fields: Mapping[str, str]) -> Interaction:
        row = interaction_row(fields, names)
        if row.account_id not in known:
            raise RowError(f"{_UNKNOWN_ACCOUNT} {row.account_id[:40]!r}")
        return row

    return _rows(table, settings.interactions_file, convert)


def _rows(table: Table, file: str, convert: Callable[[Mapping[str, str]], R]) -> _Found[R]:
    rows: list[R] = []
    problems = list(table.problems)
    first_line: dict[str, int] = {}
    for record in table.records:
        outcome = _row(record, convert)
        if isinstance(outcome, str):
            problems.append(Problem(file, record.line, outcome))
            continue
        earlier = first_line.setdefault(outcome.id, record.line)
        if earlier != record.line:
            problems.append(Problem(file, record.line, f"duplicate id {outcome.id[:40]!r}, first on line {earlier}"))
            continue
        rows.append(outcome)
    return rows, sorted(problems, key=lambda problem: problem.line), first_line


def _row(record: Record, convert: Callable[[Mapping[str, str]], R]) -> R | str:
    try:
        return convert(record.fields)
    except RowError as error:
        return str(error)
