import pytest

from payments_hub.contracts.decode import decode
from payments_hub.contracts.findings import Finding
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.checks import check
from tests.builders import NOW, PARTNER, reference
from tests.support.hostile import HOSTILE, Hostile
from tests.support.hostile_manifests import MANIFESTS

REFERENCE = reference()
EVERY = (*HOSTILE, *MANIFESTS)


def findings_of(message: Hostile) -> list[Finding]:
    decoded = decode(message.body, headers=message.headers, content_type=message.content_type)
    checked = check(decoded, partner=REFERENCE.partners[PARTNER], reference=REFERENCE, now=NOW)
    return [*decoded.findings, *checked]


@pytest.mark.parametrize("message", EVERY, ids=lambda message: message.id)
def test_each_hostile_message_gets_its_codes(message: Hostile) -> None:
    found = findings_of(message)

    assert sorted({finding.code for finding in found}) == sorted(message.codes)
    assert any(finding.rejects for finding in found) == (message.verdict is Verdict.REJECTED)


def test_no_two_hostile_messages_share_an_id() -> None:
    assert len({message.id for message in EVERY}) == len(EVERY)
