"""
`POST /api/v1/slices`: slices in one request, answered with a receipt for each.

A batch is one transaction: the answer to it tells of all its messages, and where there is no such answer none of them
is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from http import HTTPStatus

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from payments_hub.contracts.batches import BatchFault
from payments_hub.contracts.envelope import STRUCTURED
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.languages import Words
from payments_hub.domain.verdicts import Transport, Verdict
from payments_hub.ingest.arrivals import Arrival
from payments_hub.services.submissions import Answered, KeptAnswer, KeyRefusal, Repeatable, answer_once
from payments_hub.store.errors import TransactionTooLongError
from payments_hub.store.signing_keys import touch_signing_keys
from payments_hub.web.api.v1.bodies import KEY_HEADER, LARGEST_MESSAGE, Form, Sent, read_sent, refusal_of
from payments_hub.web.api.v1.edges import Edge, reach
from payments_hub.web.api.v1.limits import partner_limits
from payments_hub.web.api.v1.queries import Query, read_query
from payments_hub.web.api.v1.signatures import require_signature
from payments_hub.web.context import caller_partner, current_hub, request_id
from payments_hub.web.refusals import RefusalError

__all__ = ["LARGEST_MESSAGE", "STATUSES", "receive"]

STATUSES: dict[Verdict, HTTPStatus] = {
    Verdict.ACCEPTED: HTTPStatus.CREATED,
    Verdict.DUPLICATE: HTTPStatus.OK,
    Verdict.NO_CHANGE: HTTPStatus.OK,
    Verdict.SUPERSEDED: HTTPStatus.OK,
    Verdict.HELD: HTTPStatus.ACCEPTED,
    Verdict.REJECTED: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""The contract's statuses; a fault of ours is 503 and never a verdict."""

REPLAYED_HEADER = "Idempotency-Replayed"
MESSAGES_AT_ONCE = 250
"""Of a batch, judged and written together: what they hold in memory is bounded, and a transaction holds several."""

_BYTES_A_MESSAGE = 8_192
_RETRY_SECONDS = "1"
_OUTPUT = {Form.LINES: Form.LINES.value, Form.LIST: "application/json"}


def receive() -> ResponseReturnValue:
    """
    Take messages in: the key was proved before; type and size are checked before anything is decoded.

    Answered after the transaction ended, so that a receipt in a partner's hands is one that lasts.
    """
    read_query(Query)
    sent, now = read_sent(), current_hub().clock.now()
    arrivals = _arrivals(sent, now)
    limits, partner = partner_limits(), caller_partner()
    limits.count_messages(partner, len(arrivals), now)
    with limits.batch(partner, now) if sent.form.is_batch else nullcontext():
        answered = _stored(sent, arrivals, now)
    return _response(answered)


def _arrivals(sent: Sent, now: datetime) -> list[Arrival]:
    if isinstance(sent.parts, BatchFault):
        # To find out that nothing can be told apart took as long as if it could.
        partner_limits().count_messages(caller_partner(), 1 + sent.byte_count // _BYTES_A_MESSAGE, now)
        raise refusal_of(sent.parts)
    return [
        Arrival(
            partner=caller_partner(),
            transport=Transport.HTTP,
            position=f"{request_id()}:{part.number}" if sent.form.is_batch else request_id(),
            body=part.body,
            headers=sent.headers,
            content_type=STRUCTURED if sent.form.is_batch else request.content_type,
            received_at=now,
        )
        for part in sent.parts
    ]


def _stored(sent: Sent, arrivals: Sequence[Arrival], now: datetime) -> Answered:
    """Judge what was sent in one transaction, and come back once it is committed."""
    try:
        with current_hub().database.transaction() as session:
            answered = _answered(session, sent, arrivals, now)
            reach(Edge.BEFORE_COMMIT)
    except TransactionTooLongError as error:
        if sent.form.is_batch:
            raise _too_slow() from error
        raise
    reach(Edge.AFTER_COMMIT)
    return answered


def _answered(session: Session, sent: Sent, arrivals: Sequence[Arrival], now: datetime) -> Answered:
    def judge() -> KeptAnswer:
        return _judged(session, sent, arrivals)

    signed_with = _signed_with(session, sent, now)
    answered = _once(session, sent, judge, now)
    # After the partner's lock, as where records come from Kafka: two that wait for each other would end.
    touch_signing_keys(session, signed_with, now)
    return answered


def _signed_with(session: Session, sent: Sent, now: datetime) -> tuple[str, ...]:
    partner = current_hub().reference.current(session).partners.get(caller_partner())
    if partner is None or not partner.signing_keys:
        return ()
    is_binary = bool(sent.headers) and sent.form is not Form.STRUCTURED
    return (require_signature(sent.signed, partner.signing_keys, is_binary=is_binary, now=now),)


def _once(session: Session, sent: Sent, judge: Callable[[], KeptAnswer], now: datetime) -> Answered:
    if sent.key is None:
        return Answered(judge(), again=False)
    found = answer_once(session, Repeatable(caller_partner(), sent.key, sent.sha256), judge, now)
    if isinstance(found, KeyRefusal):
        raise _key_refusal(found)
    return found


def _judged(session: Session, sent: Sent, arrivals: Sequence[Arrival]) -> KeptAnswer:
    if not sent.form.is_batch:
        [receipt] = current_hub().accept(session, arrivals)
        return KeptAnswer(sent.sha256, STATUSES[receipt.verdict], "application/json", _written(receipt))
    lines = [
        _written(receipt)
        for start in range(0, len(arrivals), MESSAGES_AT_ONCE)
        for receipt in current_hub().accept(session, arrivals[start : start + MESSAGES_AT_ONCE])
    ]
    body = b"".join(line + b"\n" for line in lines) if sent.form is Form.LINES else b"[" + b",\n".join(lines) + b"]"
    return KeptAnswer(sent.sha256, HTTPStatus.OK, _OUTPUT[sent.form], body)


def _written(receipt: ReceiptV1) -> bytes:
    return receipt.model_dump_json().encode()


def _response(answered: Answered) -> Response:
    answer = answered.answer
    made = Response(answer.body, status=answer.status, content_type=answer.content_type)
    if answered.again:
        made.headers[REPLAYED_HEADER] = "true"
    return made


def _too_slow() -> RefusalError:
    words = Words(
        "Lô này không xử lý kịp trong một giao dịch; chưa thông điệp nào được ghi. Hãy chia thành lô nhỏ hơn.",
        "This batch was not done within a transaction's time; none of it is stored. Send it in smaller batches.",
    )
    return RefusalError(503, "BATCH_TOO_SLOW", words, headers=(("Retry-After", "5"),))


def _key_refusal(found: KeyRefusal) -> RefusalError:
    if found is KeyRefusal.IN_FLIGHT:
        words = Words(
            f"Yêu cầu cùng {KEY_HEADER} đang được xử lý. Hãy gửi lại sau giây lát để nhận câu trả lời của nó.",
            f"A request with this {KEY_HEADER} is at work. Send it again in a moment to get its answer.",
        )
        return RefusalError(409, "REQUEST_IN_FLIGHT", words, headers=(("Retry-After", _RETRY_SECONDS),))
    words = Words(
        f"{KEY_HEADER} này đã dùng cho một yêu cầu khác. Yêu cầu khác cần một khóa khác.",
        f"This {KEY_HEADER} was used for another request. Another request needs another key.",
    )
    return RefusalError(422, "IDEMPOTENCY_KEY_REUSED", words)
