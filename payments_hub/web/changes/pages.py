"""What changed between two days, in words."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.changes import REASON_WORDS, ChangeReason, ReasonSum, SliceChange
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.money import Currency
from payments_hub.services.changes import Changes
from payments_hub.web.components import Link, Option


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason of one flow: how many slices, and by how much they change it."""

    name: str
    meaning: str
    slices: str
    count: str
    amount: str


@dataclass(frozen=True, slots=True)
class FlowPart:
    """What changed of one flow, by reason, and together."""

    title: str
    lines: tuple[ReasonLine, ...]
    total: ReasonLine


@dataclass(frozen=True, slots=True)
class SliceLine:
    """One changed slice."""

    what: str
    site: str
    partner: str
    revision: str
    reason: str
    before: str
    after: str
    known_at: str
    address: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What the template gets."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    partner: str | None
    from_day: str
    to_day: str
    flows: tuple[Option, ...]
    updating: bool
    parts: tuple[FlowPart, ...]
    slices: tuple[SliceLine, ...]
    file_address: str
    simulated: bool
    fault: str | None


def changes_page(found: Changes, flow: str | None, language: Language, fault: Words | None = None) -> ChangesPage:
    """
    Word what changed.

    Args:
        found: The changes.
        flow: Of which flow alone slices are listed; None for all.
        language: The reader's.
        fault: What is wrong with a day that was asked for; the page then shows its own choice of days.

    """
    overview = Words("Tổng quan", "Overview").of(language)
    title = Words("Đã thay đổi gì", "What changed").of(language)
    asked = {"from": found.after.isoformat(), "to": found.until.isoformat(), "flow": flow or ""}
    return ChangesPage(
        crumbs=(Link(overview, url_for("analysis.overview")), Link(title, "")),
        title=title,
        lede=_lede(found, language),
        partner=found.partner,
        from_day=formatting.day(found.after, language),
        to_day=formatting.day(found.until, language),
        flows=_flow_options(flow, language),
        updating=found.updating,
        parts=_parts(found.sums, language),
        slices=tuple(_slice(change, language) for change in found.slices),
        file_address=f"{url_for('changes.changes_file')}?{urlencode(asked)}",
        simulated=found.simulated,
        fault=None if fault is None else fault.of(language),
    )


def _lede(found: Changes, language: Language) -> str:
    first, last = formatting.day(found.after, language), formatting.day(found.until, language)
    number = sum(one.slices for one in found.sums)
    if not number:
        return Words(
            f"Từ cuối ngày {first} đến cuối ngày {last} không có gì thay đổi.",
            f"Nothing changed from the end of {first} to the end of {last}.",
        ).of(language)
    after = sum(one.slices for one in found.sums if one.reason not in _NEW)
    all_told, changed = formatting.whole(number, language), formatting.whole(after, language)
    return Words(
        f"Từ cuối ngày {first} đến cuối ngày {last}: {all_told} lát mới biết, trong đó {changed} lát làm đổi số đã có "
        "hoặc đến muộn.",
        f"From the end of {first} to the end of {last}: {all_told} slices became known, {changed} of them late or "
        "changing what was there.",
    ).of(language)


_NEW = frozenset({ChangeReason.NEW_PERIOD, ChangeReason.NEW_REPORTER})


def _flow_options(chosen: str | None, language: Language) -> tuple[Option, ...]:
    every = Option("", Words("Mọi luồng", "All flows").of(language), chosen=chosen is None)
    return (every, *(Option(code, code, chosen=code == chosen) for code in FLOWS))


def _parts(sums: tuple[ReasonSum, ...], language: Language) -> tuple[FlowPart, ...]:
    keys = dict.fromkeys((one.flow, one.currency) for one in sums)
    return tuple(
        _part(flow, [one for one in sums if (one.flow, one.currency) == (flow, currency)], language)
        for flow, currency in keys
    )


def _part(flow: str, sums: list[ReasonSum], language: Language) -> FlowPart:
    ordered = sorted(sums, key=lambda one: list(ChangeReason).index(one.reason))
    lines = tuple(_line(one, REASON_WORDS[one.reason], language) for one in ordered)
    counts, amounts = [one.count for one in sums], [one.amount for one in sums]
    whole = ReasonSum(
        flow=flow,
        currency=sums[0].currency,
        reason=sums[0].reason,
        slices=sum(one.slices for one in sums),
        count=_sum(counts),
        amount=_sum(amounts),
    )
    together = (Words("Tất cả", "All together"), Words("", ""))
    return FlowPart(
        f"{Words(FLOWS[flow].title_vi, FLOWS[flow].title_en).of(language)} ({flow})",
        lines,
        _line(whole, together, language),
    )


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _line(one: ReasonSum, words: tuple[Words, Words], language: Language) -> ReasonLine:
    name, meaning = words
    return ReasonLine(
        name=name.of(language),
        meaning=meaning.of(language),
        slices=formatting.whole(one.slices, language),
        count=_difference(one.count, language),
        amount=formatting.NOTHING if one.amount is None else _money(one.amount, one.currency, language),
    )


def _difference(value: int | None, language: Language) -> str:
    if value is None:
        return formatting.NOTHING
    sign = "+" if value > 0 else formatting.MINUS if value < 0 else ""
    return sign + formatting.whole(abs(value), language)


def _money(value: int, currency: str, language: Language) -> str:
    sign = "+" if value > 0 else formatting.MINUS if value < 0 else ""
    return sign + formatting.money(abs(value), Currency(currency), language)


def _slice(change: SliceChange, language: Language) -> SliceLine:
    site = Words(change.site_name_vi, change.site_name_en).of(language)
    return SliceLine(
        what=f"{change.flow}, {site}, {formatting.period_within(change.period, language)}",
        site=change.site,
        partner=change.partner,
        revision=str(change.revision),
        reason=REASON_WORDS[change.reason][0].of(language),
        before=_held(change.amount_before, change.count_before, change.currency, language),
        after=_held(change.amount_after, change.count_after, change.currency, language),
        known_at=formatting.instant(change.known_at, language),
        address=f"/receipts/{change.receipt_id}",
        simulated=change.simulated,
    )


def _held(amount: int | None, count: int | None, currency: str, language: Language) -> str:
    if amount is not None and currency:
        return formatting.money(amount, Currency(currency), language)
    return formatting.NOTHING if count is None else formatting.whole(count, language)
