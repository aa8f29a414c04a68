"""The lists of quarantine in words: rejected deliveries, and the causes they have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.receipt_v1 import FindingV1
from payments_hub.contracts.root_causes import root_causes
from payments_hub.domain import formatting
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.domain.verdicts import Verdict
from payments_hub.store.quarantine import CauseGroup, QuarantinedDelivery, QuarantineState
from payments_hub.web.components import FieldError, Link, Option, Paging, Tag, verdict_tag
from payments_hub.web.quarantine.queries import Asked

LINES_A_PAGE = 50
FILE_COLUMNS = (
    *("delivery", "received_at", "partner", "transport", "bytes", "flow", "site", "period", "revision", "codes"),
    *("receipt", "verdict_now", "bytes_kept_until", "simulated_data"),
)
_STATES = {
    QuarantineState.OPEN: Words("Còn bị từ chối", "Still rejected"),
    QuarantineState.SETTLED: Words("Đã xong", "Settled since"),
    QuarantineState.ALL: Words("Tất cả", "All"),
}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One rejected delivery of the list."""

    number: int
    address: str
    received_at: str
    partner: str
    simulated: bool
    what: str
    causes: tuple[str, ...]
    verdict: Tag
    is_open: bool


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One cause with the deliveries that have it."""

    code: str
    title: str
    text: str
    partner: str
    simulated: bool
    deliveries: str
    first_at: str
    last_at: str
    address: str
    newest: str
    replay: str | None


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """What the list's template gets; `causes` or `lines` by the tab that is open."""

    title: str
    lede: str
    tabs: tuple[Link, ...]
    asked: Asked
    partners: tuple[Option, ...]
    codes: tuple[Option, ...]
    flows: tuple[Option, ...]
    states: tuple[Option, ...]
    errors: tuple[FieldError, ...]
    by_cause: bool
    lines: tuple[DeliveryLine, ...]
    causes: tuple[CauseLine, ...]
    paging: Paging | None
    may_replay: bool
    file_address: str
    simulated: bool


def quarantine_page(
    found: Sequence[QuarantinedDelivery] | Sequence[CauseGroup],
    asked: Asked,
    partners: Sequence[str],
    viewer: Viewer,
    language: Language,
    *,
    by_cause: bool,
) -> QuarantinePage:
    """
    Word a list of quarantine.

    Args:
        found: Deliveries, or causes.
        asked: What it was narrowed to.
        partners: Codes to choose from; none for a partner.
        viewer: Who reads.
        language: The reader's.
        by_cause: Which of the two lists it is.

    """
    deliveries = [one for one in found if isinstance(one, QuarantinedDelivery)]
    causes = [one for one in found if isinstance(one, CauseGroup)]
    may_replay = viewer.may(Action.REPLAY)
    return QuarantinePage(
        title=Words("Cách ly", "Quarantine").of(language),
        lede=_lede(deliveries, causes, asked, language),
        tabs=_tabs(asked, language, by_cause=by_cause),
        asked=asked,
        partners=tuple(Option(code, code, chosen=code == asked.partner) for code in partners),
        codes=tuple(
            Option(code, f"{code} {known.title.of(language)}", chosen=code == asked.code)
            for code, known in CODES.items()
            if not code.startswith("W")
        ),
        flows=tuple(Option(code, code, chosen=code == asked.flow) for code in FLOWS),
        states=tuple(
            Option(state.value, words.of(language), chosen=state is asked.state) for state, words in _STATES.items()
        ),
        errors=_errors(asked, language),
        by_cause=by_cause,
        lines=tuple(_line(one, language) for one in deliveries),
        causes=tuple(_cause(one, asked, language, may_replay=may_replay) for one in causes),
        paging=_paging(deliveries, asked, language),
        may_replay=may_replay,
        file_address=f"{url_for('quarantine.listed_file')}?{asked.parameters()}",
        simulated=any(one.simulated for one in found),
    )


def file_rows(found: Iterator[QuarantinedDelivery]) -> Iterator[Sequence[str]]:
    """Write deliveries as a file has them, the names of the columns first."""
    yield FILE_COLUMNS
    for one in found:
        codes = " ".join(dict.fromkeys(str(finding["code"]) for finding in one.findings))
        yield (
            *(str(one.delivery_id), one.received_at.isoformat(), one.partner, one.transport, str(one.byte_count)),
            *(one.flow or "", one.site or "", one.period or "", one.revision or "", codes),
            *(one.receipt_id, one.verdict, one.keep_until.isoformat(), "yes" if one.simulated else "no"),
        )


