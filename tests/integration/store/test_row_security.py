"""
Nobody reads another's rows, whatever a query forgets: looked at in every table that there is, with rows of everybody.

FORCE ROW LEVEL SECURITY is set nowhere, and that is meant: see decision 20. What it guards against, a reader that owns
what it reads, is looked for here in PostgreSQL's own catalogue.
"""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.store.copying import copy_rows
from payments_hub.store.errors import ReadingRolesError
from payments_hub.store.partners import partner_number
from payments_hub.store.reading import PARTNER_READER, READERS, SCOPE, seeing
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.everybodys_rows import REFUSED, ROWS, WRONG, Seen, as_superuser, fill, read_without_scope, seen_by
from tests.support.hub import RIVAL, report, small_hub
from tests.support.postgres import Server

pytestmark = pytest.mark.database

# What holds nothing of any partner. Whoever adds a table here says in its migration why readers of all partners see it.
OF_NOBODY = {
    *("area_scheme", "place", "site_interval", "site_area", "area_change", "place_reach", "reference_state"),
    *("period_lock", "chart"),
}
FOR_THE_CITY_ALONE = {
    *("target", "forecast", "firm", "firm_facts", "firm_import", "enrolment"),
    *("audit_entry", "security_event", "lease", "job_run", "job_request", "web_session", "password_reset"),
    *("alert", "consumer_worker"),
}
FOR_NOBODY = {"feed_attempt", "idempotent_answer"}
SECRETS = [
    ("account", "password_hash"),
    ("api_key", "secret_sha256"),
    ("web_session", "token_sha256"),
    ("password_reset", "token_sha256"),
    ("idempotent_answer", "body"),
    ("signing_key", "material"),
]
EVERY_ROW = frozenset(ROWS)
WHAT_TO_SAY = (
    "A step that makes a table says who may read it, by payments_hub.store.migrations.readers: show_own where it has "
    "rows of partners, else show_to_city or hide, with an entry in a set here; show_whole only if no row is anybody's."
)


def expected(tables: list[str], scope: int | None) -> dict[str, Seen]:
    """Say what each table must show: a partner its own row, the city all, and nobody what is hidden."""
    own: Seen = EVERY_ROW if scope is None else frozenset({scope})
    city: Seen = EVERY_ROW if scope is None else REFUSED
    special: dict[str, Seen] = {
        **dict.fromkeys(OF_NOBODY, EVERY_ROW),
        **dict.fromkeys(FOR_THE_CITY_ALONE, city),
        **dict.fromkeys(FOR_NOBODY, REFUSED),
    }
    return {table: special.get(table, own) for table in tables} | {"reference_state": frozenset({0, 1})}


@pytest.mark.parametrize("scope", [1, 2, None], ids=["partner 1", "partner 2", "the city"])
def test_a_reader_sees_its_own_rows_in_every_table_and_none_of_anybody_else(
    database: Database, postgres_server: Server, scope: int | None
) -> None:
    columns = fill(postgres_server, database)

    seen = seen_by(database, scope, columns)

    assert seen == expected([*columns], scope), WHAT_TO_SAY


@pytest.mark.parametrize("role", READERS)
def test_a_reader_that_was_told_no_scope_gets_an_error_and_no_row(
    database: Database, postgres_server: Server, role: str
) -> None:
    tables = [*fill(postgres_server, database)]

    answers = {table: read_without_scope(database, role, table) for table in tables if table not in OF_NOBODY}

    assert set(answers.values()) == {WRONG, REFUSED}
    assert {table for table, answer in answers.items() if answer == REFUSED} <= FOR_THE_CITY_ALONE | FOR_NOBODY


def test_a_scope_that_is_left_over_from_an_earlier_transaction_is_none(
    database: Database, postgres_server: Server
) -> None:
    fill(postgres_server, database)
    with database.reading(None):
        pass

    answers = {role: read_without_scope(database, role, "delivery") for role in READERS}

    assert answers == dict.fromkeys(READERS, WRONG)


@pytest.mark.parametrize(
    "spoiled",
    [
        "DROP POLICY delivery_own ON delivery",
        "ALTER TABLE delivery DISABLE ROW LEVEL SECURITY",
        "DROP POLICY slice_cell_own ON slice_cell; CREATE POLICY slice_cell_own ON slice_cell USING (true)",
        "CREATE TABLE made_tomorrow (partner_id bigint); GRANT SELECT ON made_tomorrow TO payments_hub_reader",
        "CREATE TABLE said_nothing_of (partner_id bigint)",
    ],
    ids=["a policy is gone", "security is off", "a policy is too wide", "a new table is open", "a new table is closed"],
)
def test_the_search_finds_a_table_whose_lock_is_missing(
    database: Database, postgres_server: Server, spoiled: str
) -> None:
    with database.transaction() as session:
        session.execute(text(spoiled))
    columns = fill(postgres_server, database)

    seen = seen_by(database, 1, columns)

    assert seen != expected([*columns], 1)


