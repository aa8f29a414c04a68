"""
Recompute the reconciliation equation from raw deliveries and receipts, without any code of the hub.

For each partner and each local day: deliveries = accepted + superseded + no change + duplicate + held + rejected, every
delivery counted once, on its day of arrival, by the receipt that no later one takes the place of.

Usage: reconcile.py postgresql://user:password@host:port/name    It ends with 1 if anything differs.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta, timezone

import psycopg

CITY = timezone(timedelta(hours=7))
VERDICTS = ("ACCEPTED", "SUPERSEDED", "NO_CHANGE", "DUPLICATE", "HELD", "REJECTED")
Day = tuple[str, date]

_DELIVERIES = """
SELECT delivery.id, partner.code, delivery.received_at FROM delivery JOIN partner ON partner.id = delivery.partner_id
"""
_RECEIPTS = "SELECT id, delivery_id, previous_id, verdict FROM receipt"


class BrokenLedgerError(Exception):
    """The rows themselves contradict each other."""


def latest_verdicts(receipts: list[tuple[str, int, str | None, str]]) -> dict[int, str]:
    """
    Follow each delivery's receipts from the first to the one that holds.

    Raises:
        BrokenLedgerError: A delivery has no first receipt, or two, or a receipt follows one of another delivery.

    """
    followers: dict[str, tuple[str, int, str]] = {}
    firsts: dict[int, tuple[str, str]] = {}
    for receipt, delivery, previous, verdict in receipts:
        if previous is None:
            if delivery in firsts:
                raise BrokenLedgerError(f"delivery {delivery} has two first receipts")
            firsts[delivery] = (receipt, verdict)
        elif previous in followers:
            raise BrokenLedgerError(f"two receipts follow {previous}")
        else:
            followers[previous] = (receipt, delivery, verdict)
    found = {}
    for delivery, (receipt, verdict) in firsts.items():
        at, holds = receipt, verdict
        while at in followers:
            at, owner, holds = followers[at]
            if owner != delivery:
                raise BrokenLedgerError(f"receipt {at} of delivery {owner} follows one of {delivery}")
        found[delivery] = holds
    return found


def reconcile(address: str) -> dict[Day, tuple[int, Counter[str]]]:
    """Count deliveries and latest verdicts by partner and day."""
    with psycopg.connect(address) as connection:
        deliveries = connection.execute(_DELIVERIES).fetchall()
        receipts = connection.execute(_RECEIPTS).fetchall()
    verdicts = latest_verdicts(receipts)
    counted: dict[Day, tuple[int, Counter[str]]] = defaultdict(lambda: (0, Counter()))
    for number, partner, received_at in deliveries:
        day = (partner, received_at.astimezone(CITY).date())
        arrived, by_verdict = counted[day]
        by_verdict.update([verdicts[number]] if number in verdicts else [])
        counted[day] = (arrived + 1, by_verdict)
    return dict(counted)


def faults(counted: dict[Day, tuple[int, Counter[str]]]) -> Iterator[str]:
    """List the days on which the two sides differ."""
    for (partner, day), (arrived, by_verdict) in sorted(counted.items()):
        known = sum(by_verdict[verdict] for verdict in VERDICTS)
        if arrived != known or by_verdict.total() != known:
            yield f"{partner} {day}: {arrived} deliveries, {dict(by_verdict)}"


def main(address: str) -> int:
    """Print the equation by partner and in all, and say whether it holds."""
    counted = reconcile(address)
    by_partner: dict[str, Counter[str]] = defaultdict(Counter)
    for (partner, _day), (arrived, by_verdict) in counted.items():
        by_partner[partner].update(by_verdict)
        by_partner[partner]["deliveries"] += arrived
    by_partner["all"] = sum(by_partner.values(), Counter())
    table = csv.writer(sys.stdout)
    table.writerow(["partner", "deliveries", *map(str.lower, VERDICTS), "equal"])
    for partner, found in sorted(by_partner.items()):
        equal = found["deliveries"] == sum(found[verdict] for verdict in VERDICTS)
        table.writerow([partner, found["deliveries"], *(found[verdict] for verdict in VERDICTS), equal])
    wrong = list(faults(counted))
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{len(counted)} partner-days, {len(wrong)} that do not add up")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
