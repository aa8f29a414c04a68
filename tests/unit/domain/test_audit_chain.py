from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from payments_hub.domain.audit import GENESIS, Act, Anchor, Break, Entry, Fault, chained, first_bad
from tests.builders import NOW

LENGTH = 9
Chain = list[Entry]


def chain(length: int = LENGTH, told: str = "") -> Chain:
    entries: Chain = []
    for number in range(1, length + 1):
        before = entries[-1].sha256 if entries else GENESIS
        at = NOW + timedelta(seconds=number)
        entries.append(chained(number, at, Act("account:lan", "tried", f"thing/{number}", {"told": told}), before))
    return entries


def edited(entries: Chain, number: int) -> Chain:
    return [replace(one, act=replace(one.act, actor="account:an")) if one.number == number else one for one in entries]


def edited_with_its_hash(entries: Chain, number: int) -> Chain:
    one = entries[number - 1]
    forged = chained(one.number, one.at, replace(one.act, actor="account:an"), one.previous_sha256)
    return [*entries[: number - 1], forged, *entries[number:]]


def without(entries: Chain, number: int) -> Chain:
    return [one for one in entries if one.number != number]


def with_one_more(entries: Chain, number: int) -> Chain:
    before = entries[number - 2].sha256
    forged = chained(number, NOW, Act("account:an", "slipped_in", "thing", {}), before)
    return [*entries[: number - 1], forged, *(replace(one, number=one.number + 1) for one in entries[number - 1 :])]


def swapped(entries: Chain, number: int) -> Chain:
    first, second = entries[number - 1], entries[number]
    pair = [replace(second, number=first.number), replace(first, number=second.number)]
    return [*entries[: number - 1], *pair, *entries[number + 1 :]]


def test_a_chain_that_nobody_touched_holds() -> None:
    entries = chain()

    bad = first_bad(entries, [Anchor(5, entries[4].sha256), Anchor(LENGTH, entries[-1].sha256)])

    assert bad is None


@pytest.mark.parametrize("number", [1, 5, LENGTH])
@pytest.mark.parametrize(
    ("touched", "fault"),
    [(edited, Fault.CHANGED), (swapped, Fault.CHANGED), (without, Fault.MISSING)],
    ids=["edited", "swapped", "without one"],
)
def test_the_first_bad_number_is_named(touched: Callable[[Chain, int], Chain], fault: Fault, number: int) -> None:
    entries = chain(LENGTH + 1)

    bad = first_bad(touched(entries, number))

    assert bad == Break(number, fault, number)


@pytest.mark.parametrize("number", [2, 5, LENGTH])
def test_an_entry_that_was_slipped_in_breaks_the_next(number: int) -> None:
    bad = first_bad(with_one_more(chain(), number))

    assert bad == Break(number + 1, Fault.CHANGED, number + 1)


def test_an_entry_rewritten_with_its_hash_does_not_fit_the_next() -> None:
    bad = first_bad(edited_with_its_hash(chain(), 5))

    assert bad == Break(5, Fault.NOT_LINKED, 6)


def test_an_anchor_tells_which_end_of_a_broken_link_is_bad() -> None:
    entries = chain()

    bad = first_bad([*entries[:5], *chain(told="otherwise")[5:]], [Anchor(5, entries[4].sha256)])

    assert bad == Break(6, Fault.NOT_LINKED, 6)


@pytest.mark.parametrize("kept", [0, 5, LENGTH - 1])
def test_a_lost_tail_is_named_by_an_anchor(kept: int) -> None:
    entries = chain()

    bad = first_bad(entries[:kept], [Anchor(LENGTH, entries[-1].sha256)])

    assert bad == Break(kept + 1, Fault.MISSING, kept + 1)


def test_without_an_anchor_a_lost_tail_passes() -> None:
    assert first_bad(chain()[:5]) is None


def test_an_old_copy_that_grew_on_is_found_since_the_last_anchor_that_fits() -> None:
    entries, anchored = chain(), [3, 8]
    anchors = [Anchor(number, entries[number - 1].sha256) for number in anchored]

    bad = first_bad(grown_on(entries[:6], to=LENGTH), anchors)

    assert bad == Break(4, Fault.OTHER_THAN_ANCHORED, 8)


def test_without_an_anchor_an_old_copy_that_grew_on_passes() -> None:
    assert first_bad(grown_on(chain()[:6], to=LENGTH)) is None


def grown_on(entries: Sequence[Entry], to: int) -> Chain:
    grown = list(entries)
    for number in range(len(grown) + 1, to + 1):
        grown.append(chained(number, NOW, Act("account:an", "went_on", "thing", {}), grown[-1].sha256))
    return grown
