"""`GET /api/v1/receipts`: a partner's receipts, on from where it last read, and each by its id."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.domain.languages import Words
from payments_hub.store.receipts import (
    ReceiptQuery,
    StoredReceipt,
    last_receipt,
    receipt_by_id,
    receipt_number,
    receipts_after,
)
from payments_hub.web.api.v1.answers import answer_model
from payments_hub.web.api.v1.queries import Query, ReceiptsQuery, read_query
from payments_hub.web.api.v1.shapes import ReceiptPageV1
from payments_hub.web.context import caller_partner, read_session
from payments_hub.web.refusals import FieldFault, RefusalError

BEGINNING = "0"
"""The cursor before the first receipt."""

_LONGEST_ID = 64
_NO_CURSOR = Words("Không phải giá trị next của một câu trả lời trước.", "This is not the `next` of an earlier answer.")


def list_receipts() -> ResponseReturnValue:
    """Answer with receipts, oldest first, and the cursor from which to go on: whoever follows it misses none."""
    asked = read_query(ReceiptsQuery)
    with read_session() as session:
        page = _page(session, asked, caller_partner())
    return answer_model(page)


def one_receipt(receipt_id: str) -> ResponseReturnValue:
    """Answer with one receipt; one of another partner is not there, as one that never was."""
    read_query(Query)
    if not _may_be_id(receipt_id):
        raise NotFound
    with read_session() as session:
        found = receipt_by_id(session, receipt_id, caller_partner())
    if found is None:
        raise NotFound
    return answer_model(found.receipt, _links(found))


def _page(session: Session, asked: ReceiptsQuery, partner: str) -> ReceiptPageV1:
    after = _number(session, asked.since, partner)
    # The newest is looked up first: what the page does not hold for being committed since is after it.
    newest = last_receipt(session, partner)
    wanted = ReceiptQuery(
        partner=partner,
        limit=asked.limit + 1,
        after=after,
        flow=asked.flow,
        site=asked.site,
        period=asked.period,
        verdict=asked.verdict,
        latest_alone=asked.latest == "true",
    )
    found = receipts_after(session, wanted)
    shown = found[: asked.limit]
    has_more = len(found) > len(shown)
    reached = [(one.number, one.receipt.id) for one in shown[-1:]]
    if newest is not None and not has_more:
        reached.append(newest)
    following = max(reached)[1] if reached else BEGINNING
    return ReceiptPageV1(receipts=tuple(one.receipt for one in shown), next=following, has_more=has_more)


def _number(session: Session, cursor: str | None, partner: str) -> int:
    if cursor is None or cursor == BEGINNING:
        return 0
    number = receipt_number(session, cursor, partner)
    if number is None:
        raise RefusalError(404, "NO_SUCH_CURSOR", _NO_CURSOR, fields=(FieldFault("since", _NO_CURSOR),))
    return number


def _may_be_id(text: str) -> bool:
    # PostgreSQL fails on a NUL, which would pass for a fault of ours.
    return text.isascii() and text.isalnum() and len(text) <= _LONGEST_ID


def _links(found: StoredReceipt) -> list[tuple[str, str]]:
    """Name the receipts of the same delivery before and after this one (RFC 5829)."""
    related = (("predecessor-version", found.receipt.previous_receipt), ("successor-version", found.later_id))
    return [("Link", f'</api/v1/receipts/{one}>; rel="{relation}"') for relation, one in related if one]