def test_every_table_with_a_partner_s_number_is_bound(database: Database) -> None:
    with database.transaction() as session:
        bound = session.execute(
            text(
                "SELECT relname, relrowsecurity FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
                " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attname = 'partner_id'"
            )
        ).all()

    assert len(bound) >= 18
    assert {table for table, is_bound in bound if not is_bound or table in OF_NOBODY} == set()


@pytest.mark.parametrize("role", READERS)
def test_a_reader_is_an_ordinary_role_that_owns_nothing_and_may_change_nothing(database: Database, role: str) -> None:
    with database.transaction() as session:
        attributes = session.execute(
            text("SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole FROM pg_roles WHERE rolname = :role"),
            {"role": role},
        ).one()
        owned = session.scalar(
            text("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = :role"), {"role": role}
        )
        owns_by_membership = session.scalar(
            text("SELECT pg_has_role(:role, relowner, 'MEMBER') FROM pg_class WHERE relname = 'delivery'"),
            {"role": role},
        )
        may_change = session.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
                " AND CASE relkind WHEN 'r' THEN has_table_privilege(:role, oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
                " ELSE has_sequence_privilege(:role, oid, 'USAGE, UPDATE') END"
            ),
            {"role": role},
        ).all()

    assert tuple(attributes) == (False, False, False, False)
    assert (owned, owns_by_membership, list(may_change)) == (0, False, [])


@pytest.mark.parametrize(("table", "column"), SECRETS, ids=[f"{table}.{column}" for table, column in SECRETS])
@pytest.mark.parametrize("scope", [1, None], ids=["partner", "city"])
def test_no_reader_sees_a_secret(database: Database, scope: int | None, table: str, column: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), database.reading(scope) as session:
        session.execute(text(f"SELECT {column} FROM {table}"))  # noqa: S608  our own names


