"""Locked periods, what waits because of them, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.services.locks import outlook
from payments_hub.store.lock_pages import HeldSlice, StoredLock
from payments_hub.web.audit.words import actor_words
from payments_hub.web.components import FieldError, Link, Option, Paging, Tag, verdict_tag
from payments_hub.web.locks.forms import Typed
from payments_hub.web.locks.words import effect_words, now_words, then_words

LINES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class LockLine:
    """One lock; `ended` tells when, by whom and why it ended, or is empty."""

    number: int
    flow: str
    period: str
    reason: str
    since: str
    by: str
    waiting: str
    ended: str
    unlock_address: str
    unlock_reason: str
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One slice that waits."""

    delivery_id: int
    chosen: bool
    partner: str
    simulated: bool
    what: str
    revision: str
    held_at: str
    now: str
    then: str
    effect: str
    receipt_address: str


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One slice that was decided on."""

    partner: str
    simulated: bool
    what: str
    revision: str
    said: str
    verdict: Tag
    at: str
    by: str
    reason: str
    receipt_address: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows; slices one more than a page holds, so that it knows whether there are others."""

    standing: Sequence[StoredLock]
    ended: Sequence[StoredLock]
    waiting: Sequence[HeldSlice]
    decided: Sequence[HeldSlice]
    waiting_count: int


@dataclass(frozen=True, slots=True)
class LocksPage:
    """
    The page of locks.

    Args:
        done: What was just done; may be empty.
        may_lock: Whether the reader may lock, unlock and decide.
        typed: What was typed in the forms that came back.

    """

    crumbs: tuple[Link, ...]
    lede: str
    done: str
    notice: str
    simulated: bool
    may_lock: bool
    flows: tuple[Option, ...]
    typed: Mapping[str, str]
    errors: tuple[FieldError, ...]
    standing: tuple[LockLine, ...]
    ended: tuple[LockLine, ...]
    waiting: tuple[HeldLine, ...]
    paging: Paging
    decided: tuple[DecidedLine, ...]


def locks_page(shown: Shown, typed: Typed, *, may_lock: bool, done: str, language: Language) -> LocksPage:
    """Word the page for one reader."""
    slices = shown.waiting[:LINES_A_PAGE]
    flow = typed.values.get("flow")
    return LocksPage(
        crumbs=_crumbs(language),
        lede=_lede(shown, language),
        done=done,
        notice=typed.notice,
        simulated=any(held.simulated for held in (*slices, *shown.decided)),
        may_lock=may_lock,
        flows=tuple(Option(code, _flow_words(code, language), code == flow) for code in FLOWS),
        typed={name: typed.values.get(name, "") for name in ("period", "reason", "why")},
        errors=typed.errors,
        standing=tuple(_lock(lock, typed, language) for lock in shown.standing),
        ended=tuple(_lock(lock, typed, language) for lock in shown.ended),
        waiting=tuple(_held(held, typed, language) for held in slices),
        paging=_paging(shown, language),
        decided=tuple(_decided(held, language) for held in shown.decided),
    )


def _crumbs(language: Language) -> tuple[Link, ...]:
    overview, title = Words("Tổng quan", "Overview"), Words("Khóa kỳ", "Locked periods")
    return Link(overview.of(language), url_for("analysis.overview")), Link(title.of(language), "")


def _lede(shown: Shown, language: Language) -> str:
    locks = formatting.whole(len(shown.standing), language)
    waiting = formatting.whole(shown.waiting_count, language)
    if not shown.standing and not shown.waiting_count:
        return Words(
            "Không có kỳ nào đang khóa và không có lát nào chờ quyết định.",
            "No period is locked, and nothing waits for a decision.",
        ).of(language)
    return Words(
        f"{locks} kỳ đang khóa; {waiting} lát đến cho kỳ đã khóa đang chờ quyết định và chưa vào số liệu.",
        f"Locks that hold: {locks}. Slices that came for locked periods and wait, outside the figures: {waiting}.",
    ).of(language)


def _flow_words(code: str, language: Language) -> str:
    flow = FLOWS[code]
    return f"{code} – {Words(flow.title_vi, flow.title_en).of(language)}"


def _lock(lock: StoredLock, typed: Typed, language: Language) -> LockLine:
    name = f"unlock-{lock.number}"
    return LockLine(
        number=lock.number,
        flow=lock.flow,
        period=formatting.period(lock.period, language),
        reason=lock.reason,
        since=formatting.instant(lock.locked_at, language),
        by=actor_words(lock.locked_by, language),
        waiting=formatting.whole(lock.waiting, language),
        ended=_ended(lock, language),
        unlock_address=url_for("locks.unlock", number=lock.number),
        unlock_reason=typed.values.get(name, ""),
        errors=tuple(error for error in typed.errors if error.field == name),
    )


def _ended(lock: StoredLock, language: Language) -> str:
    if lock.unlocked_at is None:
        return ""
    at, by = formatting.instant(lock.unlocked_at, language), actor_words(lock.unlocked_by, language)
    return f"{at}, {by}: {lock.unlock_reason}"


def _held(held: HeldSlice, typed: Typed, language: Language) -> HeldLine:
    would = outlook(held)
    return HeldLine(
        delivery_id=held.delivery_id,
        chosen=held.delivery_id in typed.chosen,
        partner=held.partner,
        simulated=held.simulated,
        what=_what(held, language),
        revision=str(held.revision),
        held_at=formatting.instant(held.held_at, language),
        now=now_words(held, language),
        then=then_words(held, would, language),
        effect=effect_words(held, would, language),
        receipt_address=url_for("receipts.one", receipt_id=held.receipt_id),
    )


def _decided(held: HeldSlice, language: Language) -> DecidedLine:
    return DecidedLine(
        partner=held.partner,
        simulated=held.simulated,
        what=_what(held, language),
        revision=str(held.revision),
        said=then_words(held, outlook(held), language),
        verdict=verdict_tag(Verdict(held.verdict), language),
        at=formatting.NOTHING if held.decided_at is None else formatting.instant(held.decided_at, language),
        by=actor_words(held.decided_by, language),
        reason=held.reason or "",
        receipt_address=url_for("receipts.one", receipt_id=held.receipt_id),
    )


def _what(held: HeldSlice, language: Language) -> str:
    return f"{held.flow}, {held.site_name.of(language)}, {formatting.period_within(held.period, language)}"


def _paging(shown: Shown, language: Language) -> Paging:
    number, all_told = min(len(shown.waiting), LINES_A_PAGE), formatting.whole(shown.waiting_count, language)
    words = Words(f"{number} trong {all_told} lát, cũ trước mới sau", f"{number} of {all_told}, oldest first")
    if len(shown.waiting) <= LINES_A_PAGE:
        return Paging(words.of(language))
    behind = shown.waiting[LINES_A_PAGE - 1].delivery_id
    return Paging(words.of(language), after=url_for("locks.listed", behind=behind))
