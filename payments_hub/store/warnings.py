"""
Warnings as people look for them, with what was answered: those of receipts, and those of series found at night.

A receipt's warnings are of slices that were recorded. They are settled once a higher revision is the head; a series' is
settled on the night that finds it no more. A correction that was announced is the only answer that leaves one open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Row, TextClause, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.contracts.receipt_v1 import FindingV1
from payments_hub.domain.languages import Words
from payments_hub.domain.plausibility import WHOLE_SLICE
from payments_hub.domain.warnings import AnswerKind, WarningState, state_of
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.tables.plausibility import WarningAnswerRow

Narrowed = Literal["open", "answered", "settled", "all"]
"""Which warnings are asked for: those that wait for somebody, those answered for good, those that are over."""


@dataclass(frozen=True, slots=True)
class WarningAbout:
    """
    What a warning was given for: one finding of a receipt, or one series' silence or disagreement.

    Args:
        receipt_id: None for a series' warning.
        series_warning_id: None for a receipt's.
        pointer: JSON Pointer into the message; a receipt may hold the same code at several places.

    """

    code: str
    pointer: str
    receipt_id: str | None = None
    series_warning_id: int | None = None


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a partner answered."""

    kind: AnswerKind
    note: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredWarning:
    """
    One warning.

    Args:
        revision: Of the slice it was given for; None for a series'.
        content_revision_id: The stored revision whose cells it is about; None for a series'.
        raised_at: When the receipt was written; for a series the day of the night.
        settled: What it warned of does not hold any more.

    """

    about: WarningAbout
    finding: FindingV1
    partner_id: int
    partner: str
    partner_name: Words
    simulated: bool
    flow: str
    place_id: int
    place: str
    place_name: Words
    period: Period
    revision: int | None
    content_revision_id: int | None
    raised_at: datetime | date
    settled: bool
    answer: GivenAnswer | None

    @property
    def state(self) -> WarningState:
        """Tell how it stands."""
        return state_of(None if self.answer is None else self.answer.kind, settled=self.settled)


@dataclass(frozen=True, slots=True)
class WarningQuery:
    """
    Which warnings are asked for.

    Args:
        partner: Whose alone; None for all partners'.
        code: Of this code alone; None for all.
        flow: Of this flow alone; None for all.
        before: Those that were given before this one of a receipt or series, as a list goes on; None from the newest.

    """

    partner: str | None
    state: Narrowed = "open"
    code: str | None = None
    flow: str | None = None
    before: str | None = None
    limit: int = 50


_ANSWERED = "answer.answer AS answer, answer.note AS note, answer.answered_by AS by, answer.answered_at AS at"
_STATES = {
    "open": "NOT settled AND (answer IS NULL OR answer = 'WILL_CORRECT')",
    "answered": "answer IS NOT NULL AND (answer <> 'WILL_CORRECT' OR settled)",
    "settled": "settled AND answer IS NULL",
    "all": "true",
}
_NAMES = """
    partner.id AS partner_id, partner.code AS partner, partner.name_vi AS partner_vi, partner.name_en AS partner_en,
    partner.simulated AS simulated, place.id AS place_id, place.code AS place, place.name_vi AS place_vi,
    place.name_en AS place_en
"""
_NARROWED = "(CAST(:partner AS text) IS NULL OR partner.code = :partner)"
_OF_RECEIPTS = f"""
SELECT receipt.id AS receipt_id, NULL::bigint AS series_warning_id, each.finding AS finding,
       each.finding ->> 'code' AS code, each.finding ->> 'pointer' AS pointer, receipt.issued_at AS raised_at,
       revision.flow AS flow, revision.frequency AS frequency, revision.start AS start, revision.revision AS revision,
       revision.content_revision_id AS content_revision_id,
       receipt.id || ':' || to_char(9999 - each.ordinal, 'FM0000') AS place_in_list,
       coalesce(head.revision > revision.revision, false) AS settled, {_NAMES}, {_ANSWERED}
FROM receipt
JOIN slice_revision AS revision ON revision.delivery_id = receipt.delivery_id
JOIN partner ON partner.id = receipt.partner_id
JOIN place ON place.id = revision.place_id
CROSS JOIN LATERAL jsonb_array_elements(receipt.findings) WITH ORDINALITY AS each (finding, ordinal)
LEFT JOIN slice_head AS head ON head.partner_id = revision.partner_id AND head.flow = revision.flow
    AND head.place_id = revision.place_id AND head.frequency = revision.frequency AND head.start = revision.start
LEFT JOIN warning_answer AS answer ON answer.receipt_id = receipt.id AND answer.code = each.finding ->> 'code'
    AND answer.pointer = each.finding ->> 'pointer'
WHERE receipt.findings @> '[{{"severity": "warning"}}]' AND receipt.verdict IN ('ACCEPTED', 'NO_CHANGE')
    AND each.finding ->> 'code' LIKE 'W%' AND NOT EXISTS (
        SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
    AND {_NARROWED}
"""  # noqa: S608 - put together from this module's own text
_OF_SERIES = f"""
SELECT NULL AS receipt_id, warning.id AS series_warning_id, warning.finding AS finding, warning.code AS code,
       warning.finding ->> 'pointer' AS pointer, warning.raised_on AS raised_at, warning.flow AS flow,
       warning.frequency AS frequency, warning.start AS start, NULL::bigint AS revision,
       NULL::bigint AS content_revision_id, to_char(warning.id, 'FM000000000000') AS place_in_list,
       warning.resolved_on IS NOT NULL AS settled, {_NAMES}, {_ANSWERED}
FROM series_warning AS warning
JOIN partner ON partner.id = warning.partner_id
JOIN place ON place.id = warning.place_id
LEFT JOIN warning_answer AS answer ON answer.series_warning_id = warning.id
WHERE {_NARROWED}
"""  # noqa: S608 - as above