def test_the_hub_s_own_role_owns_the_tables_and_none_is_forced(database: Database) -> None:
    with database.transaction() as session:
        owners = session.execute(
            text(
                "SELECT DISTINCT pg_get_userbyid(relowner) = session_user, relforcerowsecurity"
                " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            )
        ).all()

    assert [tuple(row) for row in owners] == [(True, False)]


def test_forcing_it_upon_the_owner_would_end_ingest_by_copy(database: Database) -> None:
    hub = small_hub(database)
    row = (1, "HTTP", "x", "2026-01-01T00:00:00Z", b"", 0)
    columns = ("partner_id", "transport", "position", "received_at", "bytes_sha256", "byte_count")
    with hub.database.transaction() as session:
        copy_rows(session, "delivery", columns, [row])
        session.execute(text("ALTER TABLE delivery FORCE ROW LEVEL SECURITY"))

        with pytest.raises(psycopg.errors.FeatureNotSupported, match="COPY FROM not supported with row-level security"):
            copy_rows(session, "delivery", columns, [row])
        session.rollback()


def test_a_reading_transaction_changes_nothing(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"), database.reading(None) as session:
        session.execute(text("INSERT INTO job_request VALUES ('drawing', now())"))


def test_the_transaction_after_a_reading_one_is_the_hub_s_own_again(database: Database) -> None:
    with database.reading(1) as session:
        reading = session.execute(text("SELECT pg_backend_pid(), current_user")).one()
    with database.transaction() as session:
        after = session.execute(text("SELECT pg_backend_pid(), current_user = session_user")).one()
        scope = session.scalar(text("SELECT current_setting(:name, true)"), {"name": SCOPE})

    assert reading[1] == PARTNER_READER
    assert tuple(after) == (reading[0], True)
    assert scope == ""


def test_a_writing_transaction_can_see_for_a_while_what_a_reader_sees(
    database: Database, postgres_server: Server
) -> None:
    fill(postgres_server, database)
    count = text("SELECT count(*) FROM partner")

    with database.transaction() as session:
        before = session.scalar(count)
        with seeing(session, 2):
            meanwhile = (session.scalar(count), session.scalar(text("SELECT current_user")))
        session.execute(text("INSERT INTO job_request VALUES ('drawing', now())"))
        after = session.scalar(count)

    assert (before, meanwhile, after) == (3, (1, PARTNER_READER), 3)


@pytest.mark.parametrize("role", READERS)
def test_a_scope_that_is_no_number_is_an_error(database: Database, postgres_server: Server, role: str) -> None:
    fill(postgres_server, database)

    answer = read_without_scope(database, role, "delivery", scope="everything")

    assert answer == WRONG


def test_a_hub_that_may_not_step_down_is_told_what_to_run(database: Database, postgres_server: Server) -> None:
    stranger = f"stranger_{database.engine.url.database}"
    with as_superuser(postgres_server, database) as connection:
        connection.execute(f"CREATE ROLE {stranger} LOGIN PASSWORD 'x'")
        connection.commit()
        url = database.engine.url.set(username=stranger, password="x")
        outside = Database(url.render_as_string(hide_password=False))
        try:
            with pytest.raises(ReadingRolesError, match=f'TO "{stranger}"'), outside.reading(None):
                pass
        finally:
            outside.dispose()
            connection.execute(f"DROP ROLE {stranger}")


def test_lists_that_one_partner_s_reader_loaded_are_not_taken_for_the_whole(database: Database) -> None:
    hub = small_hub(database)
    references = ReferenceCache()
    with database.transaction() as session:
        number = partner_number(session, PARTNER)

    with database.reading(number) as session:
        own = references.current(session)
    with database.transaction() as session:
        whole = references.current(session)

    assert set(own.partners) == {PARTNER}
    assert {key[0] for key in own.obligations} == {PARTNER}
    assert {PARTNER, RIVAL} <= set(whole.partners)
    assert hub.number("SELECT count(*) FROM obligation") == sum(map(len, whole.obligations.values()))


COPIES = {
    "delivery": "'id', n",
    "receipt": "'id', n::text, 'number', n, 'delivery_id', n, 'issued_at', now() - n * INTERVAL '1 s'",
    "slice_revision": "'id', n, 'delivery_id', n, 'revision', n",
    "slice_cell": "'revision_id', n",
}
LISTED = text("""
EXPLAIN SELECT * FROM receipt JOIN delivery ON delivery.id = receipt.delivery_id
JOIN partner ON partner.id = delivery.partner_id
ORDER BY receipt.issued_at DESC LIMIT 20
""")
FIGURES = text("""
EXPLAIN SELECT * FROM rollup JOIN rollup_key ON rollup_key.id = rollup.key_id
WHERE rollup_key.place_id = 1 AND flow = 'POS_SALES' AND frequency = 'D' AND partner_id = 1 AND currency = 'VND'
""")
CELLS = text("EXPLAIN SELECT * FROM slice_cell WHERE revision_id = 77")


@pytest.mark.parametrize("query", [LISTED, FIGURES, CELLS], ids=["receipts", "figures", "cells"])
@pytest.mark.parametrize("scope", ["partner", "city"])
def test_a_policy_turns_no_look_up_into_a_reading_of_everything(
    database: Database, postgres_server: Server, scope: str, query: object
) -> None:
    hub = small_hub(database)
    hub.send(report(1_000_000))
    number = hub.number("SELECT id FROM partner WHERE code = :code", code=PARTNER)
    multiply(postgres_server, database, number)

    with database.reading(number if scope == "partner" else None) as session:
        plan = "\n".join(session.scalars(query))  # type: ignore[call-overload]  # one of the texts above

    assert not {f"Seq Scan on {table}" for table in ("receipt", "delivery", "rollup", "slice_cell")} & {
        line.strip(" ->").partition("  ")[0] for line in plan.splitlines()
    }, plan


def multiply(server: Server, database: Database, partner_id: int) -> None:
    """Make some thousand rows of each kind, so that a plan that reads them all is the dearer one."""
    with as_superuser(server, database) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, changes in COPIES.items():
            connection.execute(
                f"INSERT INTO {table} SELECT made.*"  # noqa: S608  our own text
                f" FROM (SELECT to_jsonb({table}) AS one FROM {table} LIMIT 1) AS old, generate_series(100, 4000) AS n,"
                f" jsonb_populate_record(NULL::{table}, one || jsonb_build_object({changes})) AS made"
            )
        connection.execute(
            "INSERT INTO rollup_key (id, place_id, flow, frequency, partner_id, currency, start)"
            " SELECT n, mod(n, 7), 'POS_SALES', 'D', CASE mod(n, 3) WHEN 0 THEN 0 ELSE %s END, 'VND',"
            " DATE '2000-01-01' + n"
            " FROM generate_series(100, 4000) AS n",
            [partner_id],
        )
        connection.execute(
            "INSERT INTO rollup SELECT n, '', '', DATE '2026-01-01', DATE '9999-12-31', 1, 1, 1, 1, 0, 0"
            " FROM generate_series(100, 4000) AS n"
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE")
