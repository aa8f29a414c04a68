"""An event's id is looked up as it is kept, whatever letters it has: sent again, it is the same event."""

import json

import pytest

from payments_hub.domain.verdicts import Verdict
from payments_hub.store.session import Database
from tests.support.hub import manifest, report, small_hub

pytestmark = pytest.mark.database

UNSEEN = ["a\u200bb", "a\u2028b", "a\ufeffb", "a\u00adb", "a\ufffdb", "\U000e0041", "ư̛", "%00", "\\u0000"]


def named(message: bytes, event_id: str) -> bytes:
    return json.dumps({**json.loads(message), "id": event_id}).encode()


@pytest.mark.parametrize("event_id", UNSEEN, ids=ascii)
def test_a_message_sent_again_is_a_duplicate_and_another_with_its_id_is_refused(
    database: Database, event_id: str
) -> None:
    hub = small_hub(database)
    slice_sent, manifest_sent = named(report(2_000_000), event_id), named(manifest(1, 2_000_000), event_id + "m")

    verdicts = [receipt.verdict for each in (slice_sent, manifest_sent) * 2 for receipt in hub.send(each)]
    crossed = hub.send(named(manifest(1, 2_000_000, period="2026-07-02"), event_id), slice_sent)

    assert verdicts == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.DUPLICATE, Verdict.DUPLICATE]
    assert [receipt.verdict for receipt in crossed] == [Verdict.REJECTED, Verdict.DUPLICATE]
    assert [finding.code for finding in crossed[0].findings] == ["E1102"]