def _listing(warnings: str, state: str) -> TextClause:
    return text(f"""
        SELECT * FROM ({warnings}) AS warning
        WHERE {_STATES[state]} AND (CAST(:code AS text) IS NULL OR code = :code)
            AND (CAST(:flow AS text) IS NULL OR flow = :flow)
            AND (CAST(:before AS text) IS NULL OR place_in_list < :before)
        ORDER BY place_in_list DESC LIMIT :limit
    """)  # noqa: S608 - as above


_RECEIPT_LISTS = {state: _listing(_OF_RECEIPTS, state) for state in _STATES}
_SERIES_LISTS = {state: _listing(_OF_SERIES, state) for state in _STATES}
_ONE_OF_RECEIPT = text(f"{_OF_RECEIPTS} AND receipt.id = :receipt ORDER BY each.ordinal")
_ONE_OF_SERIES = text(f"{_OF_SERIES} AND warning.id = :number")
_INSTRUMENTS = text("""
SELECT DISTINCT coalesce(instrument, '') FROM slice_cell
WHERE revision_id = :revision AND CASE :code
    WHEN 'W5003' THEN count > 0 AND amount / count = :got
    ELSE :got IN (refund_count, refund_amount) END
""")


@dataclass(frozen=True, slots=True)
class WarningList:
    """A part of a list of warnings; `after` is where the next part begins, None at the end."""

    warnings: tuple[StoredWarning, ...]
    after: str | None


def receipt_warnings(session: Session, asked: WarningQuery) -> WarningList:
    """List warnings of receipts, the newest first."""
    return _listed(session, _RECEIPT_LISTS[asked.state], asked)


def series_warnings(session: Session, asked: WarningQuery) -> WarningList:
    """List warnings of series, the newest first."""
    return _listed(session, _SERIES_LISTS[asked.state], asked)


def warnings_of_receipt(session: Session, receipt_id: str, *, partner: str | None) -> tuple[StoredWarning, ...]:
    """List one receipt's warnings in the order of its findings; none where another's partner asks."""
    rows = session.execute(_ONE_OF_RECEIPT, {"receipt": receipt_id, "partner": partner})
    return tuple(_warning(row) for row in rows)


def series_warning(session: Session, number: int, *, partner: str | None) -> StoredWarning | None:
    """Find one series' warning; None where another's partner asks."""
    row = session.execute(_ONE_OF_SERIES, {"number": number, "partner": partner}).first()
    return None if row is None else _warning(row)


def instrument_of(session: Session, warning: StoredWarning) -> str:
    """
    Tell the instrument of the cell that a warning names; '' for the whole slice, or where the figures do not tell.

    A pointer counts cells as they were sent, and they are kept sorted; the figure that was remarkable finds them.
    """
    got = warning.finding.got or ""
    if not warning.about.pointer.startswith("/data/cells/") or not got.isdecimal():
        return WHOLE_SLICE
    asked = {"revision": warning.content_revision_id, "code": warning.about.code, "got": int(got)}
    found = list(session.scalars(_INSTRUMENTS, asked))
    return found[0] if len(found) == 1 else WHOLE_SLICE


def save_answer(session: Session, warning: StoredWarning, answer: GivenAnswer, *, instrument: str) -> bool:
    """Keep an answer, and tell whether it was the first one; a second one is not kept."""
    about = warning.about
    values = {
        "partner_id": warning.partner_id,
        "receipt_id": about.receipt_id,
        "series_warning_id": about.series_warning_id,
        "code": about.code,
        "pointer": about.pointer,
        "flow": warning.flow,
        "place_id": warning.place_id,
        "instrument": instrument,
        "answer": answer.kind.value,
        "note": answer.note,
        "answered_by": answer.by,
        "answered_at": answer.at,
    }
    statement = insert(WarningAnswerRow).values(values).on_conflict_do_nothing().returning(WarningAnswerRow.id)
    return session.scalar(statement) is not None


def _listed(session: Session, query: TextClause, asked: WarningQuery) -> WarningList:
    values = {"partner": asked.partner, "code": asked.code, "flow": asked.flow, "before": asked.before}
    rows = session.execute(query, {**values, "limit": asked.limit + 1}).all()
    shown = rows[: asked.limit]
    after = shown[-1].place_in_list if len(rows) > asked.limit else None
    return WarningList(tuple(_warning(row) for row in shown), after)


def _warning(row: Row[Any]) -> StoredWarning:
    return StoredWarning(
        about=WarningAbout(row.code, row.pointer, row.receipt_id, row.series_warning_id),
        finding=FindingV1.model_validate(row.finding),
        partner_id=row.partner_id,
        partner=row.partner,
        partner_name=Words(row.partner_vi, row.partner_en),
        simulated=row.simulated,
        flow=row.flow,
        place_id=row.place_id,
        place=row.place,
        place_name=Words(row.place_vi, row.place_en),
        period=Period(row.start, Frequency(row.frequency)),
        revision=row.revision,
        content_revision_id=row.content_revision_id,
        raised_at=row.raised_at,
        settled=row.settled,
        answer=_answer(row),
    )


def _answer(row: Row[Any]) -> GivenAnswer | None:
    return None if row.answer is None else GivenAnswer(AnswerKind(row.answer), row.note, row.by, row.at)
