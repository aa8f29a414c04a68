"""The one control of "as known at": now, or the end of a day; every page of figures carries the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import request, url_for

from payments_hub.domain import formatting
from payments_hub.domain.changes import last_knowable_day
from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.web.components import Option
from payments_hub.web.context import current_hub, reading_language
from payments_hub.web.refusals import RefusalError

MONTHS_OFFERED = 3


@dataclass(frozen=True, slots=True)
class AsOfControl:
    """
    The control on a page.

    Args:
        options: Now, the newest day, the ends of the last months, and the day that is shown.
        fault: What is wrong with the day that was asked for; the page shows now.
        told: What the page shows, where that is not now.
        now_address: The same page as of now; None where it is that.
        changes_address: What changed since the day; None where the page shows now.

    """

    options: tuple[Option, ...]
    fault: str | None
    told: str | None
    now_address: str | None
    changes_address: str | None


@dataclass(frozen=True, slots=True)
class AskedDay:
    """
    The day at whose end a page is asked for.

    Args:
        day: None for now.
        fault: What is wrong with what was asked for, and what to do; the page then shows now.

    """

    day: date | None
    fault: Words | None = None


def asked_day(name: str = "as_of") -> AskedDay:
    """Read the day at whose end a page is asked for; what was typed wins over what was chosen."""
    typed = request.args.get(f"{name}_day", "").strip() or request.args.get(name, "").strip()
    if not typed:
        return AskedDay(None)
    day, last = formatting.read_day(typed), last_knowable_day(current_hub().clock.now())
    if day is None:
        return AskedDay(None, _NOT_A_DAY)
    if day > last:
        newest = formatting.day(last, reading_language())
        words = Words(
            f"Ngày này chưa kết thúc nên chưa chốt được. Ngày mới nhất xem được là {newest}.",
            f"That day is not over, so it is not settled. The newest day to ask for is {newest}.",
        )
        return AskedDay(None, words)
    return AskedDay(day)


def required_day() -> date | None:
    """
    Read the day for a file, which cannot show what is wrong beside the figures.

    Raises:
        RefusalError: It is no day, or it is not over.

    """
    asked = asked_day()
    if asked.fault is not None:
        raise RefusalError(400, "NOT_A_DAY", asked.fault)
    return asked.day


def as_of_control(asked: AskedDay, now: datetime, language: Language) -> AsOfControl:
    """Make the control for a page that shows what was known at the end of a day, or now."""
    as_of = asked.day
    here = url_for(request.endpoint or "analysis.overview", **(request.view_args or {}))
    return AsOfControl(
        options=(
            Option("", Words("Bây giờ", "Now").of(language), chosen=as_of is None),
            *(Option(day.isoformat(), words, chosen=day == as_of) for day, words in _offered(as_of, now, language)),
        ),
        fault=None if asked.fault is None else asked.fault.of(language),
        told=None if as_of is None else _told(as_of, language),
        now_address=None if as_of is None else here,
        changes_address=None if as_of is None else _changes_since(as_of, now),
    )


def _offered(shown: date | None, now: datetime, language: Language) -> list[tuple[date, str]]:
    """Offer the newest day, the ends of the last months, and the day that is shown, newest first."""
    last = last_knowable_day(now)
    month = Period.containing(last, Frequency.MONTH)
    ends = [month.shift(-back).end for back in range(1, MONTHS_OFFERED + 1)]
    days = {last, *ends} | ({shown} if shown else set())
    return [(day, _end_of(day, language)) for day in sorted(days, reverse=True)]


def _end_of(day: date, language: Language) -> str:
    written = formatting.day(day, language)
    return Words(f"Cuối ngày {written}", f"End of {written}").of(language)


def _told(as_of: date, language: Language) -> str:
    written = formatting.day(as_of, language)
    return Words(
        f"Số liệu như đã biết cuối ngày {written}. Những gì đến sau ngày đó không có ở đây.",
        f"Figures as known at the end of {written}. What came after that day is not here.",
    ).of(language)


def _changes_since(as_of: date, now: datetime) -> str | None:
    last = last_knowable_day(now)
    if as_of > last - timedelta(days=1):
        return None
    asked = urlencode({"from": as_of.isoformat(), "to": last.isoformat()})
    return f"{url_for('changes.changes')}?{asked}"


_NOT_A_DAY = Words("Đây không phải một ngày. Hãy viết như 31/10/2026.", "That is no day. Write it like 31/10/2026.")
