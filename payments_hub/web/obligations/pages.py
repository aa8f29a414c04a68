"""The pages about obligations as they are read."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.obligations import ObligationFault
from payments_hub.domain.people import Action, Viewer
from payments_hub.kernel.ids import sha256
from payments_hub.services.obligations import ObligationReading
from payments_hub.store.obligations import ObligationFilter, StoredObligation
from payments_hub.store.partners import Partner
from payments_hub.web.components import FieldError, Link, Option, Paging, Tag
from payments_hub.web.feeds.calendars import FREQUENCIES

LINES_A_PAGE = 50
FAULTS_SHOWN = 200

_TITLE = Words("Nghĩa vụ báo cáo", "Obligations")


@dataclass(frozen=True, slots=True)
class ObligationItem:
    """One obligation in a line; `end_address` leads to where it can be ended, for those who may."""

    partner: str
    partner_name: str
    simulated: bool
    flow: str
    place: str
    place_name: str
    frequency: str
    due: str
    begins: str
    ends: str
    state: Tag
    end_address: str


@dataclass(frozen=True, slots=True)
class ObligationsPage:
    """What the list shows."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    simulated: bool
    saved: str
    may_change: bool
    partners: tuple[Option, ...]
    flows: tuple[Option, ...]
    place: str
    items: tuple[ObligationItem, ...]
    paging: Paging
    file_address: str


