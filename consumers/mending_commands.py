"""`payments-consumers restart-feed` and `resume`: what a person decides about a feed that stands still."""

from __future__ import annotations

from contextlib import closing

import click
from sqlalchemy.orm import Session

from consumers.broker import Bounds, KafkaBroker
from consumers.errors import UnknownTopicError
from consumers.mending import Mend, planned
from consumers.settings import ConsumerSettings, consumer_settings
from consumers.topics import Feed, topic_of
from payments_hub.cli.actors import acting
from payments_hub.cli.environment import enter
from payments_hub.cli.transaction import hub_transaction
from payments_hub.services.feed_mending import Restart, check_reason, restart_feed, resume_feed
from payments_hub.store.offsets import read_standings, read_statuses


@click.command("restart-feed")
@click.argument("code")
@click.option("--reason", required=True, help="Why, for the audit.")
@click.option("--partition", default=0, show_default=True, help="The partition that stands still.")
@click.option("--at", type=int, help="Go on at this offset; records before it are left out.")
@click.option("--apply", is_flag=True, help="Do it. Without this, only what would happen is shown.")
def restart(code: str, reason: str, partition: int, at: int | None, apply: bool) -> None:  # noqa: FBT001  click's way
    """
    Let a blocked feed go on, and show before what that leaves out.

    Where records are gone, or the topic was made anew, it goes on at the first record that Kafka has. Where a record
    cannot be read it is tried again; to step over it, name the offset behind it with --at. What is read a second time
    is answered as before, and counts once.
    """
    check_reason(reason)
    feed = Feed(topic_of(code), partition)
    bounds, topic_id = _log_of(consumer_settings(enter()), feed)
    with hub_transaction("restart-feed") as (session, now):
        mend = _plan(session, feed, bounds, topic_id, at)
        for line in mend.words():
            click.echo(line)
        if apply:
            wanted = Restart(feed.topic, feed.partition, mend.before, mend.after)
            restart_feed(session, wanted, actor=acting(), reason=reason, now=now)
    click.echo("Done: its worker goes on within a minute." if apply else "Nothing was changed. To do it, add --apply.")


@click.command()
@click.argument("code")
@click.option("--reason", required=True, help="Why, for the audit.")
def resume(code: str, reason: str) -> None:
    """
    Read a suspended partner's feed again, from where it was left.

    A feed is suspended when too much of what it brings is refused. If the next records are refused too, it is
    suspended again.
    """
    enter()
    with hub_transaction("resume") as (session, now):
        rejected = resume_feed(session, code, actor=acting(), reason=reason, now=now)
    click.echo(f"The feed of {code} is read again; {rejected} refusals within a minute had suspended it.")


def _log_of(settings: ConsumerSettings, feed: Feed) -> tuple[Bounds, str | None]:
    with closing(KafkaBroker(settings)) as broker:
        if feed not in broker.feeds([feed.topic]):
            raise UnknownTopicError(f"There is no partition {feed.partition} of a topic {feed.topic}.")
        return broker.bounds([feed])[feed], broker.topic_id(feed.topic)


def _plan(session: Session, feed: Feed, bounds: Bounds, topic_id: str | None, at: int | None) -> Mend:
    standing = read_standings(session, [feed.topic]).get((feed.topic, feed.partition))
    statuses = (one for one in read_statuses(session) if (one.topic, one.partition) == (feed.topic, feed.partition))
    return planned(feed, standing, bounds, topic_id, next(statuses, None), at)
