"""The laws of the verdicts on one slice: whatever the order and however often, the end is the same."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from payments_hub.domain.slices import SeenEvent, SliceState
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.verdicts import judge_identity, judge_revision, known_instant, next_revision

NOW = datetime(2026, 7, 5, 3, tzinfo=UTC)
CONTENTS = st.sampled_from([b"A", b"B", b"C"])
REVISIONS = st.dictionaries(st.integers(0, 5), CONTENTS, min_size=1)


def play(arrivals: Sequence[int], contents: Mapping[int, bytes]) -> tuple[SliceState, list[Verdict]]:
    """Judge revisions in their order, and keep the state as the contract's table says."""
    state, verdicts = SliceState(), []
    for revision in arrivals:
        content = contents[revision]
        verdicts.append(judge_revision(revision, content, state).verdict)
        state.recorded.setdefault(revision, content)
        if state.revision is None or revision > state.revision:
            state.revision, state.content_sha256 = revision, content
    return state, verdicts


@settings(max_examples=60)
@given(contents=REVISIONS, data=st.data())
def test_any_order_with_any_repeats_ends_in_the_highest_revision(
    contents: dict[int, bytes], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(sorted(contents))))
    arrivals = data.draw(st.permutations([*contents, *repeats]))

    state, verdicts = play(arrivals, contents)

    highest = max(contents)
    assert (state.revision, state.content_sha256, state.recorded) == (highest, contents[highest], contents)
    assert Verdict.REJECTED not in verdicts


@settings(max_examples=60)
@given(contents=REVISIONS, data=st.data())
def test_what_changes_the_view_is_accepted_and_nothing_else(contents: dict[int, bytes], data: st.DataObject) -> None:
    arrivals = data.draw(st.permutations(sorted(contents)))

    views = [play(arrivals[:number], contents)[0].content_sha256 for number in range(len(arrivals) + 1)]
    _, verdicts = play(arrivals, contents)

    changes = [before != after for before, after in pairwise(views)]
    assert [verdict is Verdict.ACCEPTED for verdict in verdicts] == changes


@given(revision=st.integers(0, 5), head=st.integers(0, 5))
def test_other_content_under_a_recorded_number_is_always_a_conflict(revision: int, head: int) -> None:
    state = SliceState(revision=head, content_sha256=b"A", recorded={revision: b"A"})

    judgement = judge_revision(revision, b"B", state)

    assert (judgement.verdict, judgement.conflict) == (Verdict.REJECTED, "E4001")


@given(head=st.none() | st.integers(0, 5), revision=st.integers(0, 9))
def test_a_gap_is_told_exactly_where_a_number_is_skipped(head: int | None, revision: int) -> None:
    state = SliceState(revision=head, content_sha256=b"A" if head is not None else None)

    judgement = judge_revision(revision, b"B", state)

    assert (judgement.warning == "W4002") == (revision > next_revision(state))


@given(
    steps=st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), max_size=8),
    simulated=st.booleans(),
)
def test_each_head_is_known_strictly_after_the_one_before(steps: list[tuple[int, int]], *, simulated: bool) -> None:
    state, known = SliceState(), []
    for now, made in steps:
        instant, time = (NOW + timedelta(seconds=number) for number in (now, made))
        state.known_at = known_instant(instant, time, state, simulated=simulated)
        known.append(state.known_at)

    assert known == sorted(set(known))


def test_an_event_that_cannot_be_read_is_no_duplicate_of_what_it_names() -> None:
    judgement = judge_identity(None, SeenEvent(b"A", "receipt"))

    assert judgement is not None
    assert (judgement.verdict, judgement.conflict) == (Verdict.REJECTED, "E1102")


def test_an_id_never_seen_is_judged_by_the_other_rules() -> None:
    assert judge_identity(b"A", None) is None
