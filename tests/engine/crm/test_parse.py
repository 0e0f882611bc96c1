"""CSV files of a CRM: every bad row is named with its line, and takes no other row with it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.crm import CrmFiles, CrmImportError, CrmRows, parse_crm
from engine.settings.goals import CrmSettings, OpportunityColumns

ACCOUNTS = b"account,sector,office_location,subsidiary_of\nAcme,retail,Kenya,\nBeta Co,medical,Norway,Acme\n"
HEADER = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
GOOD = "OK1,Ana,GTXPro,Acme,Won,2026-01-01,2026-02-01,1054\n"
LAST = "OK2,Ana,MG,Acme,Engaging,2026-01-01,,\n"


def parse(*rows: str | bytes, settings: CrmSettings | None = None) -> CrmRows:
    body = b"".join(row if isinstance(row, bytes) else row.encode() for row in rows)
    return parse_crm(CrmFiles(ACCOUNTS, HEADER.encode() + body), settings or CrmSettings())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("X,Ana,MG,Acme,Signed,2026-01-01,2026-02-01,5\n", "unknown stage 'Signed'"),
        ("X,Ana,MG,Acme,,2026-01-01,2026-02-01,5\n", "no stage"),
        ("X,Ana,MG,Acme,Won,2026-01-01,soon,5\n", "close_date 'soon' is not a date (YYYY-MM-DD)"),
        ("X,Ana,MG,Acme,Won,2026-01-01,2026-02-30,5\n", "close_date '2026-02-30' is not a date (YYYY-MM-DD)"),
        ("X,Ana,MG,Acme,Won,2026-W01-1,2026-02-01,5\n", "engage_date '2026-W01-1' is not a date (YYYY-MM-DD)"),
        ("X,Ana,MG,Acme,Won,20260101,2026-02-01,5\n", "engage_date '20260101' is not a date (YYYY-MM-DD)"),
        ("X,Ana,MG,Acme,Won,2026-01-01,٢٠٢٦-02-01,5\n", "close_date '٢٠٢٦-02-01' is not a date (YYYY-MM-DD)"),
        ("X,Ana,MG,Acme,Won,2026-01-01,2026-02-01,-5\n", "close_value -5 is negative"),
        ("X,Ana,MG,Acme,Won,2026-01-01,2026-02-01,1e3\n", "close_value '1e3' is not an amount (at most two decimals)"),
        ("X,Ana,MG,Acme,Won,2026-01-01,2026-02-01,1.005\n", "close_value '1.005' is not an amount"),
        ("OK1,Bo,MG,Acme,Won,2026-01-01,2026-02-01,5\n", "duplicate id 'OK1', first on line 2"),
        ("X,Ana,MG,Acme,Won,2026-01-01,2026-02-01\n", "7 columns instead of 8"),
        ("X,Ana,MG,Acme,Won,2026-01-01,2026-02-01,5,6\n", "9 columns instead of 8"),
        ("X,Ana,MG,Acme,Won,2026-01-01,,5\n", "Won without close_date"),
        ("X,Ana,MG,Acme,Won,2026-01-01,2026-02-01,\n", "Won without close_value"),
        ("X,Ana,MG,Acme,Lost,2026-01-01,,0\n", "Lost without close_date"),
        ("X,Ana,MG,,Won,2026-01-01,2026-02-01,5\n", "Won without account"),
        ("X,Ana,MG,Nobody,Won,2026-01-01,2026-02-01,5\n", "unknown account 'Nobody'"),
        ("X,Ana,MG,Acme,Won,2026-03-01,2026-02-01,5\n", "close_date 2026-02-01 is before engage_date 2026-03-01"),
        (",Ana,MG,Acme,Won,2026-01-01,2026-02-01,5\n", "opportunity_id is empty"),
        ("X,A\x00a,MG,Acme,Won,2026-01-01,2026-02-01,5\n", "a control character in a field"),
        (b"X,An\xff,MG,Acme,Won,2026-01-01,2026-02-01,5\n", "not valid UTF-8 (byte 0xff)"),
        ('X,"Ana,MG,Acme,Won,2026-01-01,2026-02-01,5\n', "a quotation mark is never closed"),
        ('X,"Ana"b,MG,Acme,Won,2026-01-01,2026-02-01,5\n', "not valid CSV"),
    ],
)
def test_a_bad_row_is_reported_by_line_and_the_rest_is_kept(row: str | bytes, reason: str) -> None:
    rows = parse(GOOD, row, LAST)
    assert [opportunity.id for opportunity in rows.opportunities] == ["OK1", "OK2"]
    (problem,) = rows.problems
    assert (problem.file, problem.line) == ("sales_pipeline.csv", 3)
    assert problem.reason.startswith(reason)


def test_an_open_opportunity_needs_no_account_date_or_value() -> None:
    rows = parse("X,Ana,MG,,Prospecting,,,\n")
    (row,) = rows.opportunities
    assert (row.account_id, row.engage_date, row.value_cents, row.stage.value) == (None, None, None, "prospecting")
    assert rows.problems == ()


def test_values_and_stages_take_their_own_form() -> None:
    (row,) = parse(" X , Ana ,GTXPro, Acme , WON ,2026-01-01,2026-02-01, 1054.5 \n").opportunities
    assert (row.id, row.product, row.source_stage, row.stage.value) == ("X", "GTX Pro", "WON", "closed_won")
    assert (row.value_cents, row.close_date) == (105450, date(2026, 2, 1))


def test_two_stray_quotation_marks_cost_only_their_own_rows() -> None:
    rows = parse('A,"x,M,Acme,Engaging,,,\n', GOOD, 'B,"x,M,Acme,Engaging,,,\n', LAST)
    assert [row.id for row in rows.opportunities] == ["OK1", "OK2"]
    assert [problem.line for problem in rows.problems] == [2, 4]


def test_crlf_byte_order_mark_blank_lines_and_quoted_line_breaks() -> None:
    body = 'X,"Ana\nMaria","M,""G""",Acme,Engaging,,,\r\n\r\nbad\r\n'
    files = CrmFiles(ACCOUNTS, b"\xef\xbb\xbf" + (HEADER.replace("\n", "\r\n") + body).encode())
    rows = parse_crm(files, CrmSettings())
    (row,) = rows.opportunities
    assert (row.agent, row.product) == ("Ana\nMaria", 'M,"G"')
    assert [problem.line for problem in rows.problems] == [5]


