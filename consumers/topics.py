"""
The two topics of a partner: `feeds.<partner>`, where it writes, and `receipts.<partner>`, where it reads our answers.

Each has one partition, so that its order is the partner's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from payments_hub.store.offsets import RECEIPTS_PREFIX

_PREFIX = "feeds."
_RETENTION = timedelta(days=30)

TOPIC_SETTINGS: Mapping[str, str] = {
    # The broker stamps the time itself. With the sender's, a record of the year 0 would be old enough to be deleted
    # before anybody has read it, and one of the year 2286 would keep its segment for ever.
    "message.timestamp.type": "LogAppendTime",
    # Never compacted: a second record with the same key must not take the first one away.
    "cleanup.policy": "delete",
    # Longer than the oldest backup that may be restored: what came after it is read again from here.
    "retention.ms": str(_RETENTION // timedelta(milliseconds=1)),
}
"""What a partner's topics are made with, whatever the broker's defaults are."""


@dataclass(frozen=True, slots=True, order=True)
class Feed:
    """
    One partition of one partner's topic.

    >>> Feed("feeds.BIDV", 0).partner
    'BIDV'
    """

    topic: str
    partition: int

    @property
    def partner(self) -> str:
        """Name the partner: the topic's, whatever a record claims, because the broker lets nobody else write there."""
        return self.topic.removeprefix(_PREFIX)

    @property
    def name(self) -> str:
        """
        Name the partition in one word, as alerts do.

        >>> Feed("feeds.BIDV", 0).name
        'feeds.BIDV-0'
        """
        return f"{self.topic}-{self.partition}"

    def at(self, offset: int) -> str:
        """
        Write an offset of this feed as a delivery's position.

        >>> Feed("feeds.BIDV", 0).at(17)
        'feeds.BIDV-0-17'
        """
        return f"{self.name}-{offset}"


def topic_of(partner: str) -> str:
    """
    Name a partner's topic.

    >>> topic_of("BIDV")
    'feeds.BIDV'
    """
    return _PREFIX + partner


def topics_of(partners: Iterable[str]) -> frozenset[str]:
    """Name the topics that some partners' feeds are read from."""
    return frozenset(topic_of(partner) for partner in partners)


def receipts_topic_of(partner: str) -> str:
    """
    Name the topic that a partner's receipts are published on.

    >>> receipts_topic_of("BIDV")
    'receipts.BIDV'
    """
    return RECEIPTS_PREFIX + partner


def all_topics_of(partners: Iterable[str]) -> frozenset[str]:
    """Name every topic of some partners: those of their feeds and of their receipts."""
    return frozenset(name(partner) for partner in partners for name in (topic_of, receipts_topic_of))