@dataclass(frozen=True, slots=True)
class FaultItem:
    """One fault of a file."""

    line: str
    column: str
    got: str
    text: str


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One agreement that comes in or changes: `before` is empty for a new one."""

    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    """
    What taking a file in shows: the form, or what the file would change, or all that is wrong with it.

    Args:
        content: The file as base64, to be sent again by who confirms; empty where there is nothing to confirm.
        digest: Of what was shown, so that nobody confirms something else.
        moved: Whether somebody changed obligations since it was shown.

    """

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    errors: tuple[FieldError, ...] = ()
    faults: tuple[FaultItem, ...] = ()
    more_faults: int = 0
    changes: tuple[ChangeItem, ...] = ()
    name: str = ""
    content: str = ""
    digest: str = ""
    moved: bool = False
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class AddPage:
    """The form of one obligation, with what was typed."""

    crumbs: tuple[Link, ...]
    title: str
    errors: tuple[FieldError, ...]
    partners: tuple[Option, ...]
    flows: tuple[Option, ...]
    frequencies: tuple[Option, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EndPage:
    """The form that lets one obligation end with a day."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    errors: tuple[FieldError, ...]
    last: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class ListAsked:
    """
    Which part of the list is asked for, and when.

    Args:
        page: The page, from 1.
        saved: How many obligations were saved just before; 0 for none.

    """

    narrowed: ObligationFilter
    page: int
    saved: int
    today: date


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent."""

    name: str
    content: bytes


def obligations_page(
    found: Sequence[StoredObligation],
    listing: ListAsked,
    viewer: Viewer,
    partners: Sequence[Partner],
    language: Language,
) -> ObligationsPage:
    """Word the list."""
    begin = min(max(listing.page - 1, 0) * LINES_A_PAGE, max(0, (len(found) - 1) // LINES_A_PAGE * LINES_A_PAGE))
    shown = found[begin : begin + LINES_A_PAGE]
    may_change = viewer.may(Action.CHANGE_OBLIGATIONS)
    asked, saved, today = listing.narrowed, listing.saved, listing.today
    count = Words(f"Đã lưu {saved} nghĩa vụ.", f"{saved} obligation{'s' * (saved != 1)} saved.").of(language)
    return ObligationsPage(
        crumbs=(Link(_TITLE.of(language), ""),),
        title=_TITLE.of(language),
        lede=_lede(found, today, language),
        simulated=any(one.simulated for one in shown),
        saved=count if saved else "",
        may_change=may_change,
        partners=_partner_options(partners, asked.partner, language) if viewer.partner is None else (),
        flows=_flow_options(asked.flow, language),
        place=asked.place or "",
        items=tuple(_item(one, today, language, may_change=may_change) for one in shown),
        paging=_paging(asked, begin, len(found), language),
        file_address=_address("obligations.listed_file", asked),
    )


def import_page(
    reading: ObligationReading | None,
    language: Language,
    file: SentFile = SentFile("", b""),
    *,
    errors: tuple[FieldError, ...] = (),
    moved: bool = False,
    simulated: bool = False,
) -> ImportPage:
    """Word the form, or what was read of a file."""
    title = Words("Nhập tệp nghĩa vụ", "Import obligations").of(language)
    crumbs = (Link(_TITLE.of(language), url_for("obligations.listed")), Link(title, ""))
    if reading is None:
        lede = Words(
            "Chọn tệp CSV. Hệ thống cho xem sẽ đổi gì trước khi lưu.",
            "Choose a CSV file. You see what would change before anything is saved.",
        )
        return ImportPage(crumbs, title, lede.of(language), errors=errors)
    may_save = not reading.faults and bool(reading.compared.wanted)
    return ImportPage(
        crumbs=crumbs,
        title=title,
        lede=_reading_lede(reading).of(language),
        faults=tuple(_fault(fault, language) for fault in reading.faults[:FAULTS_SHOWN]),
        more_faults=max(0, len(reading.faults) - FAULTS_SHOWN),
        changes=() if reading.faults else _changes(reading, language),
        name=file.name,
        content=base64.b64encode(file.content).decode("ascii") if may_save else "",
        digest=reading_digest(reading),
        moved=moved,
        simulated=simulated,
    )


def reading_digest(reading: ObligationReading) -> str:
    """Hash what a reading would change."""
    return sha256(repr(reading.compared).encode()).hex()


def add_page(
    values: Mapping[str, str], partners: Sequence[Partner], errors: tuple[FieldError, ...], language: Language
) -> AddPage:
    """Word the form of one obligation."""
    title = Words("Thêm nghĩa vụ", "Add an obligation").of(language)
    chosen = values.get("frequency", "")
    return AddPage(
        crumbs=(Link(_TITLE.of(language), url_for("obligations.listed")), Link(title, "")),
        title=title,
        errors=errors,
        partners=_partner_options(partners, values.get("partner"), language),
        flows=_flow_options(values.get("flow"), language),
        frequencies=tuple(
            Option(frequency.value, words.of(language), chosen=frequency.value == chosen)
            for frequency, words in FREQUENCIES.items()
        ),
        values=values,
    )


def end_page(stored: StoredObligation, last: str, errors: tuple[FieldError, ...], language: Language) -> EndPage:
    """Word the form that ends an obligation."""
    title = Words("Kết thúc nghĩa vụ", "End an obligation").of(language)
    return EndPage(
        crumbs=(Link(_TITLE.of(language), url_for("obligations.listed")), Link(title, "")),
        title=title,
        lede=f"{stored.partner_name.of(language)}: {duty_words(stored.duty, language)}",
        errors=errors,
        last=last,
        simulated=stored.simulated,
    )


def field_errors(faults: Sequence[ObligationFault], language: Language) -> tuple[FieldError, ...]:
    """Show faults of a form at their fields."""
    return tuple(FieldError(fault.column or "partner", fault.words.of(language)) for fault in faults)


def duty_words(duty: Obligation, language: Language) -> str:
    """Write an obligation in one line."""
    begins = formatting.day(duty.valid_from, language)
    every = FREQUENCIES[duty.frequency].of(language)
    names = f"{duty.partner} · {duty.flow} · {duty.place}"
    until = Words(f"từ {begins}", f"from {begins} on").of(language)
    if duty.valid_to is not None:
        ends = formatting.day(duty.valid_to, language)
        until = Words(f"từ {begins} đến {ends}", f"from {begins} to {ends}").of(language)
    return f"{names} · {every}, {_due(duty.due_days, language)}, {until}"


def _lede(found: Sequence[StoredObligation], today: date, language: Language) -> str:
    holding = sum(_holds(one.duty, today) for one in found)
    count = len(found)
    vi = f"{count} nghĩa vụ, {holding} đang có hiệu lực."
    en = f"{count} obligation{'s' * (count != 1)}, {holding} in force."
    return Words(vi, en).of(language)


def _reading_lede(reading: ObligationReading) -> Words:
    if reading.faults:
        count = len(reading.faults)
        return Words(
            f"{count} chỗ cần sửa. Chưa lưu gì; sửa trong tệp rồi gửi lại.",
            f"{count} thing{'s' * (count != 1)} to put right. Nothing was saved; mend the file and send it again.",
        )
    added, changed, same = len(reading.compared.added), len(reading.compared.changed), reading.compared.unchanged
    if not added and not changed:
        return Words("Tệp này không đổi gì.", "This file changes nothing.")
    return Words(
        f"Sẽ thêm {added}, đổi {changed}; {same} giữ nguyên. Chưa lưu gì cho tới khi bạn xác nhận.",
        f"{added} would come in, {changed} would change, {same} stay. Nothing is saved until you confirm.",
    )


def _item(one: StoredObligation, today: date, language: Language, *, may_change: bool) -> ObligationItem:
    duty = one.duty
    return ObligationItem(
        partner=duty.partner,
        partner_name=one.partner_name.of(language),
        simulated=one.simulated,
        flow=duty.flow,
        place=duty.place,
        place_name=one.place_name.of(language),
        frequency=FREQUENCIES[duty.frequency].of(language),
        due=_due(duty.due_days, language),
        begins=formatting.day(duty.valid_from, language),
        ends=_ends(duty, language),
        state=_state(duty, today, language),
        end_address=url_for("obligations.end_form", number=one.number) if may_change else "",
    )


def _state(duty: Obligation, today: date, language: Language) -> Tag:
    if _holds(duty, today):
        return Tag(Words("Hiệu lực", "In force").of(language), "good")
    if duty.valid_from > today:
        return Tag(Words("Sắp tới", "To come").of(language), "info")
    return Tag(Words("Đã kết thúc", "Ended").of(language), "none")


def _holds(duty: Obligation, today: date) -> bool:
    return duty.valid_from <= today and (duty.valid_to is None or today <= duty.valid_to)


def _due(days: int, language: Language) -> str:
    return Words(f"hạn {days} ngày", f"due in {days} day{'s' * (days != 1)}").of(language)


def _ends(duty: Obligation, language: Language) -> str:
    if duty.valid_to is None:
        return Words("không định ngày", "further notice").of(language)
    return formatting.day(duty.valid_to, language)


def _fault(fault: ObligationFault, language: Language) -> FaultItem:
    line = formatting.NOTHING if fault.line is None else str(fault.line)
    return FaultItem(line, fault.column, fault.got, fault.words.of(language))


def _changes(reading: ObligationReading, language: Language) -> tuple[ChangeItem, ...]:
    added = [ChangeItem("add", "", duty_words(duty, language)) for duty in reading.compared.added]
    changed = [
        ChangeItem("change", duty_words(before, language), duty_words(after, language))
        for before, after in reading.compared.changed
    ]
    return (*added, *changed)


def _partner_options(partners: Sequence[Partner], chosen: str | None, language: Language) -> tuple[Option, ...]:
    invented = Words(" (mô phỏng)", " (simulated)").of(language)

    def named(one: Partner) -> str:
        return f"{one.code} · {Words(one.name_vi, one.name_en).of(language)}{invented if one.simulated else ''}"

    return tuple(Option(one.code, named(one), chosen=one.code == chosen) for one in partners)


def _flow_options(chosen: str | None, language: Language) -> tuple[Option, ...]:
    return tuple(
        Option(
            flow.code, f"{flow.code} · {Words(flow.title_vi, flow.title_en).of(language)}", chosen=flow.code == chosen
        )
        for flow in FLOWS.values()
    )


def _paging(asked: ObligationFilter, begin: int, count: int, language: Language) -> Paging:
    end, page = min(begin + LINES_A_PAGE, count), begin // LINES_A_PAGE + 1
    shown = f"{begin + 1}{formatting.RANGE}{end}" if count else "0"
    words = Words(f"{shown} trong {count} nghĩa vụ", f"{shown} of {count} obligations").of(language)
    before = _address("obligations.listed", asked, page - 1) if begin else ""
    after = _address("obligations.listed", asked, page + 1) if end < count else ""
    return Paging(words, before, after)


def _address(endpoint: str, asked: ObligationFilter, page: int = 1) -> str:
    narrowed = {"partner": asked.partner, "flow": asked.flow, "place": asked.place}
    query = {name: value for name, value in narrowed.items() if value}
    if page > 1:
        query["page"] = str(page)
    return url_for(endpoint) + (f"?{urlencode(query)}" if query else "")
