"""The demonstration's people, and its close of a period: a lock, a late slice that is held, and two manifests."""

from __future__ import annotations

from collections.abc import Mapping

from payments_hub.bootstrap import Hub
from payments_hub.cli.client import HubClient
from payments_hub.demo.city import City
from payments_hub.demo.manifests import manifests
from payments_hub.demo.messages import messages_into_lock
from payments_hub.demo.profiles import BANK
from payments_hub.demo.stories import held_key
from payments_hub.domain.people import Role
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.errors import ConflictError
from payments_hub.services.accounts import NewAccount, create_account
from payments_hub.services.locks import lock_period

USERNAME, PASSWORD = "leader", "simulated city of 2026"
"""Of the first account; all have the same password: the folder is thrown away, and nobody else can reach the server."""

_OFFICER = "officer"
_PEOPLE = {
    USERNAME: Role.ANALYST,
    _OFFICER: Role.OFFICER,
    "operator": Role.OPERATOR,
    "partner": Role.PARTNER,
    "bank": Role.PARTNER,
    "administrator": Role.ADMINISTRATOR,
}


def invite_people(hub: Hub, city: City) -> None:
    """Create an account for each kind of reader: `partner` is the first operator of malls, `bank` the bank."""
    partners = {"partner": city.partners[0].code, "bank": BANK.code}
    with hub.database.transaction() as session:
        for name, role in _PEOPLE.items():
            create_account(session, NewAccount(name, PASSWORD, role, partners.get(name)), hub.clock.now())


def account_names() -> str:
    """List the accounts for the person at the terminal."""
    return ", ".join(_PEOPLE)


def close_a_period(hub: Hub, client: HubClient, city: City, keys: Mapping[str, str]) -> None:
    """
    Lock a period, send a slice for it, and send the manifests of a settled month.

    Raises:
        ConflictError: An answer is not what it must be.

    """
    locked = held_key(city)
    with hub.database.transaction() as session:
        lock_period(
            session,
            locked.flow,
            locked.period,
            reason="Đã chốt số để báo cáo (mô phỏng)",
            by=f"account:{_OFFICER}",
            now=hub.clock.now(),
        )
    for message in messages_into_lock(city):
        _send(client, keys[message.partner], message.body, Verdict.HELD)
    for manifest in manifests(city):
        _send(client, keys[manifest.partner], manifest.body, Verdict.ACCEPTED)


def _send(client: HubClient, key: str, body: bytes, expected: Verdict) -> None:
    status, receipt = client.send(key, body)
    if receipt.get("verdict") != expected.value:
        raise ConflictError(f"A message was answered with {status} {receipt.get('verdict')}, not {expected}.")
