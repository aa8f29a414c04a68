"""What is sent when: each slice's story as one or more sendings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from numpy.random import Generator

from payments_hub.demo.chance import chance
from payments_hub.demo.city import ACQ_P2M, MM_P2M, POS_SALES, City
from payments_hub.demo.profiles import BANK, MOBILE_MONEY_PROVIDER
from payments_hub.demo.slices import FIRST_EDITION, Edition, SliceKey
from payments_hub.demo.stories import Step, Story, held_key, planted_stories
from payments_hub.domain.geography import AreaLevel
from payments_hub.domain.instruments import Action, Finality, RevisionReason
from payments_hub.kernel.clock import end_of_local_day
from payments_hub.kernel.periods import Frequency

_LATE_PART, _CORRECTED_PART = 0.010, 0.012
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_SILENCE = timedelta(days=12)
_LATE_TILLS = "Hai quầy gửi số liệu muộn"
_WRONG_DAYS = "Gửi nhầm tổng của ba ngày"
_CHECKED = "Đã đối chiếu lại với sổ quầy"
_WRONG_UNIT = "Nhân nhầm với một nghìn khi đổi đơn vị"


class Distortion(StrEnum):
    """How a sending's figures differ from what really happened."""

    NONE = "none"
    UNDERCOUNT = "undercount"
    THREE_DAYS = "three_days"
    THOUSANDFOLD = "thousandfold"


@dataclass(frozen=True, slots=True)
class Sending:
    """
    One sending that is planned; its figures are drawn when it is written.

    Args:
        key: The slice.
        sent_at: When it leaves the partner.
        edition: Its revision and what it does.
        step: What it is within the slice's story.
        name: What tells its event from the slice's others.
        distortion: How its figures differ from the truth.
        held_up: How long it lay on its way, so that it says an earlier time.

    """

    key: SliceKey
    sent_at: datetime
    edition: Edition = FIRST_EDITION
    step: Step = Step.FIRST
    name: str = "first"
    distortion: Distortion = Distortion.NONE
    held_up: timedelta = timedelta()

    @property
    def made_at(self) -> datetime:
        """Tell which time its message says."""
        return self.sent_at - self.held_up


_PROVISIONAL: Final = Edition(finality=Finality.PROVISIONAL)
_LATE_DATA: Final = Edition(1, reason=RevisionReason.LATE_DATA, note=_LATE_TILLS)


def sendings(city: City) -> list[Sending]:
    """Plan everything that was sent until the city's instant, in order of sending."""
    found = [sending for key in slice_keys(city) for sending in story_of(city, key) if sending.sent_at <= city.now]
    found.sort(key=lambda sending: (sending.sent_at, sending.key, sending.edition.revision, sending.step))
    return found


def slice_keys(city: City) -> Iterator[SliceKey]:
    """Walk through every slice that a partner owes for periods until yesterday."""
    for profile, day in city.site_days():
        yield SliceKey(profile.operator, POS_SALES, profile.code, day)
    for month in city.months:
        for unit in city.scheme_of(month).of_level(AreaLevel.COMMUNE):
            yield SliceKey(BANK.code, ACQ_P2M, unit.place_code, month)
            yield SliceKey(MOBILE_MONEY_PROVIDER.code, MM_P2M, unit.place_code, month)


def sending_into_lock(city: City) -> Sending:
    """Plan the revision of a slice whose period was locked before."""
    sent_at = end_of_local_day(city.today - 2 * _DAY) + 8 * _HOUR
    return Sending(held_key(city), sent_at, _LATE_DATA, Step.INTO_LOCK, "locked", Distortion.UNDERCOUNT)


def story_of(city: City, key: SliceKey) -> tuple[Sending, ...]:
    """Plan one slice's sendings; those after the city's instant are among them."""
    rng = chance(city.seed, "story", key)
    first = end_of_local_day(key.period.end) + _delay(key, rng)
    story = planted_stories(city).get(key) or _story_by_chance(city, key, rng)
    match story:
        case Story.ORDINARY | Story.NOTHING:
            return (Sending(key, first),)
        case Story.LATE:
            return (Sending(key, first + int(rng.integers(2, 10)) * _DAY),)
        case Story.SILENT:
            return (Sending(key, first + _SILENCE),)
        case Story.CORRECTED:
            return _corrected(key, first, rng)
        case _:
            return _planted(story, key, first)


