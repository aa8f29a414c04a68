"""One more slice that anybody may send to the running demonstration: a correction whose effect can be foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from payments_hub.contracts.hashing import canonical_time
from payments_hub.demo.city import ACQ_P2M
from payments_hub.demo.messages import Message
from payments_hub.demo.stories import VERDICTS
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.errors import NotFoundError
from payments_hub.kernel.ids import new_id

ADDED_AMOUNT = 5_000_000_000
"""Five billion đồng, so that a person sees the headline move."""


@dataclass(frozen=True, slots=True)
class NextSlice:
    """
    The message, and by how much it moves the headline of its month.

    Args:
        amount_change: The slice's new amount less its old one, whole VND.

    """

    partner: str
    body: bytes
    amount_change: int


def next_slice(sent: Sequence[Message], now: datetime) -> NextSlice:
    """
    Correct one cell of the newest month's first slice of merchants' receipts.

    Raises:
        NotFoundError: No such slice was sent.

    """
    revised = _newest_head(sent)
    event = orjson.loads(revised.body)
    data = event["data"]
    data["cells"][0]["amount"] += ADDED_AMOUNT
    data["control"]["amount"] += ADDED_AMOUNT
    data |= {"revision": revised.revision + 1, "revision_reason": "CORRECTION", "note": "Đối chiếu lại sổ"}
    event |= {"id": new_id(now), "time": canonical_time(now.replace(microsecond=0))}
    return NextSlice(revised.partner, orjson.dumps(event, option=orjson.OPT_INDENT_2), ADDED_AMOUNT)


def _newest_head(sent: Sequence[Message]) -> Message:
    """Find the last revision of the slice that is first by key in the newest month."""
    found = [message for message in sent if message.flow == ACQ_P2M and VERDICTS[message.step] is Verdict.ACCEPTED]
    if not found:
        raise NotFoundError("The simulated city has sent no merchants' receipts.")
    newest = max(message.key.period for message in found)
    of_month = [message for message in found if message.key.period == newest]
    first = min(message.key for message in of_month)
    return max((message for message in of_month if message.key == first), key=lambda message: message.revision)
