"""
Threats T2 and T3: which rules of the broker let somebody write or read what is another's.

Codes that begin alike are the danger: Kafka's PREFIXED rules, and wildcards, know no partner.
"""

from dataclasses import replace
from itertools import permutations

import pytest

from consumers.access import (
    Kind,
    Pattern,
    Rule,
    breaches,
    colliding,
    missing,
    rules_of_hub,
    rules_of_partner,
)
from consumers.topics import receipts_topic_of, topic_of

ALIKE = ("A", "AB", "A-B", "A1", "A10", "A-1")
HUB = "payments-hub"
ADMIN = "admin"
RIGHT = rules_of_hub(HUB, ALIKE).union(*map(rules_of_partner, ALIKE))
WRITE = Rule("User:A", "WRITE", Kind.TOPIC, Pattern.LITERAL, "feeds.AB")


def opened(*rules: Rule) -> set[str]:
    return {breach.thing for breach in breaches([*RIGHT, *rules], ALIKE, {HUB, ADMIN})}


def test_the_rules_that_the_hub_makes_open_nothing_to_anybody_else() -> None:
    assert opened() == set()


def test_every_rule_of_a_partner_names_its_thing_whole() -> None:
    assert {rule.pattern for partner in ALIKE for rule in rules_of_partner(partner)} == {Pattern.LITERAL}


def _in_words(value: object) -> str:
    """Name a case the same in every process: a set has no order of its own."""
    return " ".join(sorted(value)) if isinstance(value, set) else str(value)


@pytest.mark.parametrize(("one", "other"), [*permutations(ALIKE, 2)])
def test_no_rule_of_a_partner_covers_anything_of_another(one: str, other: str) -> None:
    names = (topic_of(other), receipts_topic_of(other))

    assert not any(rule.covers(kind, name) for rule in rules_of_partner(one) for kind in Kind for name in names)


@pytest.mark.parametrize(
    ("rule", "things"),
    [
        (WRITE, {"feeds.AB"}),
        (replace(WRITE, operation="ALL"), {"feeds.AB"}),
        (replace(WRITE, operation="DELETE"), {"feeds.AB"}),
        (replace(WRITE, operation="ALTER_CONFIGS", principal="User:AB"), {"feeds.AB"}),
        (replace(WRITE, operation="READ", name="receipts.AB"), {"receipts.AB"}),
        (replace(WRITE, principal="User:AB", name="receipts.AB"), {"receipts.AB"}),
        (replace(WRITE, principal="User:stranger"), {"feeds.AB"}),
        (replace(WRITE, principal="User:*", name="feeds.A1"), {"feeds.A1"}),
        (replace(WRITE, host="10.0.0.7"), {"feeds.AB"}),
        (replace(WRITE, name="feeds.A1", pattern=Pattern.PREFIXED), {"feeds.A1", "feeds.A10"}),
        (
            replace(WRITE, name="feeds.A", pattern=Pattern.PREFIXED),
            {"feeds.AB", "feeds.A-B", "feeds.A1", "feeds.A10", "feeds.A-1"},
        ),
        (replace(WRITE, name="f", pattern=Pattern.PREFIXED), {topic_of(code) for code in ALIKE if code != "A"}),
        (
            replace(WRITE, name="*"),
            {topic_of(code) for code in ALIKE if code != "A"} | {receipts_topic_of(code) for code in ALIKE},
        ),
        (Rule("User:A", "READ", Kind.GROUP, Pattern.PREFIXED, "receipts.A1"), {"receipts.A1", "receipts.A10"}),
        (Rule("User:A", "WRITE", Kind.TRANSACTIONAL_ID, Pattern.LITERAL, "feeds.AB"), {"feeds.AB"}),
        (Rule("User:A", "ALTER", Kind.CLUSTER, Pattern.LITERAL, "kafka-cluster"), {"the cluster"}),
        (Rule("User:*", "CREATE", Kind.CLUSTER, Pattern.LITERAL, "kafka-cluster"), {"the cluster"}),
    ],
    ids=_in_words,
)
def test_a_rule_that_lets_somebody_else_in_is_found(rule: Rule, things: set[str]) -> None:
    assert opened(rule) == things


@pytest.mark.parametrize(
    "rule",
    [
        replace(WRITE, allows=False),
        replace(WRITE, operation="DESCRIBE"),
        replace(WRITE, operation="DESCRIBE_CONFIGS", name="*"),
        replace(WRITE, name="feeds"),
        replace(WRITE, name="feeds.A2", pattern=Pattern.PREFIXED),
        replace(WRITE, name="feeds.ABC"),
        replace(WRITE, name="*", pattern=Pattern.PREFIXED),
        replace(WRITE, kind=Kind.GROUP, operation="READ", name="feeds.AB"),
        replace(WRITE, principal=f"User:{HUB}", operation="ALL"),
        replace(WRITE, principal=f"User:{ADMIN}", operation="ALL", name="*"),
        replace(WRITE, principal="User:AB", operation="READ"),
        Rule("User:A", "IDEMPOTENT_WRITE", Kind.CLUSTER, Pattern.LITERAL, "kafka-cluster"),
        Rule("User:operator", "ALTER", Kind.CLUSTER, Pattern.LITERAL, "kafka-cluster"),
        Rule("User:A", "READ", Kind.GROUP, Pattern.PREFIXED, "anything-"),
    ],
    ids=_in_words,
)
def test_a_rule_that_lets_nobody_else_in_is_no_breach(rule: Rule) -> None:
    assert opened(rule) == set()


def test_a_rule_that_denies_does_not_excuse_one_that_allows() -> None:
    assert opened(WRITE, replace(WRITE, allows=False)) == {"feeds.AB"}


def test_what_is_missing_is_each_rule_that_is_not_there_to_the_letter() -> None:
    gone = next(iter(rules_of_partner("A")))
    nearly = replace(gone, host="10.0.0.7")

    assert missing(RIGHT, (RIGHT - {gone}) | {nearly}) == (gone,)
    assert missing(RIGHT, RIGHT) == ()


def test_a_partner_named_like_the_hub_or_the_administrator_is_found() -> None:
    assert colliding([*ALIKE, HUB], {HUB, ADMIN}) == (HUB,)