def _delay(key: SliceKey, rng: Generator) -> timedelta:
    """Draw how long after a period its slice is sent: a night for a day, a week in working hours for a month."""
    if key.period.frequency is Frequency.DAY:
        return int(rng.integers(40, 450)) * _MINUTE
    return int(rng.integers(2, 8)) * _DAY + int(rng.integers(480, 1020)) * _MINUTE


def _story_by_chance(city: City, key: SliceKey, rng: Generator) -> Story:
    drawn = rng.random()
    if key == held_key(city) or drawn >= _LATE_PART + _CORRECTED_PART:
        return Story.ORDINARY
    return Story.LATE if drawn < _LATE_PART else Story.CORRECTED


def _corrected(key: SliceKey, first: datetime, rng: Generator) -> tuple[Sending, ...]:
    later = first + int(rng.integers(1, 7)) * _DAY
    checked = Edition(1, reason=RevisionReason.CORRECTION, note=_CHECKED)
    edition = _LATE_DATA if rng.random() < 0.5 else checked  # noqa: PLR2004 - an even chance
    return (
        Sending(key, first, _PROVISIONAL, distortion=Distortion.UNDERCOUNT),
        Sending(key, later, edition, Step.CORRECTION, "correction"),
    )


def _planted(story: Story, key: SliceKey, first: datetime) -> tuple[Sending, ...]:
    start = Sending(key, first)
    match story:
        case Story.WITHDRAWN | Story.OVERTAKEN | Story.THOUSANDFOLD:
            plan = {Story.WITHDRAWN: _withdrawn, Story.OVERTAKEN: _overtaken, Story.THOUSANDFOLD: _thousandfold}[story]
            return plan(key, first)
        case Story.REPEATED:
            return start, Sending(key, first + 10 * _MINUTE, step=Step.EXACT_REPEAT, held_up=10 * _MINUTE)
        case Story.UNCHANGED:
            return start, Sending(key, first + _DAY, _LATE_DATA, Step.SAME_CONTENT, "same content")
        case Story.WRONG_CODE:
            return Sending(key, first, step=Step.WRONG_CODE, name="wrong code"), Sending(key, first + 2 * _HOUR)
        case _:
            return Sending(key, first, step=Step.WRONG_CONTROL, name="wrong control"), Sending(key, first + _HOUR)


def _withdrawn(key: SliceKey, first: datetime) -> tuple[Sending, ...]:
    delete = Edition(1, Action.DELETE, reason=RevisionReason.CORRECTION, note=_WRONG_DAYS)
    anew = Edition(2, reason=RevisionReason.CORRECTION, note=_CHECKED)
    return (
        Sending(key, first, _PROVISIONAL, Step.MISTAKE, distortion=Distortion.THREE_DAYS),
        Sending(key, first + _DAY, delete, Step.WITHDRAWAL, "withdrawal"),
        Sending(key, first + 2 * _DAY, anew, Step.SENT_ANEW, "anew"),
    )


def _thousandfold(key: SliceKey, first: datetime) -> tuple[Sending, ...]:
    """Plan a slip of the unit that the hub warns of, and that is corrected before the day ends."""
    corrected = Edition(1, reason=RevisionReason.CORRECTION, note=_WRONG_UNIT)
    return (
        Sending(key, first, _PROVISIONAL, Step.MISTAKE, distortion=Distortion.THOUSANDFOLD),
        Sending(key, first + 2 * _HOUR, corrected, Step.CORRECTION, "correction"),
    )


def _overtaken(key: SliceKey, first: datetime) -> tuple[Sending, ...]:
    """Plan a revision that lies two days on its way while the next one passes it."""
    second = Edition(2, reason=RevisionReason.CORRECTION, note=_CHECKED)
    late = Sending(key, first + 3 * _DAY, _LATE_DATA, Step.OVERTAKEN, "overtaken", Distortion.UNDERCOUNT, 2 * _DAY)
    return (
        Sending(key, first, _PROVISIONAL, distortion=Distortion.UNDERCOUNT),
        Sending(key, first + 2 * _DAY, second, Step.OVERTAKING, "overtaking"),
        late,
    )
