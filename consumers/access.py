"""
Who may do what on the partners' topics: what each needs, and which of the broker's rules let in somebody else.

Pure: a rule here is one of Kafka's access rules (ACL) as it is, told apart by all of its fields. Every rule that the
hub makes for a partner names its thing whole (LITERAL): one for all that begins with `feeds.A1` would open `feeds.A10`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from consumers.settings import GROUP
from consumers.topics import receipts_topic_of, topic_of

EVERYBODY = "User:*"
ANYTHING = "*"


class Kind(StrEnum):
    """What a rule is about; named as Kafka does."""

    TOPIC = "TOPIC"
    GROUP = "GROUP"
    TRANSACTIONAL_ID = "TRANSACTIONAL_ID"
    CLUSTER = "CLUSTER"
    OTHER = "OTHER"


class Pattern(StrEnum):
    """Whether a rule's name is the whole one, or all that begins with it; named as Kafka does."""

    LITERAL = "LITERAL"
    PREFIXED = "PREFIXED"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """
    One access rule.

    Args:
        principal: As Kafka writes it: `User:BIDV`.
        operation: As Kafka names it: `WRITE`.

    """

    principal: str
    operation: str
    kind: Kind
    pattern: Pattern
    name: str
    host: str = ANYTHING
    allows: bool = True

    def covers(self, kind: Kind, name: str) -> bool:
        """Tell whether this rule is about a thing."""
        if kind is not self.kind:
            return False
        if self.pattern is Pattern.PREFIXED:
            return name.startswith(self.name)
        return self.name in {name, ANYTHING}

    def __str__(self) -> str:
        """Say it in one line, as Kafka's own tools order it."""
        host = "" if self.host == ANYTHING else f" from {self.host}"
        verb = "ALLOW" if self.allows else "DENY"
        return f"{verb} {self.principal}{host} {self.operation} {self.kind} {self.pattern}:{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """
    A rule that lets somebody do what is not theirs to do.

    Args:
        thing: What is open by it, such as `feeds.BIDV`; `the cluster` if it is everything.

    """

    rule: Rule
    thing: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.rule.principal} may {self.rule.operation} {self.thing}: {self.rule}"


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """
    Something that is open to somebody whose it is not.

    Args:
        thing: A topic mostly; `ANYTHING` for whatever has no rule.
        words: All of it in one line.

    """

    thing: str
    user: str
    operation: str
    words: str


_HARMLESS = {"DESCRIBE", "DESCRIBE_CONFIGS", "IDEMPOTENT_WRITE"}
"""To see that something is there lets nobody write or read it; numbers for its records are no right to send them."""

_PARTNERS_OWN: Mapping[tuple[Kind, str], frozenset[str]] = {
    (Kind.TOPIC, "feed"): frozenset({"READ", "WRITE"}),
    (Kind.TOPIC, "receipts"): frozenset({"READ"}),
    (Kind.GROUP, "receipts"): frozenset({"READ", "DELETE", "ALL"}),
    (Kind.TRANSACTIONAL_ID, "feed"): frozenset({"WRITE", "ALL"}),
}
"""What a partner may do with what is its own. Its topics' settings are not: the order of its feed hangs on them."""


def principal_of(user: str) -> str:
    """
    Name a user as Kafka's rules do.

    >>> principal_of("BIDV")
    'User:BIDV'
    """
    return f"User:{user}"


def rules_of_partner(partner: str) -> frozenset[Rule]:
    """
    List the rules that a partner needs, its user being its code.

    It sends to its feed, also by transactions under the feed's name, and reads its receipts, alone or as a group under
    the receipts' name.
    """
    feed, receipts, user = topic_of(partner), receipts_topic_of(partner), principal_of(partner)
    return frozenset(
        {
            Rule(user, "WRITE", Kind.TOPIC, Pattern.LITERAL, feed),
            Rule(user, "DESCRIBE", Kind.TOPIC, Pattern.LITERAL, feed),
            Rule(user, "WRITE", Kind.TRANSACTIONAL_ID, Pattern.LITERAL, feed),
            Rule(user, "DESCRIBE", Kind.TRANSACTIONAL_ID, Pattern.LITERAL, feed),
            Rule(user, "READ", Kind.TOPIC, Pattern.LITERAL, receipts),
            Rule(user, "DESCRIBE", Kind.TOPIC, Pattern.LITERAL, receipts),
            Rule(user, "READ", Kind.GROUP, Pattern.LITERAL, receipts),
        }
    )


def rules_of_hub(user: str, partners: Iterable[str]) -> frozenset[Rule]:
    """List the rules that the hub's own user needs: to read feeds, publish receipts, and leave positions to be seen."""
    hub = principal_of(user)
    return frozenset(
        {
            Rule(hub, "READ", Kind.GROUP, Pattern.LITERAL, GROUP),
            # The separator ends the name: no group of somebody else's begins so.
            Rule(hub, "READ", Kind.GROUP, Pattern.PREFIXED, f"{GROUP}-"),
            *(
                Rule(hub, operation, Kind.TOPIC, Pattern.LITERAL, topic)
                for partner in partners
                for topic, operations in ((topic_of(partner), _READER), (receipts_topic_of(partner), _WRITER))
                for operation in operations
            ),
        }
    )


_READER = ("READ", "DESCRIBE")
_WRITER = ("WRITE", "DESCRIBE")


def breaches(rules: Iterable[Rule], partners: Collection[str], trusted: Collection[str]) -> tuple[Breach, ...]:
    """
    Find the rules that let somebody write or read what is a partner's, and is neither that partner nor trusted.

    A rule that denies does not make one that allows harmless: it may go, and what it kept out is in.

    Args:
        rules: Every rule that the broker has.
        partners: Codes; each is its user's name too.
        trusted: Users who may do anything with partners' topics: the hub's own and the administrator.

    """
    allowing = [rule for rule in rules if rule.allows and rule.operation not in _HARMLESS]
    known = {principal_of(user) for user in trusted}
    users = {principal_of(partner) for partner in partners} | {EVERYBODY}
    found = {
        Breach(rule, thing)
        for partner in partners
        for (kind, thing, own) in _things_of(partner)
        for rule in allowing
        if rule.covers(kind, thing) and rule.principal not in known and not _is_own(rule, partner, own)
    }
    # Who may change the rules, or users' passwords, may write everything.
    found |= {
        Breach(rule, "the cluster")
        for rule in allowing
        if rule.kind is Kind.CLUSTER and rule.principal in users - known
    }
    return tuple(sorted(found))


def missing(needed: Iterable[Rule], present: Collection[Rule]) -> tuple[Rule, ...]:
    """List the rules that are needed and not there, each just as it is needed."""
    return tuple(sorted(set(needed) - set(present)))


def colliding(partners: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    """Find partners whose user would be the hub's own or the administrator's."""
    return tuple(sorted(set(partners) & set(others)))


def _things_of(partner: str) -> Iterator[tuple[Kind, str, frozenset[str]]]:
    names = {"feed": topic_of(partner), "receipts": receipts_topic_of(partner)}
    for (kind, which), own in _PARTNERS_OWN.items():
        yield kind, names[which], own


def _is_own(rule: Rule, partner: str, own: Collection[str]) -> bool:
    return rule.principal == principal_of(partner) and rule.operation in own
