"""Receipts are read on from a number by their index, however many there are before and after it."""

from typing import Any

import pytest
from sqlalchemy import event, text

from payments_hub.store.receipts import ReceiptQuery, receipts_after
from payments_hub.store.session import Database
from tests.support.hub import RIVAL, small_hub

pytestmark = pytest.mark.database

MANY = """
WITH came AS (
    INSERT INTO delivery (partner_id, transport, position, received_at, bytes_sha256, byte_count)
    SELECT partner.id, 'HTTP', 'request-' || number, now(), sha256('x'), 1
    FROM partner CROSS JOIN generate_series(1, 5000) AS number WHERE partner.code = :partner
    RETURNING id, partner_id
)
INSERT INTO receipt (id, partner_id, delivery_id, cause, issued_at, verdict, rules_version, findings, has_more_findings)
SELECT 'receipt' || id, partner_id, id, 'ARRIVAL', now(), 'REJECTED', '1', '[]', false FROM came
"""


def test_a_page_of_receipts_is_read_by_its_index_and_nothing_is_sorted(database: Database) -> None:
    small_hub(database)
    with database.transaction() as session:
        session.execute(text(MANY), {"partner": RIVAL})
    with database.transaction() as session:
        session.execute(text("ANALYZE"))

    plan = plan_of_a_page(database)

    assert "receipt_cursor" in plan
    assert "Sort" not in plan


def plan_of_a_page(database: Database) -> str:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    with database.transaction() as session:
        event.listen(database.engine, "before_cursor_execute", note)
        found = receipts_after(session, ReceiptQuery(RIVAL, limit=100, after=100))
        event.remove(database.engine, "before_cursor_execute", note)
        statement, parameters = asked[0]
        lines = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()
        assert len(found) == 100
        return "\n".join(lines)
