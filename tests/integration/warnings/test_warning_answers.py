"""What partners answer to warnings, and what follows: once, by their own people, remembered."""

from datetime import timedelta

import pytest

from payments_hub.domain.people import Role, Viewer
from payments_hub.domain.warnings import WarningState
from payments_hub.kernel.errors import ConflictError, NotFoundError, PermissionDeniedError
from payments_hub.services.warnings import (
    Answer,
    Answerer,
    InvalidAnswerError,
    StoredWarning,
    WarningAbout,
    WarningQuery,
    answer_warning,
    receipt_warnings,
    series_warnings,
)
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import RIVAL, SmallHub, report, small_hub
from tests.support.series import CARD, YESTERDAY, at_night, day_cells, day_report, with_past

pytestmark = pytest.mark.database

AN = Answerer("an", Viewer(Role.PARTNER, PARTNER))
FAIR = Answer("RIGHT_ONCE", "Hội chợ cuối tuần")


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Lend a hub that knows what is usual of the mall."""
    hub = with_past(small_hub(database))
    at_night(hub)
    return hub


def warned(hub: SmallHub, *, revision: int = 0, card: int = CARD * 20) -> WarningAbout:
    """Let a day come whose card payments are out of range, and name the warning."""
    (receipt,) = hub.send(day_report(YESTERDAY, revision=revision, cells=day_cells(YESTERDAY, card=card)))
    return WarningAbout("W5003", "/data/cells/1", receipt.id)


def answer(hub: SmallHub, about: WarningAbout, given: Answer, by: Answerer = AN) -> StoredWarning:
    with hub.database.transaction() as session:
        return answer_warning(session, about, given, by, hub.clock.now())


def states(hub: SmallHub, code: str = "W5003") -> list[WarningState]:
    with hub.database.transaction() as session:
        found = receipt_warnings(session, WarningQuery(PARTNER, "all", code=code))
    return [warning.state for warning in found.warnings]


def next_days(hub: SmallHub, days: int) -> None:
    hub.clock.instant += timedelta(days=days)


def test_a_one_time_event_is_remembered_with_its_note_and_its_author(hub: SmallHub) -> None:
    answered = answer(hub, warned(hub), FAIR)

    assert answered.state is WarningState.ANSWERED
    assert answered.answer is not None
    assert (answered.answer.note, answered.answer.by) == ("Hội chợ cuối tuần", "an")
    assert hub.rows("SELECT action, actor FROM audit_entry") == [("warning_answered", "account:an")]


def test_a_second_answer_is_a_conflict_and_leaves_the_first(hub: SmallHub) -> None:
    about = warned(hub)
    answer(hub, about, FAIR)

    with pytest.raises(ConflictError):
        answer(hub, about, Answer("NORMAL"))

    assert hub.rows("SELECT answer FROM warning_answer") == [("RIGHT_ONCE",)]
    assert hub.number("SELECT count(*) FROM audit_entry") == 1


def test_a_code_that_is_normal_now_is_not_raised_again_for_a_year_in_that_instrument(hub: SmallHub) -> None:
    answer(hub, warned(hub), Answer("NORMAL"))

    (same,) = hub.send(day_report(YESTERDAY, revision=1, cells=day_cells(YESTERDAY, card=CARD * 21)))
    (cash,) = hub.send(day_report(YESTERDAY, revision=2, cells=day_cells(YESTERDAY, cash=2_000_000)))
    next_days(hub, 366)
    (later,) = hub.send(day_report(YESTERDAY, revision=3, cells=day_cells(YESTERDAY, card=CARD * 22)))

    tickets = [[one.pointer for one in receipt.findings if one.code == "W5003"] for receipt in (same, cash, later)]
    assert tickets == [[], ["/data/cells/0"], ["/data/cells/1"]]


def test_what_the_flows_own_range_says_of_an_instrument_can_be_normal_too(hub: SmallHub) -> None:
    cells = day_cells(YESTERDAY, card=CARD * 1_000)
    (receipt,) = hub.send(day_report(YESTERDAY, cells=cells))
    answer(hub, WarningAbout("W5003", "/data/cells/1/amount", receipt.id), Answer("NORMAL"))

    (again,) = hub.send(day_report(YESTERDAY, revision=1, cells=day_cells(YESTERDAY, card=CARD * 1_001)))

    assert [finding.code for finding in again.findings] == ["W5001"]


def test_a_correction_to_come_stays_open_until_a_higher_revision_is_accepted(hub: SmallHub) -> None:
    promised = answer(hub, warned(hub), Answer("WILL_CORRECT"))

    before = states(hub)
    hub.send(day_report(YESTERDAY, revision=1))

    assert promised.state is WarningState.PROMISED
    assert (before, states(hub)) == ([WarningState.PROMISED], [WarningState.CORRECTED])


def test_a_late_lower_revision_settles_nothing(hub: SmallHub) -> None:
    answer(hub, warned(hub, revision=5), Answer("WILL_CORRECT"))

    hub.send(day_report(YESTERDAY, revision=2))

    assert states(hub) == [WarningState.PROMISED]


def test_a_corrected_slice_needs_no_answer_any_more(hub: SmallHub) -> None:
    warned(hub)

    hub.send(day_report(YESTERDAY, revision=1))

    assert states(hub) == [WarningState.CORRECTED]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Answer("RIGHT_ONCE", "  "), "note"),
        (Answer("RIGHT_ONCE", "gọi chị Lan 0912 345 678"), "note"),
        (Answer("NORMAL", "x" * 501), "note"),
        (Answer("NORMAL", "a\x00b"), "note"),
        (Answer("", "Hội chợ"), "kind"),
        (Answer("WRONG", "Hội chợ"), "kind"),
    ],
    ids=["no-note", "personal-data", "long", "control-character", "no-kind", "unknown-kind"],
)
def test_an_answer_that_cannot_be_kept_names_its_field(hub: SmallHub, given: Answer, field: str) -> None:
    about = warned(hub)

    with pytest.raises(InvalidAnswerError) as refusal:
        answer(hub, about, given)

    assert refusal.value.field == field
    assert hub.number("SELECT count(*) FROM warning_answer") == 0


def test_what_one_revision_dropped_is_never_normal(hub: SmallHub) -> None:
    hub.send(report(3_000_000, period="2026-01-02"))
    (receipt,) = hub.send(report(1_000_000, revision=1, period="2026-01-02"))
    about = WarningAbout("W5006", "/data/control/amount", receipt.id)

    with pytest.raises(InvalidAnswerError):
        answer(hub, about, Answer("NORMAL"))


@pytest.mark.parametrize(
    "about",
    [
        WarningAbout("W5003", "/data/cells/1", "no-such-receipt"),
        WarningAbout("W5002", "", series_warning_id=77),
    ],
    ids=["receipt", "series"],
)
def test_a_warning_that_was_never_given_is_not_found(hub: SmallHub, about: WarningAbout) -> None:
    with pytest.raises(NotFoundError):
        answer(hub, about, FAIR)


def test_another_partners_warning_looks_like_one_that_is_not_there(hub: SmallHub) -> None:
    about = warned(hub)

    with pytest.raises(NotFoundError):
        answer(hub, about, FAIR, Answerer("binh", Viewer(Role.PARTNER, RIVAL)))

    assert states(hub) == [WarningState.OPEN]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PARTNER])
def test_only_a_partners_own_people_answer(hub: SmallHub, role: Role) -> None:
    with pytest.raises(PermissionDeniedError):
        answer(hub, warned(hub), FAIR, Answerer("staff", Viewer(role, None)))


def test_a_silence_is_answered_once_and_over_when_something_comes(hub: SmallHub) -> None:
    next_days(hub, 6)
    at_night(hub)
    (silence,) = _series(hub)

    answered = answer(hub, silence.about, Answer("WILL_CORRECT"))
    with pytest.raises(ConflictError):
        answer(hub, silence.about, FAIR)
    hub.send(*(day_report(YESTERDAY + timedelta(days=number)) for number in range(7)))
    next_days(hub, 1)
    at_night(hub)

    assert answered.state is WarningState.PROMISED
    assert [(one.about.code, one.state) for one in _series(hub)] == [("W5002", WarningState.CORRECTED)]


def test_a_silence_called_normal_is_not_raised_again_for_a_year(hub: SmallHub) -> None:
    next_days(hub, 6)
    at_night(hub)
    answer(hub, _series(hub)[0].about, Answer("NORMAL"))

    seen = [_silences_after(hub, days=days) for days in (100, 400)]

    assert seen == [1, 2]


def _silences_after(hub: SmallHub, *, days: int) -> int:
    """Let the series be steady for two months from a day on and stop again, and count all silences by then."""
    until = YESTERDAY + timedelta(days=days)
    hub.clock.go_to(until + timedelta(days=6))
    with_past(hub, until=until)
    at_night(hub)
    return len(_series(hub))


def _series(hub: SmallHub) -> tuple[StoredWarning, ...]:
    with hub.database.transaction() as session:
        return series_warnings(session, WarningQuery(PARTNER, "all")).warnings


def test_lists_go_on_where_they_stopped(hub: SmallHub) -> None:
    for revision in range(5):
        warned(hub, revision=revision, card=CARD * (20 + revision))
        hub.clock.instant += timedelta(seconds=1)

    with hub.database.transaction() as session:
        first = receipt_warnings(session, WarningQuery(PARTNER, "all", code="W5003", limit=3))
        second = receipt_warnings(session, WarningQuery(PARTNER, "all", code="W5003", limit=3, before=first.after))

    assert [one.revision for one in (*first.warnings, *second.warnings)] == [4, 3, 2, 1, 0]
    assert second.after is None


@pytest.mark.parametrize(
    ("state", "codes"),
    [("open", ["W5001"]), ("answered", ["W5003"]), ("settled", []), ("all", ["W5001", "W5003"])],
    ids=str,
)
def test_a_list_is_narrowed_by_how_warnings_stand(hub: SmallHub, state: str, codes: list[str]) -> None:
    answer(hub, warned(hub), FAIR)

    with hub.database.transaction() as session:
        found = receipt_warnings(session, WarningQuery(None, state, flow="POS_SALES"))  # type: ignore[arg-type]  # parametrize hides the type

    assert sorted(one.about.code for one in found.warnings) == codes
