"""
A partner's topics are its own alone, also where one name begins with another.

An access rule for a topic must name it whole (Kafka calls that LITERAL): a rule for all that begins with `feeds.1`
would open `feeds.10` as well.
"""

from itertools import permutations

import pytest

from consumers.topics import Feed, all_topics_of, receipts_topic_of, topic_of

ALIKE = ("1", "10", "1.x", "1-x", "feeds.1", "receipts.1")


@pytest.mark.parametrize("partner", ALIKE)
def test_a_topic_names_the_partner_whose_it_is(partner: str) -> None:
    assert Feed(topic_of(partner), 0).partner == partner


def test_no_two_partners_share_a_topic() -> None:
    assert len(all_topics_of(ALIKE)) == 2 * len(ALIKE)


@pytest.mark.parametrize(("one", "other"), [*permutations(("1", "10", "1.x"), 2)])
def test_a_rule_for_one_partners_topics_by_their_whole_names_admits_no_other(one: str, other: str) -> None:
    admitted = {topic_of(one), receipts_topic_of(one)}

    assert admitted & {topic_of(other), receipts_topic_of(other)} == set()


def test_a_rule_by_the_beginning_of_a_name_would_admit_another() -> None:
    assert topic_of("10").startswith(topic_of("1"))
