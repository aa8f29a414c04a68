"""Takes in many messages that are at hand already: public data, a simulated city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.accept import take_in
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import Clock
from payments_hub.store.session import Database

MESSAGES_A_TRANSACTION = 250
"""About as many as one poll of a feed brings; a transaction stays far below its time limit."""

STRUCTURED = "application/cloudevents+json"


def accept_all(database: Database, arrivals: Iterable[Arrival], *, clock: Clock) -> Counter[Verdict]:
    """
    Take arrivals in, in their order, a few hundred a transaction.

    A fault on the way leaves the transactions before it: the same arrivals again are duplicates up to there.

    Args:
        database: A hub in which the partners are registered.
        arrivals: Of any partners; each partner's in the order of sending.
        clock: Tells when they are known.

    Returns:
        How often each verdict was given.

    """
    found: Counter[Verdict] = Counter()
    references = ReferenceCache()
    remaining = iter(arrivals)
    for batch in iter(lambda: list(islice(remaining, MESSAGES_A_TRANSACTION)), []):
        with database.transaction() as session:
            outcomes = take_in(session, batch, reference=references.current(session), clock=clock)
        found.update(outcome.verdict for outcome in outcomes)
    return found
