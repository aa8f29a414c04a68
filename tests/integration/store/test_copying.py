from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from payments_hub.store.copying import array_text, as_bytea, copy_values
from payments_hub.store.session import Database

pytestmark = pytest.mark.database

TEXTS = [
    *("", "null", "NULL", "a", "a,b", 'say "x"', '"', "\\", "\\.", "\\N", r"\"", "a],[b", "]", "[", "{}", "},{"),
    *("hai quầy", "é" * 300, "\x7f", "\u2028", "'", " ", '[{"code": "W5003", "text": "a\\n\\"b\\""}]'),
]
ROW = (
    2**53 - 1,
    -1,
    None,
    True,
    "x",
    date(2026, 7, 3),
    datetime(2026, 7, 4, 2, 11, 9, 123456, tzinfo=UTC),
    b"\x00\xff",
)


def test_texts_come_out_of_the_table_as_they_went_in(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TEMPORARY TABLE copied (n bigint, t text, nothing text) ON COMMIT DROP"))
        copy_values(session, "copied", ("n", "t", "nothing"), [(n, one, None) for n, one in enumerate(TEXTS)])
        found = session.execute(text("SELECT t, nothing FROM copied ORDER BY n")).all()

    assert [tuple(row) for row in found] == [(one, None) for one in TEXTS]


def test_values_of_every_kind_come_out_as_they_went_in(database: Database) -> None:
    with database.transaction() as session:
        session.execute(
            text(
                "CREATE TEMPORARY TABLE copied (a bigint, b bigint, c bigint, d boolean, e text, f date, "
                "g timestamptz, h bytea) ON COMMIT DROP"
            )
        )
        copy_values(session, "copied", tuple("abcdefgh"), [(*ROW[:-1], as_bytea(b"\x00\xff"))] * 2)
        found = session.execute(text("SELECT * FROM copied")).all()

    assert [tuple(row) for row in found] == [ROW, ROW]


def test_an_array_comes_out_as_it_went_in(database: Database) -> None:
    asked = {"texts": array_text([*TEXTS, None]), "days": array_text([date(2026, 7, 3)]), "none": array_text([])}
    with database.transaction() as session:
        found = session.execute(
            text("SELECT CAST(:texts AS text[]), CAST(:days AS date[]), CAST(:none AS bigint[])"), asked
        ).one()

    assert tuple(found) == ([*TEXTS, None], [date(2026, 7, 3)], [])
