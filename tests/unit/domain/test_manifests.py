"""How a manifest stands: a table of histories, and that the order of arrival never matters."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain.manifests import (
    ManifestState,
    RecordedRevision,
    Said,
    SliceSums,
    compare,
    manifests_over,
    standing,
)
from payments_hub.domain.slices import SliceKey

START = datetime(2026, 7, 4, tzinfo=UTC)
MATCHES, DIFFERS = ManifestState.MATCHES, ManifestState.DIFFERS
WAITING, OUTDATED = ManifestState.WAITING, ManifestState.OUTDATED


def report(at: int, place: int, amount: int, revision: int = 0) -> RecordedRevision:
    """Write a REPLACE of ten payments, made at an hour."""
    content = f"{place}: {amount}".encode()
    return RecordedRevision(
        made_at=START + timedelta(hours=at),
        revision=revision,
        slice_=(place, "D", date(2026, 7, 3)),
        content_sha256=content,
        is_received=True,
        count=10,
        amount=amount,
    )


def withdrawal(at: int, place: int, revision: int) -> RecordedRevision:
    return replace(report(at, place, 0, revision), content_sha256=b"DELETE", is_received=False, count=0)


def nothing(at: int, place: int, revision: int = 0) -> RecordedRevision:
    return replace(report(at, place, 0, revision), content_sha256=b"NIL", count=0)


def says(at: int, slices: int, amount: int, *, count: int | None = None, revision: int = 0) -> Said:
    sums = SliceSums(slices, slices * 10 if count is None else count, amount)
    return Said(START + timedelta(hours=at), revision, sums)


@pytest.mark.parametrize(
    ("said", "received", "expected"),
    [
        (SliceSums(2, 20, 300), SliceSums(0, 0, 0), WAITING),
        (SliceSums(2, 20, 300), SliceSums(1, 10, 300), WAITING),
        (SliceSums(2, 20, 300), SliceSums(2, 20, 300), MATCHES),
        (SliceSums(2, 20, 300), SliceSums(2, 20, 301), DIFFERS),
        (SliceSums(2, 20, 300), SliceSums(2, 19, 300), DIFFERS),
        (SliceSums(2, 20, 300), SliceSums(3, 20, 300), DIFFERS),
        (SliceSums(2, 20, None), SliceSums(2, 20, None), MATCHES),
        (SliceSums(0, 0, 0), SliceSums(0, 0, 0), MATCHES),
    ],
    ids=["nothing came", "one of two", "the same", "amount", "count", "a slice more", "no amounts", "nothing sent"],
)
def test_what_a_manifest_says_is_compared_with_what_came(
    said: SliceSums, received: SliceSums, expected: ManifestState
) -> None:
    assert compare(said, received) is expected


HISTORIES = {
    "before its slices": (says(0, 2, 300), [report(1, 1, 100)], WAITING),
    "before its slices, and then all came": (says(0, 2, 300), [report(1, 1, 100), report(2, 2, 200)], MATCHES),
    "after its slices": (says(3, 2, 300), [report(1, 1, 100), report(2, 2, 200)], MATCHES),
    "with other sums": (says(3, 2, 301), [report(1, 1, 100), report(2, 2, 200)], DIFFERS),
    "a NIL counts as a slice": (says(3, 2, 100, count=10), [report(1, 1, 100), nothing(2, 2)], MATCHES),
    "a DELETE does not": (
        says(3, 2, 300),
        [report(0, 1, 100), report(1, 2, 200), withdrawal(2, 2, 1)],
        WAITING,
    ),
    "a revision before it": (says(3, 1, 150), [report(1, 1, 100), report(2, 1, 150, revision=1)], MATCHES),
    "a revision after a match": (says(2, 1, 100), [report(1, 1, 100), report(3, 1, 150, revision=1)], OUTDATED),
    "a slice more after a match": (says(2, 1, 100), [report(1, 1, 100), report(3, 2, 200)], OUTDATED),
    "a withdrawal after a match": (says(2, 1, 100), [report(1, 1, 100), withdrawal(3, 1, 1)], OUTDATED),
    "a revision after a match, and back again": (
        says(2, 1, 100),
        [report(1, 1, 100), report(3, 1, 150, revision=1), report(4, 1, 100, revision=2)],
        OUTDATED,
    ),
    "a revision without a change after a match": (
        says(2, 1, 100),
        [report(1, 1, 100), report(3, 1, 100, revision=1)],
        MATCHES,
    ),
    "a lower revision made later": (
        says(3, 1, 150),
        [report(1, 1, 150, revision=1), report(4, 1, 100)],
        MATCHES,
    ),
    "a revision that makes it match": (
        says(2, 1, 150),
        [report(1, 1, 100), report(3, 1, 150, revision=1)],
        MATCHES,
    ),
    "a revision that does not": (says(2, 1, 170), [report(1, 1, 100), report(3, 1, 150, revision=1)], DIFFERS),
    "made at the same moment as its slices": (says(1, 2, 300), [report(1, 1, 100), report(1, 2, 200)], MATCHES),
    "made at the same moment as a later revision": (
        says(1, 1, 100),
        [report(1, 1, 100), report(1, 1, 150, revision=1)],
        OUTDATED,
    ),
    "a newer manifest after the revision": (
        says(4, 1, 150, revision=1),
        [report(1, 1, 100), report(3, 1, 150, revision=1)],
        MATCHES,
    ),
    "no slice at all": (says(1, 1, 100), [], WAITING),
}


@pytest.mark.parametrize(("said", "revisions", "expected"), HISTORIES.values(), ids=list(HISTORIES))
def test_a_manifest_stands_as_its_history_says(
    said: Said, revisions: list[RecordedRevision], expected: ManifestState
) -> None:
    assert standing(said, revisions).state is expected


def test_a_standing_tells_what_the_newest_revisions_add_up_to() -> None:
    found = standing(says(9, 3, 0), [report(1, 1, 100), report(2, 1, 150, revision=1), nothing(3, 2)])

    assert found.received == SliceSums(2, 10, 150)


def test_a_flow_without_amounts_is_summed_without_them() -> None:
    said = Said(START, 0, SliceSums(1, 10, None))

    assert standing(said, [report(1, 1, 0)]).received == SliceSums(1, 10, None)


def test_a_month_stands_under_no_manifest_of_a_day_in_it() -> None:
    over = manifests_over(SliceKey(1, "ACQ_P2M", 7, "M", date(2026, 7, 1)))

    assert [str(key.period) for key in over] == ["2026-07", "2026-Q3", "2026"]


@st.composite
def histories(draw: st.DrawFn) -> tuple[Said, list[RecordedRevision]]:
    numbers = st.tuples(st.integers(1, 3), st.integers(0, 3))
    keys = draw(st.lists(numbers, unique=True, max_size=8))
    hours, amounts = st.integers(0, 6), st.sampled_from([0, 100, 200])
    kinds = st.sampled_from([report, nothing, withdrawal])
    revisions = []
    for place, revision in keys:
        match draw(kinds):
            case made if made is report:
                revisions.append(report(draw(hours), place, draw(amounts), revision))
            case made if made is nothing:
                revisions.append(nothing(draw(hours), place, revision))
            case _:
                revisions.append(withdrawal(draw(hours), place, revision))
    said = says(draw(hours), draw(st.integers(0, 3)), draw(st.sampled_from([0, 100, 200, 300])))
    return said, revisions


@given(histories(), st.data())
def test_any_order_of_arrival_ends_in_the_same_standing(
    history: tuple[Said, list[RecordedRevision]], data: st.DataObject
) -> None:
    said, revisions = history

    assert standing(said, data.draw(st.permutations(revisions))) == standing(said, revisions)


@given(histories())
def test_what_matches_or_waits_agrees_with_the_sums(history: tuple[Said, list[RecordedRevision]]) -> None:
    said, revisions = history

    found = standing(said, revisions)

    assert found.state in {OUTDATED, compare(said.sums, found.received)}
