"""
The programming interface is what it says it is: schemathesis makes requests out of the OpenAPI document, good and bad
ones, and compares every answer with it. The seed is fixed and the number of requests bounded; the count is printed.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from payments_hub.store.session import Database
from tests.support.sender import Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report
from tests.support.web import make_app

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

PARTNER = "AEON-HP"
DESCRIPTION = "/api/v1/openapi.json"
EXAMPLES_AT_MOST = 12
# A schema cannot say that cells must add up to their control, so that a slice of the right shape may be rejected all
# the same; its answer, 422 with a receipt, is checked against the document as every other.
JUDGED_BY_RULES: dict[str, list[CheckFunction]] = {"receive": [positive_data_acceptance]}
# What a case says of itself is not what is sent where a parameter has no value to write, or the key takes its place.
OVERWRITTEN = {ParameterLocation.HEADER, ParameterLocation.COOKIE}


@pytest.fixture
def app(database: Database) -> Flask:
    """Make the whole interface over a hub that has judged some slices, without limits that a test would meet."""
    make_small_hub(database, [PARTNER])
    made = make_app(database, api_requests_a_minute="1000000", api_messages_a_minute="10000000")
    sender = Sender(made.test_client(), new_key(database, PARTNER))
    for body in (nothing_to_report(PARTNER, 1), nothing_to_report(PARTNER, 1), b"garbage"):
        sender.send(body)
    return made


@pytest.fixture
def key(app: Flask, database: Database) -> str:
    return new_key(database, PARTNER)


def is_sent_as_meant(case: schemathesis.Case[Any]) -> bool:
    """Tell whether what is wrong with a case is still there once it is written as a request with a good key."""
    if case.meta is None:
        return True
    wrong = {where for where, component in case.meta.components.items() if component.mode is GenerationMode.NEGATIVE}
    vanishes = any(value in ([], {}, None, "") for value in (case.query or {}).values())
    return not (wrong and wrong <= OVERWRITTEN) and not (ParameterLocation.QUERY in wrong and vanishes)


def check(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, key: str, seen: Counter[str]) -> None:
    """Send what schemathesis makes of one operation, and fail with the first answer that is not as described."""
    name = str(operation.definition.raw["operationId"])
    excluded = JUDGED_BY_RULES.get(name, [])

    @seed(20261122)
    @settings(
        max_examples=EXAMPLES_AT_MOST,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode).filter(is_sent_as_meant))
    def requests(case: schemathesis.Case[Any]) -> None:
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=excluded)
        seen[name] += 1
        seen[f"status {answer.status_code}"] += 1

    # Nothing bad can be sent to an address that takes nothing and needs no key.
    with suppress(Unsatisfiable):
        requests()


def test_every_answer_is_as_described(app: Flask, key: str) -> None:
    described = schemathesis.openapi.from_wsgi(DESCRIPTION, app)
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    seen: Counter[str] = Counter()

    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            check(operation, mode, key, seen)

    counted = {name: number for name, number in seen.items() if not name.startswith("status")}
    print(f"\nschemathesis {schemathesis.__version__}: {sum(counted.values())} requests, {dict(seen)}")  # noqa: T201  the count is the proof
    assert len(counted) == len(operations) == 9
    assert seen["status 500"] == seen["status 503"] == 0
    assert seen["status 200"] > 0
