from collections import Counter
from datetime import UTC, datetime

import pytest

from payments_hub.contracts.decode import decode
from payments_hub.contracts.mending import mend_message
from payments_hub.contracts.receipt_v1 import FindingV1
from payments_hub.demo.city import ACQ_P2M, MM_P2M, POS_SALES, City, build_city
from payments_hub.demo.messages import Message, messages_into_lock, write
from payments_hub.demo.plan import sendings, story_of
from payments_hub.demo.slices import CURRENCY
from payments_hub.demo.stories import Step
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import area_places, load_schemes
from payments_hub.ingest.checks import check
from payments_hub.ingest.reference import Reference, RegisteredPartner

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(NOW)


def reference_of(city: City) -> Reference:
    obligations: dict[tuple[str, str, str], tuple[Obligation, ...]] = {}
    for duty in city.obligations:
        key = duty.partner, duty.flow, duty.place
        obligations[key] = (*obligations.get(key, ()), duty)
    return Reference(
        partners={
            partner.code: RegisteredPartner(partner.code, is_simulated=partner.simulated, currency=CURRENCY)
            for partner in city.partners
        },
        places={place.code: place for place in (*city.places, *area_places())},
        schemes={data.scheme.code: data.scheme for data in load_schemes()},
        obligations=obligations,
    )


def written(city: City, step: Step) -> list[Message]:
    return [write(city, sending) for sending in sendings(city) if sending.step is step]


def codes_of(message: Message, reference: Reference) -> list[tuple[Step, str]]:
    decoded = decode(message.body)
    partner = reference.partners[message.partner]
    checked = check(decoded, partner=partner, reference=reference, now=message.sent_at)
    return [(message.step, finding.code) for finding in (*decoded.findings, *checked)]


@pytest.mark.parametrize(
    ("flow", "planted"),
    [
        (POS_SALES, {(Step.WRONG_CONTROL, "E3004"): 1, (Step.MISTAKE, "W5003"): 3}),
        (ACQ_P2M, {(Step.WRONG_CODE, "E2101"): 1}),
        (MM_P2M, {}),
    ],
)
def test_nothing_is_wrong_with_any_message_but_what_is_planted(
    city: City, flow: str, planted: dict[tuple[Step, str], int]
) -> None:
    reference = reference_of(city)
    sent = (write(city, sending) for sending in sendings(city) if sending.key.flow == flow)

    found = Counter(code for message in sent for code in codes_of(message, reference))

    assert found == planted


def test_nothing_is_wrong_with_what_is_sent_into_the_lock(city: City) -> None:
    reference = reference_of(city)

    assert [codes_of(message, reference) for message in messages_into_lock(city)] == [[]]


def test_the_bare_code_is_answered_with_the_dated_one_of_its_month(city: City) -> None:
    reference = reference_of(city)
    (wrong,) = written(city, Step.WRONG_CODE)

    (finding,) = check(
        decode(wrong.body), partner=reference.partners[wrong.partner], reference=reference, now=wrong.sent_at
    )

    assert finding.suggestion == wrong.key.place


def test_an_exact_repeat_is_the_same_event(city: City) -> None:
    (repeat,) = written(city, Step.EXACT_REPEAT)

    first = write(city, story_of(city, repeat.key)[0])

    assert repeat.body == first.body


def test_the_same_content_sent_anew_is_another_event(city: City) -> None:
    (again,) = written(city, Step.SAME_CONTENT)

    first = decode(write(city, story_of(city, again.key)[0]).body)

    assert decode(again.body).content_sha256 == first.content_sha256
    assert decode(again.body).event_sha256 != first.event_sha256


def test_the_wrong_control_is_one_that_a_receipt_mends_beyond_doubt(city: City) -> None:
    [message] = written(city, Step.WRONG_CONTROL)
    findings = [FindingV1.of(finding) for finding in decode(message.body).findings]

    mended = mend_message(message.body, findings=findings)

    assert mended is not None
    assert mended.faults_left == 0
    assert [mend.pointer for mend in mended.mends] == ["/data/control/amount"]
