"""
Whether the broker keeps partners apart, asked before anything is read from it or sent to it.

A record's partner is its topic's. That holds only while nobody else can write there, which is the broker's to see to;
so its rules are looked at, and tried out: Kafka tells nobody, not even an administrator, whether what has no rule is
open to everybody.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from consumers.access import ANYTHING, EVERYBODY, Opening, breaches
from consumers.admin import Administration, administering, is_let_in
from consumers.errors import BrokerOpenError
from consumers.security import Login, refuse_listeners, write_password
from consumers.settings import ConsumerSettings, refuse_unchecked
from consumers.topics import TOPIC_SETTINGS
from payments_hub.kernel.clock import Clock
from payments_hub.kernel.errors import ConfigurationError
from payments_hub.store.alerts import AlertKind, open_alerts, raise_alert, resolve_alert
from payments_hub.store.session import Database

PROBE_PREFIX = "payments-hub.probe."
"""How a probe's topic and user begin; what is left of one that was killed opens nothing, and may be deleted."""

_Connection = TypeVar("_Connection")

log = structlog.get_logger()


def check_broker(settings: ConsumerSettings, partners: Collection[str]) -> None:
    """
    Refuse a broker that lets somebody write or read what is a partner's.

    Raises:
        BrokerOpenError: It does, or it sends us to where others can listen.
        BrokerUnreachableError: Nothing answers, so nothing is known.
        ConfigurationError: Nobody is set who could look.

    """
    refuse_unchecked(settings)
    if settings.security is None:
        with administering(settings) as administration:
            refuse_elsewhere(administration.brokers())
    elif settings.admin is None:
        log.warning("broker_not_checked", left_to=settings.checked_by)
    else:
        with administering(settings.as_admin()) as administration:
            found = openings(settings, administration, partners)
        if found:
            raise BrokerOpenError(_refusal(found), openings=found)


def openings(
    settings: ConsumerSettings, administration: Administration, partners: Collection[str]
) -> tuple[Opening, ...]:
    """Find what is open, by the broker's rules and by trying."""
    rules = administration.rules()
    if rules is None:
        return (Opening(ANYTHING, EVERYBODY, "ALL", "the broker has no access rules at all: no authorizer is set"),)
    found = [
        Opening(one.thing, one.rule.principal, one.rule.operation, str(one))
        for one in breaches(rules, partners, trusted(settings))
    ]
    if _is_open_without_rules(settings, administration):
        words = "everybody may write what has no rule: set allow.everyone.if.no.acl.found=false, or find the wide rule"
        found.append(Opening(ANYTHING, EVERYBODY, "WRITE", words))
    return tuple(found)


def refuse_elsewhere(addresses: Sequence[str]) -> None:
    """
    Refuse brokers that are asked on this machine and want to be spoken to, in the open, on another.

    Raises:
        BrokerOpenError: One of them is elsewhere.

    """
    try:
        refuse_listeners(addresses, None)
    except ConfigurationError as error:
        raise BrokerOpenError(error.message, [Opening(ANYTHING, EVERYBODY, "READ", error.message)]) from error


def trusted(settings: ConsumerSettings) -> frozenset[str]:
    """Name the users who may do anything with partners' topics: the hub's own and the administrator."""
    own = frozenset() if settings.security is None else frozenset({settings.security.login.user})
    return own if settings.admin is None else own | {settings.admin.user}


def _is_open_without_rules(settings: ConsumerSettings, administration: Administration) -> bool:
    """Make a topic without a rule and a user without a right, try to write the one as the other, and delete both."""
    if settings.security is None:
        raise ValueError("who asks nobody for a name lets everybody in")
    name = PROBE_PREFIX + secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="payments-hub-probe-") as folder:
        login = Login(name, write_password(Path(folder) / "password", secrets.token_urlsafe(32)))
        probe = replace(settings, security=replace(settings.security, login=login))
        try:
            administration.make_topic(name, TOPIC_SETTINGS)
            administration.make_user(login)
            return is_let_in(probe, name)
        finally:
            administration.forget_user(name)
            administration.delete_topic(name)


def _refusal(found: Sequence[Opening]) -> str:
    said = "; ".join(one.words for one in found[:3])
    more = "" if len(found) <= 3 else f"; and {len(found) - 3} more"  # noqa: PLR2004  as many as a line takes
    return (
        f"Kafka does not keep partners apart, so nothing is read or sent: {said}{more}. "
        "Mend it, and look with: payments-consumers topics --check."
    )


@dataclass(slots=True)
class Guard:
    """
    Checks the broker before the first connection, and tells operators what it finds; owned by one thread.

    Args:
        partners: Names every partner, whoever's feeds are read here.

    """

    settings: ConsumerSettings
    database: Database
    partners: Callable[[Session], Collection[str]]
    clock: Clock
    _is_passed: bool = False

    def connected(self, connect: Callable[[ConsumerSettings], _Connection]) -> _Connection:
        """
        Connect, the first time only to a broker that keeps partners apart.

        Raises:
            BrokerOpenError: It does not; the alert is raised.

        """
        if not self._is_passed:
            self._check()
            self._is_passed = True
        return connect(self.settings)

    def _check(self) -> None:
        with self.database.transaction() as session:
            partners = self.partners(session)
        try:
            check_broker(self.settings, partners)
        except BrokerOpenError as error:
            self._tell(error.openings)
            raise
        self._tell(())

    def _tell(self, found: Sequence[Opening]) -> None:
        """Raise an alert for each thing that is open, and end those for what is not any more."""
        now = self.clock.now()
        by_thing = {one.thing: one for one in found}
        with self.database.transaction() as session:
            for alert in open_alerts(session):
                if alert.kind is AlertKind.BROKER_OPEN and alert.subject not in by_thing:
                    resolve_alert(session, AlertKind.BROKER_OPEN, alert.subject, now=now)
            for thing, one in by_thing.items():
                detail = {"user": one.user, "operation": one.operation}
                if raise_alert(session, AlertKind.BROKER_OPEN, thing, detail, now=now):
                    log.error("broker_open", thing=thing, user=one.user, operation=one.operation)
