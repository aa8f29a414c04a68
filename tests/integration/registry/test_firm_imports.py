import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from payments_hub.services.registry import AnotherKeyError, ImportReport, Participation, import_firms, participation
from payments_hub.store.session import Database
from sme_registry.findings import FindingCode
from sme_registry.imports import COLUMNS
from sme_registry.reports import report_file
from tests.support.firms import KEY, enterprise_code, firm_cells, firm_file

NOW = datetime(2026, 7, 3, 2, 0, tzinfo=UTC)
TODAY = date(2026, 7, 3)
CANARIES = [f"0310900{number:05d}" for number in range(20)]

pytestmark = pytest.mark.database


def take_in(database: Database, *lines: dict[str, str], key: bytes = KEY) -> ImportReport:
    with database.transaction() as session:
        return import_firms(session, firm_file(*lines), source="tax office", key=key, now=NOW)


def counted(database: Database) -> dict[str, int]:
    with database.transaction() as session:
        tables = ("firm_import", "firm", "firm_facts", "enrolment")
        return {table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables}  # noqa: S608  our own names


def takes_part(database: Database, day: date = TODAY) -> Participation:
    with database.transaction() as session:
        return participation(session, as_of=day)


def test_good_lines_come_in_and_bad_ones_are_reported(database: Database) -> None:
    report = take_in(database, firm_cells(), firm_cells(tax_code="0100047517"), firm_cells(tax_code=enterprise_code(7)))

    assert (report.lines, report.taken, report.refused, report.firms_added) == (3, 2, 1, 2)
    assert [(each.line, each.code) for each in report.findings] == [(3, FindingCode.TAX_CODE_CHECK_DIGIT)]
    assert counted(database) == {"firm_import": 1, "firm": 2, "firm_facts": 2, "enrolment": 2}


def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    take_in(database, firm_cells(), firm_cells(tax_code=CANARIES[0], name="Hộ Sáu"))
    before = counted(database)

    again = take_in(database, firm_cells(), firm_cells(tax_code=CANARIES[0], name="Hộ Sáu"))

    assert counted(database) == before
    assert (again.taken, again.unchanged, again.firms_added, again.facts_added) == (2, 2, 0, 0)


def test_a_correction_is_a_new_version_that_the_older_file_does_not_undo(database: Database) -> None:
    take_in(database, firm_cells())
    take_in(database, firm_cells(insured_employees="300"))

    take_in(database, firm_cells())

    with database.transaction() as session:
        found = session.execute(text("SELECT version, insured_employees FROM firm_facts ORDER BY version")).all()
    assert [tuple(row) for row in found] == [(1, 8), (2, 300)]


def test_a_file_that_is_refused_whole_leaves_no_trace(database: Database) -> None:
    with database.transaction() as session:
        report = import_firms(session, firm_file(firm_cells()) + b'"open', source="x", key=KEY, now=NOW)

    assert not report.clean
    assert (report.lines, report.taken) == (0, 0)
    assert set(counted(database).values()) == {0}


def test_two_imports_at_once_keep_each_firm_once(database: Database) -> None:
    lines = [firm_cells(tax_code=enterprise_code(number)) for number in range(1, 40)]
    files = [lines, lines[::-1]]

    with ThreadPoolExecutor(2) as threads:
        reports = list(threads.map(lambda each: take_in(database, *each), files))

    assert sorted(report.firms_added for report in reports) == [0, 39]
    assert counted(database)["firm_facts"] == 39


def test_a_second_enrolment_on_another_day_is_refused(database: Database) -> None:
    take_in(database, firm_cells())

    report = take_in(database, firm_cells(enrolled_on="2026-05-01", insured_employees="9"))

    assert [each.code for each in report.findings] == [FindingCode.ENROLMENT_OPEN]
    assert counted(database)["firm_facts"] == 1


def test_households_under_another_key_stop_the_import(database: Database) -> None:
    take_in(database, firm_cells(tax_code=CANARIES[0], name="Hộ Sáu"))

    with pytest.raises(AnotherKeyError, match="PAYMENTS_HUB_SECRET_KEY"):
        take_in(database, firm_cells(), key=KEY[::-1])


def test_the_table_itself_refuses_a_personal_number_as_a_code(database: Database) -> None:
    statement = text("INSERT INTO firm (kind, tax_code, registered_at) VALUES ('enterprise', :code, now())")

    with pytest.raises(IntegrityError, match="code_is_no_personal_number"), database.transaction() as session:
        session.execute(statement, {"code": CANARIES[0]})


def test_personal_numbers_are_in_no_column_no_log_and_no_report(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    households = [firm_cells(tax_code=code, name=f"Hộ {code[-2:]}", programme="", enrolled_on="") for code in CANARIES]
    broken = [firm_cells(**{column: code}) for column, code in zip(COLUMNS[1:], CANARIES, strict=False)]
    short = [firm_cells(tax_code=code[1:], name=f"{code}x", area=f"={code}") for code in CANARIES]

    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as events:
        report = take_in(database, *households, *broken, *short)

    with database.transaction() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        rows = [session.scalars(text(f'SELECT t::text FROM "{table}" t')).all() for table in tables]  # noqa: S608  the server's names
    everywhere = f"{rows} {events} {caplog.text} {report} {report_file(report.findings).decode()}"
    assert counted(database)["firm"] == 20
    assert [code for code in CANARIES if code in everywhere or code[1:] in everywhere] == []
    assert "0*********03" in everywhere


def test_participation_counts_the_enrolled_the_eligible_and_the_unknown_apart(database: Database) -> None:
    free = {"programme": "", "enrolled_on": ""}
    take_in(
        database,
        firm_cells(),
        firm_cells(tax_code=enterprise_code(1), **free),
        firm_cells(tax_code=enterprise_code(2), insured_employees="", **free),
        firm_cells(tax_code=enterprise_code(3), sector="VSIC-2018:C10", insured_employees="900", **free),
        firm_cells(tax_code="0100047516-001", **free),
        firm_cells(tax_code=CANARIES[0], name="Hộ Sáu", **free),
    )

    found = takes_part(database)

    assert found == Participation(enrolled=1, eligible=2, unknown=1, firms=6)
    assert found.share == 0.5


def test_an_empty_register_has_nothing_to_report(database: Database) -> None:
    found = takes_part(database)

    assert found == Participation(enrolled=0, eligible=0, unknown=0, firms=0)
    assert found.share is None


def test_participation_follows_the_days_of_an_enrolment(database: Database) -> None:
    take_in(database, firm_cells())
    with database.transaction() as session:
        session.execute(text("UPDATE enrolment SET ended_on = '2026-05-31'"))

    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 5, 31), date(2026, 6, 1)]

    assert [takes_part(database, day).enrolled for day in days] == [0, 1, 1, 0]


def test_a_days_facts_are_the_newest_of_its_year_or_an_earlier_one(database: Database) -> None:
    production = firm_cells(sector="VSIC-2018:C10", programme="", enrolled_on="")
    take_in(database, production, {**production, "facts_year": "2026", "insured_employees": "900"})

    found = [takes_part(database, date(year, 6, 1)) for year in (2024, 2025, 2026)]

    assert [(each.eligible, each.firms) for each in found] == [(0, 0), (1, 1), (0, 1)]
