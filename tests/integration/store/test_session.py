from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from payments_hub.store.base import Base
from payments_hub.store.errors import DatabaseAwayError, DatabaseBusyError, TransactionTooLongError
from payments_hub.store.session import Database, _set_limits
from tests.support.postgres import Server

pytestmark = pytest.mark.database


class Light(StrEnum):
    GREEN = "green-light"
    RED = "red-light"


class SampleBase(DeclarativeBase):
    type_annotation_map = Base.type_annotation_map


class SampleRow(SampleBase):
    __tablename__ = "sample"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime | None]
    light: Mapped[Light | None]


@pytest.fixture
def sampled(empty_database: Database) -> Database:
    SampleBase.metadata.create_all(empty_database.engine)
    return empty_database


def lose_connection(session: Session, server: Server) -> None:
    mine = session.scalar(text("SELECT pg_backend_pid()"))
    server.administrator.execute("SELECT pg_terminate_backend(%s, 10000)", [mine])
    session.execute(text("SELECT 1"))


def test_what_a_transaction_wrote_is_there_after_it(sampled: Database) -> None:
    with sampled.transaction() as session:
        session.add(SampleRow(id=2**62))

    with sampled.transaction() as session:
        assert session.scalars(select(SampleRow.id)).all() == [2**62]


def test_an_error_undoes_the_whole_transaction(sampled: Database) -> None:
    with pytest.raises(DBAPIError, match="duplicate key"), sampled.transaction() as session:
        session.execute(text("INSERT INTO sample VALUES (1); INSERT INTO sample VALUES (2), (2)"))

    with sampled.transaction() as session:
        assert session.scalars(select(SampleRow.id)).all() == []


def test_a_row_can_be_read_after_its_transaction(sampled: Database) -> None:
    with sampled.transaction() as session:
        row = SampleRow(id=1, light=Light.RED)
        session.add(row)

    assert (row.id, row.light) == (1, Light.RED)


def test_a_closed_set_is_kept_by_its_values(sampled: Database) -> None:
    with sampled.transaction() as session:
        session.add(SampleRow(id=1, light=Light.RED))
        session.flush()
        kept = session.scalar(text("SELECT light FROM sample"))
        read = session.scalar(select(SampleRow.light))

    assert (kept, read) == ("red-light", Light.RED)


def test_an_instant_comes_back_in_utc_whatever_its_zone_was(sampled: Database) -> None:
    in_the_city = datetime(2026, 7, 4, 0, 30, tzinfo=timezone(timedelta(hours=7)))

    with sampled.transaction() as session:
        session.add(SampleRow(id=1, seen_at=in_the_city))
    with sampled.transaction() as session:
        read = session.scalar(select(SampleRow.seen_at))

    assert read is not None
    assert read.isoformat() == "2026-07-03T17:30:00+00:00"
    assert read.tzinfo is UTC


def test_a_naive_datetime_is_refused(sampled: Database) -> None:
    naive = datetime(2026, 7, 4, 0, 30)  # noqa: DTZ001  the point of the test

    with pytest.raises(StatementError, match="names no time zone"), sampled.transaction() as session:
        session.add(SampleRow(id=1, seen_at=naive))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timezone", "UTC"),
        ("statement_timeout", "15s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "15s"),
        ("application_name", "payments-hub"),
        ("server_encoding", "UTF8"),
    ],
)
def test_a_session_has_the_hub_s_settings(empty_database: Database, setting: str, value: str) -> None:
    with empty_database.transaction() as session:
        assert session.scalar(text("SELECT current_setting(:name)"), {"name": setting}) == value


def test_a_transaction_whose_time_is_up_is_undone(sampled: Database) -> None:
    with pytest.raises(TransactionTooLongError), sampled.transaction(limit_seconds=0) as session:
        session.add(SampleRow(id=1))

    with sampled.transaction() as session:
        assert session.scalars(select(SampleRow.id)).all() == []


def test_the_server_ends_a_statement_that_takes_more_than_half_of_the_time(sampled: Database) -> None:
    with pytest.raises(TransactionTooLongError), sampled.transaction(limit_seconds=1) as session:
        session.execute(text("SELECT pg_sleep(20)"))

    sampled.ping()


def test_a_longer_limit_holds_for_its_transaction_alone(sampled: Database) -> None:
    with sampled.transaction(limit_seconds=300) as session:
        long = session.scalar(text("SELECT current_setting('statement_timeout')"))
    with sampled.transaction() as session:
        usual = session.scalar(text("SELECT current_setting('statement_timeout')"))

    assert (long, usual) == ("150s", "15s")


def test_a_connection_that_the_server_closed_is_replaced(sampled: Database, postgres_server: Server) -> None:
    with sampled.transaction() as session:
        pooled = session.scalar(text("SELECT pg_backend_pid()"))
    postgres_server.administrator.execute("SELECT pg_terminate_backend(%s, 10000)", [pooled])

    with sampled.transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != pooled


def test_a_connection_lost_in_a_transaction_is_named(sampled: Database, postgres_server: Server) -> None:
    with pytest.raises(DatabaseAwayError), sampled.transaction() as session:
        lose_connection(session, postgres_server)


def test_a_lock_that_others_hold_is_named(sampled: Database) -> None:
    with sampled.transaction() as holder:
        holder.execute(text("LOCK TABLE sample"))

        with pytest.raises(DatabaseBusyError), sampled.transaction() as session:
            session.execute(text("LOCK TABLE sample NOWAIT"))


def test_a_statement_s_own_fault_keeps_its_name_and_hides_what_it_was_given(sampled: Database) -> None:
    with pytest.raises(DBAPIError) as fault, sampled.transaction() as session:
        session.execute(text("SELECT CAST(:word AS text) + 1"), {"word": "canary"})

    assert isinstance(fault.value.orig, psycopg.errors.UndefinedFunction)
    assert "canary" not in str(fault.value)


def test_a_server_that_is_not_there_is_away() -> None:
    database = Database("postgresql://nobody:canary@127.0.0.1:1/nothing")

    with pytest.raises(DatabaseAwayError) as away:
        database.ping()

    assert "canary" not in str(away.value)


def test_a_higher_limit_also_moves_the_servers_own_clock(sampled: Database) -> None:
    with sampled.engine.connect() as connection:
        if (connection.dialect.server_version_info or (0,)) < (17,):
            pytest.skip("before PostgreSQL 17 a server has no clock of its own for a transaction")
        connection.execute(text("SELECT set_config('transaction_timeout', '300ms', false)"))
        connection.commit()
        with connection.begin():
            _set_limits(connection, 20)
            connection.execute(text("SELECT pg_sleep(0.6)"))

            assert connection.scalar(text("SHOW transaction_timeout")) == "20s"
        connection.execute(text("SELECT set_config('transaction_timeout', '0', false)"))
        connection.commit()