def test_a_missing_column_fails_the_whole_import_and_names_it() -> None:
    header = HEADER.replace("deal_stage", "phase").replace("close_value", "amount")
    with pytest.raises(CrmImportError, match="missing column: deal_stage, close_value"):
        parse_crm(CrmFiles(ACCOUNTS, (header + GOOD).encode()), CrmSettings())
    with pytest.raises(CrmImportError, match="empty"):
        parse_crm(CrmFiles(b"", (HEADER + GOOD).encode()), CrmSettings())
    with pytest.raises(CrmImportError, match="repeated column"):
        parse_crm(CrmFiles(b"account,account\n", (HEADER + GOOD).encode()), CrmSettings())


def test_columns_and_stages_are_mapped_in_the_settings() -> None:
    settings = CrmSettings(
        opportunities=OpportunityColumns(id="no", stage="phase", product=""), stages={"In Talks": "negotiation"}
    )
    text = "no,account,phase,engage_date,close_date,close_value\n7,Acme,in-talks,,,\n8,Acme,Won,,,\n"
    rows = parse_crm(CrmFiles(ACCOUNTS, text.encode()), settings)
    assert [(row.id, row.stage.value) for row in rows.opportunities] == [("7", "negotiation")]
    assert [problem.reason for problem in rows.problems] == ["unknown stage 'Won'"]


def test_interactions_are_optional_and_checked_too() -> None:
    text = (
        "interaction_id,account,kind,at,summary\n"
        "1,Acme,call,2026-01-05,hello\n"
        "2,Acme,call,2026-01-05T23:30:00-02:00,\n"
        "3,Acme,call,yesterday,\n"
        "4,Nobody,call,2026-01-05,\n"
    )
    rows = parse_crm(CrmFiles(ACCOUNTS, HEADER.encode(), text.encode()), CrmSettings())
    assert [row.at.isoformat() for row in rows.interactions] == [
        "2026-01-05T00:00:00+00:00",
        "2026-01-06T01:30:00+00:00",
    ]
    assert [problem.line for problem in rows.problems] == [4, 5]


_field = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
_row = st.tuples(st.from_regex(r"[A-Z0-9]{1,6}", fullmatch=True), _field, st.sampled_from(["", "Acme"]))


@given(st.lists(_row, max_size=12, unique_by=lambda row: row[0]), st.lists(st.integers(0, 12), max_size=4))
def test_each_row_is_either_imported_or_reported(rows: list[tuple[str, str, str]], bad_places: list[int]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    expected_bad = []
    for number, (key, agent, account) in enumerate(rows):
        if number in bad_places:
            expected_bad.append(number + 2)
            writer.writerow([key, agent, "P", account, "Nonsense", "", "", ""])
        else:
            writer.writerow([key, agent, "P", account, "Engaging", "2026-01-02", "", "3.07"])
    result = parse(out.getvalue())
    assert [problem.line for problem in result.problems] == expected_bad
    kept = [row for number, row in enumerate(rows) if number not in bad_places]
    assert [(o.id, o.agent, o.account_id or "") for o in result.opportunities] == [
        (key, agent.strip(), account) for key, agent, account in kept
    ]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    rows = parse(data)
    assert len(rows.opportunities) + len(rows.problems) <= len(data.splitlines())
