"""The pages about feeds as they are read: one partner's, and the list of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.feed_calendar import CalendarSummary, window
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.domain.verdicts import Verdict
from payments_hub.services.feeds import Feed, FeedChoice, PartnerStanding
from payments_hub.web.components import Link, Option, Paging
from payments_hub.web.feeds.calendars import (
    FREQUENCIES,
    PERIODS,
    ROWS_A_PAGE,
    CalendarPanel,
    calendar_panel,
    troubled_first,
)
from payments_hub.web.feeds.halts import HaltMessage, halt_message
from payments_hub.web.feeds.sides import (
    GROUPS_SHOWN,
    DayLine,
    GroupItem,
    KeyLine,
    ManifestItem,
    MessageLine,
    day_lines,
    group_items,
    key_lines,
    manifest_items,
    message_lines,
    warning_items,
)

_TITLE = Words("Nguồn số liệu", "Feeds")


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure above the calendar, with what it is of; `percent` draws its bar."""

    title: str
    number: str
    unit: str
    why: str
    percent: int | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What the page of one partner's feed shows."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    partner: str
    simulated: bool
    halts: tuple[HaltMessage, ...]
    choices: tuple[Option, ...]
    headlines: tuple[Headline, ...]
    calendar: CalendarPanel
    file_address: str
    messages: tuple[MessageLine, ...]
    groups: tuple[GroupItem, ...]
    manifests: tuple[ManifestItem, ...]
    keys: tuple[KeyLine, ...]
    days: tuple[DayLine, ...]
    verdicts: tuple[str, ...]
    keys_address: str
    receipts_address: str
    causes_address: str
    causes_hidden: str


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One partner in the list."""

    code: str
    name: str
    address: str
    simulated: bool
    flows: str
    completeness: str
    received: str
    timeliness: str
    rejected: str
    silent: str
    troubled: bool
    last_message: str


@dataclass(frozen=True, slots=True)
class FeedsPage:
    """What the list of all partners shows."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    simulated: bool
    lines: tuple[StandingLine, ...]


def choice_value(choice: FeedChoice) -> str:
    """Write a choice as a page's address carries it."""
    return f"{choice.flow}.{choice.frequency.value}"