def _tabs(asked: Asked, language: Language, *, by_cause: bool) -> tuple[Link, ...]:
    causes, records = (
        f"/quarantine/causes?{asked.parameters(field=None, got=None)}",
        f"/quarantine?{asked.parameters()}",
    )
    return (
        Link(Words("Theo nguyên nhân", "By cause").of(language), causes, current=by_cause),
        Link(Words("Từng lần nhận", "One by one").of(language), records, current=not by_cause),
    )


def _lede(
    deliveries: Sequence[QuarantinedDelivery], causes: Sequence[CauseGroup], asked: Asked, language: Language
) -> str:
    if causes:
        number, rejected = len(causes), formatting.whole(sum(one.deliveries for one in causes), language)
        return Words(
            f"{number} nguyên nhân, tính theo từng đối tác. Sửa danh mục hoặc báo đối tác, rồi chạy lại. "
            f"(Cộng các dòng: {rejected}; một thông điệp có thể có nhiều nguyên nhân.)",
            f"{number} causes, by partner. Mend the list or tell the partner, then replay. "
            f"(Lines add up to {rejected}; one message may have several causes.)",
        ).of(language)
    if deliveries:
        return Words(
            "Byte nhận được giữ 400 ngày. Chạy lại không bao giờ đếm hai lần.",
            "The bytes received are kept 400 days. A replay never counts anything twice.",
        ).of(language)
    if asked == Asked():
        return Words("Không có thông điệp nào đang bị từ chối.", "No message is rejected.").of(language)
    return Words("Không có gì khớp điều kiện lọc.", "Nothing fits what is asked for.").of(language)


def _line(one: QuarantinedDelivery, language: Language) -> DeliveryLine:
    causes = root_causes(FindingV1.model_validate(finding) for finding in one.findings)
    errors = [cause for cause in causes if cause.first.severity == "error"]
    named = " / ".join(part for part in (one.flow, one.site, one.period) if part)
    return DeliveryLine(
        number=one.delivery_id,
        address=url_for("quarantine.one", delivery=one.delivery_id),
        received_at=formatting.instant(one.received_at, language),
        partner=one.partner,
        simulated=one.simulated,
        what=named or Words("Không đọc được", "Not readable").of(language),
        causes=tuple(_cause_words(cause.first.code, cause.first.got, len(cause.places), language) for cause in errors),
        verdict=verdict_tag(Verdict(one.verdict), language),
        is_open=one.verdict == Verdict.REJECTED,
    )


def _cause_words(code: str, got: str | None, places: int, language: Language) -> str:
    times = f" ×{places}" if places > 1 else ""
    found = "" if got is None else f": {got}"
    return f"{code} {CODES[code].title.of(language)}{found}{times}"


def _cause(one: CauseGroup, asked: Asked, language: Language, *, may_replay: bool) -> CauseLine:
    narrowed = asked.parameters(partner=one.partner, code=one.code, field=one.field, got=one.got)
    return CauseLine(
        code=one.code,
        title=CODES[one.code].title.of(language),
        text=Words(one.text_vi, one.text_en).of(language),
        partner=one.partner,
        simulated=one.simulated,
        deliveries=formatting.whole(one.deliveries, language),
        first_at=formatting.instant(one.first_at, language),
        last_at=formatting.instant(one.last_at, language),
        address=f"/quarantine?{narrowed}",
        newest=url_for("quarantine.one", delivery=one.newest),
        replay=f"{url_for('quarantine.trial')}?{narrowed}" if may_replay else None,
    )


def _paging(deliveries: Sequence[QuarantinedDelivery], asked: Asked, language: Language) -> Paging | None:
    if not deliveries:
        return None
    shown = deliveries[:LINES_A_PAGE]
    number = formatting.whole(len(shown), language)
    words = Words(f"{number} dòng, mới trước cũ sau", f"{number} lines, newest first").of(language)
    if len(deliveries) < LINES_A_PAGE:
        return Paging(words)
    return Paging(words, after=f"/quarantine?{asked.parameters(behind=shown[-1].delivery_id)}")


def _errors(asked: Asked, language: Language) -> tuple[FieldError, ...]:
    if not asked.day_is_wrong:
        return ()
    words = Words("Đây không phải một ngày. Hãy viết như 1/11/2026.", "That is no day. Write it like 1/11/2026.")
    return (FieldError("since", words.of(language)),)