def feed_page(feed: Feed, viewer: Viewer, *, page: int, language: Language) -> FeedPage:
    """Word one partner's feed."""
    name = Words(feed.partner.name_vi, feed.partner.name_en).of(language)
    rows = troubled_first(feed.rows)
    begin = min(max(page - 1, 0) * ROWS_A_PAGE, max(0, (len(rows) - 1) // ROWS_A_PAGE * ROWS_A_PAGE))
    paging = _paging(feed, begin, len(rows), language) if len(rows) > ROWS_A_PAGE else None
    above = () if viewer.partner else (Link(_TITLE.of(language), url_for("feeds.listed")),)
    return FeedPage(
        crumbs=(*above, Link(feed.partner.code, "")),
        title=Words(f"{name}: lịch nhận số", f"{name}: what came and what is missing").of(language),
        lede=_lede(feed, language),
        partner=feed.partner.code,
        simulated=feed.partner.simulated,
        halts=tuple(halt_message(halt, language) for halt in feed.halts),
        choices=tuple(_option(choice, feed.chosen, language) for choice in feed.choices),
        headlines=_headlines(feed, viewer, language),
        calendar=calendar_panel(feed, rows[begin : begin + ROWS_A_PAGE], _moves(feed, language), paging, language),
        file_address=_address(feed, "feeds.calendar_file", _first(feed)),
        messages=message_lines(feed.messages, language),
        groups=(*group_items(feed.groups, language), *_warnings(feed, viewer, language)),
        manifests=manifest_items(feed.manifests, language),
        keys=key_lines(feed.keys, language),
        days=day_lines(feed.days, language),
        verdicts=tuple(_VERDICTS[verdict].of(language) for verdict in Verdict),
        keys_address="/keys" if viewer.may(Action.MANAGE_KEYS) else "",
        receipts_address=url_for("receipts.listed", partner=feed.partner.code),
        causes_address=_quarantine_address(feed, viewer, "quarantine.causes"),
        causes_hidden=_hidden(len(feed.groups), language),
    )


def feeds_page(standings: Sequence[PartnerStanding], language: Language) -> FeedsPage:
    """Word the list of all partners, those that need somebody first."""
    ordered = sorted(standings, key=lambda one: (-len(one.summary.silent), -one.summary.rejected, one.partner.code))
    silent = sum(bool(one.summary.silent) for one in standings)
    count = len(standings)
    vi = f"{count} đối tác. " + (f"{silent} đối tác có địa điểm im lặng." if silent else "Không ai im lặng.")
    quiet = f"{silent} {'has' if silent == 1 else 'have'} places that are silent." if silent else "None is silent."
    en = f"{count} partner{'s' * (count != 1)}. {quiet}"
    return FeedsPage(
        crumbs=(Link(_TITLE.of(language), ""),),
        title=_TITLE.of(language),
        lede=Words(vi, en).of(language),
        simulated=any(one.partner.simulated for one in standings),
        lines=tuple(_standing(one, language) for one in ordered),
    )


def nothing_owed_page(partner: str, viewer: Viewer, language: Language) -> FeedsPage:
    """Word the page of a partner that owes nothing."""
    above = () if viewer.partner else (Link(_TITLE.of(language), url_for("feeds.listed")),)
    lede = Words(
        f"{partner} chưa có nghĩa vụ báo cáo nào, nên không có lịch nhận số.",
        f"{partner} owes nothing yet, so there is no calendar.",
    )
    return FeedsPage((*above, Link(partner, "")), partner, lede.of(language), simulated=False, lines=())


_VERDICTS: dict[Verdict, Words] = {
    Verdict.ACCEPTED: Words("Chấp nhận", "Accepted"),
    Verdict.SUPERSEDED: Words("Bị thay thế", "Superseded"),
    Verdict.NO_CHANGE: Words("Không đổi", "No change"),
    Verdict.DUPLICATE: Words("Trùng", "Duplicate"),
    Verdict.REJECTED: Words("Từ chối", "Rejected"),
    Verdict.HELD: Words("Tạm giữ", "Held"),
}


def _warnings(feed: Feed, viewer: Viewer, language: Language) -> tuple[GroupItem, ...]:
    return warning_items(feed.warnings, language, may_answer=viewer.may(Action.ANSWER_WARNINGS))


def _standing(one: PartnerStanding, language: Language) -> StandingLine:
    summary = one.summary
    longest = f" ({len(summary.silent[0].silence)})" if summary.silent else ""
    never = Words("chưa có", "none yet").of(language)
    return StandingLine(
        code=one.partner.code,
        name=Words(one.partner.name_vi, one.partner.name_en).of(language),
        address=url_for("feeds.one", partner=one.partner.code) if one.flows else "",
        simulated=one.partner.simulated,
        flows=", ".join(dict.fromkeys(choice.flow for choice in one.flows)) or formatting.NOTHING,
        completeness=_share(summary.completeness, language),
        received=f"{formatting.whole(summary.received, language)}/{formatting.whole(summary.due, language)}",
        timeliness=_share(summary.timeliness, language),
        rejected=formatting.whole(summary.rejected, language),
        silent=formatting.whole(len(summary.silent), language) + longest,
        troubled=bool(summary.silent or summary.rejected),
        last_message=never if one.last_message is None else formatting.instant(one.last_message, language),
    )


def _share(value: float | None, language: Language) -> str:
    return formatting.NOTHING if value is None else formatting.share(value, language)


def _lede(feed: Feed, language: Language) -> str:
    flow, summary = FLOWS[feed.chosen.flow], feed.summary
    places = len(feed.rows)
    title = Words(
        f"{places} địa điểm, luồng {flow.code}.", f"{places} place{'s' * (places != 1)}, flow {flow.code}."
    ).of(language)
    said = [words.of(language) for words in _troubles(feed, summary)]
    if not said:
        everything = Words("Mọi lát đến hạn đều đã nhận.", "Every slice that is due was received.")
        nothing = Words("Chưa có lát nào đến hạn.", "Nothing is due yet.")
        said = [(everything if summary.due else nothing).of(language)]
    return f"{title} {' '.join(said)}"


def _troubles(feed: Feed, summary: CalendarSummary) -> list[Words]:
    found: list[Words] = []
    if summary.silent:
        count, longest = len(summary.silent), len(summary.silent[0].silence)
        unit = PERIODS[feed.chosen.frequency]
        vi = f"{count} địa điểm im lặng, lâu nhất {longest} {unit.vi} quá hạn."
        found.append(Words(vi, f"{count} silent, at most {longest} {unit.en} overdue."))
    if feed.open_rejections:
        count = feed.open_rejections
        found.append(Words(f"{count} thông điệp bị từ chối chưa gửi lại.", f"{count} rejected and not sent again."))
    if summary.held:
        count = summary.held
        found.append(Words(f"{count} lát đang giữ vì kỳ đã khóa.", f"{count} held because the period is locked."))
    missing = summary.due - summary.received - sum(len(row.silence) for row in summary.silent)
    if missing > 0:
        found.append(Words(f"{missing} lát khác còn thiếu.", f"{missing} other slices are missing."))
    return found


def _headlines(feed: Feed, viewer: Viewer, language: Language) -> tuple[Headline, ...]:
    summary, unit = feed.summary, PERIODS[feed.chosen.frequency]
    return (
        _completeness(feed, language),
        _timeliness(summary, language),
        Headline(
            title=Words("Bị từ chối, chưa gửi lại", "Rejected, not sent again").of(language),
            number=formatting.whole(feed.open_rejections, language),
            unit=Words("thông điệp", "messages").of(language),
            why=_causes(feed, language),
            link=_still_rejected(feed, viewer, language),
        ),
        Headline(
            title=Words("Im lặng", "Silent").of(language),
            number=formatting.whole(len(summary.silent), language),
            unit=Words("địa điểm", "places").of(language),
            why=_longest_silence(feed, unit, language),
        ),
    )


def _completeness(feed: Feed, language: Language) -> Headline:
    summary, length = feed.summary, len(feed.periods)
    unit = PERIODS[feed.chosen.frequency]
    received, due = formatting.whole(summary.received, language), formatting.whole(summary.due, language)
    return Headline(
        title=Words(f"Đầy đủ, {length} {unit.vi}", f"Complete, {length} {unit.en}").of(language),
        number=_share(summary.completeness, language),
        unit="",
        why=Words(f"{received} trên {due} lát đến hạn", f"{received} of {due} slices due").of(language),
        percent=None if summary.completeness is None else round(summary.completeness * 100),
    )


def _timeliness(summary: CalendarSummary, language: Language) -> Headline:
    late, latest = formatting.whole(summary.late, language), summary.latest
    some = Words(
        f"{late} lát muộn, lâu nhất {latest} ngày", f"{late} late, by {latest} day{'s' * (latest != 1)} at most"
    )
    return Headline(
        title=Words("Đúng hạn", "In time").of(language),
        number=_share(summary.timeliness, language),
        unit="",
        why=(some if summary.late else Words("Không lát nào muộn", "None came late")).of(language),
        percent=None if summary.timeliness is None else round(summary.timeliness * 100),
    )


def _causes(feed: Feed, language: Language) -> str:
    causes = sum(group.severity == "error" and group.sent_again < group.messages for group in feed.groups)
    if not feed.open_rejections:
        return Words("Trong 28 ngày qua", "In the last 28 days").of(language)
    plural = "s" * (causes != 1)
    return Words(f"{causes} nguyên nhân, 28 ngày qua", f"{causes} cause{plural}, last 28 days").of(language)


def _still_rejected(feed: Feed, viewer: Viewer, language: Language) -> Link | None:
    address = _quarantine_address(feed, viewer, "quarantine.listed")
    words = Words("Mọi lần nhận còn bị từ chối, mọi luồng", "All deliveries still rejected, all flows")
    return Link(words.of(language), address) if address else None


def _quarantine_address(feed: Feed, viewer: Viewer, endpoint: str) -> str:
    return url_for(endpoint, partner=feed.partner.code) if viewer.may(Action.SEE_QUARANTINE) else ""


def _hidden(causes: int, language: Language) -> str:
    """Say how many causes the list leaves out; empty where it has them all."""
    if causes <= GROUPS_SHOWN:
        return ""
    words = Words(f"{GROUPS_SHOWN} trong {causes} nguyên nhân", f"{GROUPS_SHOWN} of {causes} causes")
    return words.of(language)


def _longest_silence(feed: Feed, unit: Words, language: Language) -> str:
    if not feed.summary.silent:
        return Words("Nơi nào đến hạn cũng đã gửi", "Every place that is due has sent").of(language)
    row = feed.summary.silent[0]
    name, missing = feed.place_names[row.place].of(language), len(row.silence)
    return Words(f"{name}, {missing} {unit.vi} quá hạn", f"{name}, {missing} {unit.en} overdue").of(language)


def _option(choice: FeedChoice, chosen: FeedChoice, language: Language) -> Option:
    text = f"{choice.flow}, {FREQUENCIES[choice.frequency].of(language)}"
    return Option(choice_value(choice), text, chosen=choice == chosen)


def _moves(feed: Feed, language: Language) -> tuple[Link, ...]:
    first, length = feed.periods[0], len(feed.periods)
    unit = PERIODS[feed.chosen.frequency]
    newest = window(feed.chosen.frequency, feed.today)[0]
    earlier = Words(f"{length} {unit.vi} trước", f"{length} {unit.en} before").of(language)
    links = [Link(earlier, _address(feed, "feeds.one", str(first.shift(-length).start)))]
    if first < newest:
        after = min(first.shift(length), newest)
        later = Words(f"{length} {unit.vi} sau", f"{length} {unit.en} after").of(language)
        links.append(Link(later, _address(feed, "feeds.one", str(after.start))))
        links.append(Link(Words("Mới nhất", "Newest").of(language), _address(feed, "feeds.one")))
    return tuple(links)


def _paging(feed: Feed, begin: int, count: int, language: Language) -> Paging:
    end, page = min(begin + ROWS_A_PAGE, count), begin // ROWS_A_PAGE + 1
    places = Words(
        f"{begin + 1}{formatting.RANGE}{end} trong {count} địa điểm", f"{begin + 1} to {end} of {count} places"
    )
    before = _address(feed, "feeds.one", _first(feed), page=page - 1) if begin else ""
    after = _address(feed, "feeds.one", _first(feed), page=page + 1) if end < count else ""
    return Paging(places.of(language), before, after)


def _first(feed: Feed) -> str:
    """Tell from when the calendar is asked for; empty for the newest periods, which move on by themselves."""
    newest = window(feed.chosen.frequency, feed.today)[0]
    return "" if feed.periods[0] == newest else str(feed.periods[0].start)


def _address(feed: Feed, endpoint: str, first: str = "", page: int = 1) -> str:
    asked = {"flow": choice_value(feed.chosen), "from": first, "page": str(page) if page > 1 else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{url_for(endpoint, partner=feed.partner.code)}?{query}"
