"""Who may post slices, as whom, and what a refusal tells: nothing that was not known."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from payments_hub.services.partners import revoke_key
from payments_hub.store.session import Database
from tests.support.overviews import NOW
from tests.support.sender import CLOUDEVENTS, SLICES, Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web import make_app

pytestmark = pytest.mark.database

PARTNER, RIVAL = "AEON-HP", "GO-HP"
PROBLEM = {"code", "message", "fields", "request_id"}


@pytest.fixture
def sender(database: Database) -> Iterator[Sender]:
    """Lend a partner's machine with a good key, at a hub that expects this partner and a rival."""
    make_small_hub(database, [PARTNER, RIVAL])
    with make_app(database).test_client() as client:
        yield Sender(client, new_key(database, PARTNER))


def stored(database: Database) -> list[tuple[Any, ...]]:
    """Read what a request might have left: deliveries, and when keys were used."""
    query = "SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM api_key WHERE last_used_at IS NOT NULL)"
    with database.transaction() as session:
        return [tuple(row) for row in session.execute(text(query))]


def without_request_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer hp000000000000.secret",
        "Bearer hp\x00.secret",
        "Bearer \xff\xfe.\xff",
        "Bearer {key}x",
        "Bearer {prefix}.guess",
        "Bearer {revoked}",
        "Bearer {revoked_prefix}.guess",
        "Bearer {key}, Bearer {key}",
        "Bearer " + "x" * 8_000,
        "Basic bGFuOmxhbg==",
        "{key}",
    ],
)
def test_without_a_good_key_there_is_no_receipt_and_no_hint_why(
    sender: Sender, database: Database, authorization: str | None
) -> None:
    revoked = new_key(database, PARTNER)
    with database.transaction() as session:
        revoke_key(session, revoked.partition(".")[0], NOW)
    known = {"key": sender.key, "prefix": sender.key[:14], "revoked": revoked, "revoked_prefix": revoked[:14]}
    headers = {} if authorization is None else {"Authorization": authorization.format(**known)}

    answer = sender.client.post(SLICES, data=b"{}", content_type=CLOUDEVENTS, headers=headers)

    nobody = sender.client.post(SLICES)
    assert (answer.status_code, nobody.status_code) == (401, 401)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="payments-hub"'
    assert without_request_id(answer.json or {}) == without_request_id(nobody.json or {})
    assert stored(database) == [(0, 0)]


@pytest.mark.parametrize("name", ["key", "api_key", "apikey", "access_token", "token"])
def test_a_key_in_the_address_is_refused_with_advice_and_does_nothing_else(
    sender: Sender, database: Database, name: str
) -> None:
    status, problem = sender.send(nothing_to_report(PARTNER, 1), path=f"{SLICES}?{name}={sender.key}")

    assert (status, problem["code"], set(problem)) == (400, "KEY_IN_ADDRESS", PROBLEM)
    assert "Authorization" in str(problem["message"])
    assert sender.key not in str(problem)
    assert stored(database) == [(0, 0)]


def test_a_key_speaks_for_its_own_partner_alone(sender: Sender, database: Database) -> None:
    rivals = Sender(sender.client, new_key(database, RIVAL))
    of_partner = nothing_to_report(PARTNER, 1)

    refused = rivals.send(of_partner)
    own = sender.send(of_partner)

    assert (refused[0], refused[1]["verdict"], refused[1]["partner"]) == (422, "REJECTED", RIVAL)
    assert "E1101" in str(refused[1]["findings"])
    assert (own[0], own[1]["verdict"]) == (201, "ACCEPTED")
    assert (verdicts(database, PARTNER), verdicts(database, RIVAL)) == ({"ACCEPTED": 1}, {"REJECTED": 1})


def test_a_rivals_event_id_can_be_neither_used_up_nor_found_out(sender: Sender, database: Database) -> None:
    rivals = Sender(sender.client, new_key(database, RIVAL))
    message = nothing_to_report(PARTNER, 1)
    sender.send(message)

    seen = rivals.send(message)
    unseen = rivals.send(nothing_to_report(PARTNER, 2))

    assert [finding["code"] for finding in findings(seen)] == [finding["code"] for finding in findings(unseen)]
    assert (seen[1]["first_receipt"], seen[1]["current_revision"]) == (None, None)


def findings(answer: tuple[int, dict[str, Any]]) -> list[dict[str, Any]]:
    return list(answer[1]["findings"])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (f"partner={RIVAL}", ["partner"]),
        (f"partner={RIVAL}&partner={PARTNER}", ["partner", "partner"]),
        (f"source=urn:hp:partner:{RIVAL}", ["source"]),
        ("_method=DELETE", ["_method"]),
        ("a=1&b=2", ["a", "b"]),
    ],
    ids=["another partner", "a partner twice", "another source", "another method", "two unknown ones"],
)
def test_a_parameter_beside_the_message_is_refused_by_its_name(
    sender: Sender, database: Database, query: str, named: list[str]
) -> None:
    status, problem = sender.send(nothing_to_report(PARTNER, 1), path=f"{SLICES}?{query}")

    assert (status, problem["code"]) == (400, "BAD_PARAMETERS")
    assert {fault["field"] for fault in problem["fields"]} == set(named)  # type: ignore[attr-defined]  # a list, as the test says
    assert verdicts(database, PARTNER) == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Partner": RIVAL},
        {"X_Forwarded_For": "127.0.0.1", "X_Real_IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
        {"X_HTTP_Method_Override": "DELETE"},
        {"X_Original_URL": "/metrics", "X_Forwarded_Host": "evil.example"},
        {"Signature": "sig1=:AAAA:", "Signature_Input": "sig1=()", "sig": "none"},
    ],
    ids=["partner", "forwarded", "method override", "another address", "a signature, which the hub does not offer"],
)
def test_a_header_beside_the_message_changes_nothing(
    sender: Sender, database: Database, headers: dict[str, str]
) -> None:
    answer = sender.post(nothing_to_report(PARTNER, 1), **headers)

    assert (answer.status_code, (answer.json or {})["partner"]) == (201, PARTNER)
    assert (verdicts(database, PARTNER), verdicts(database, RIVAL)) == ({"ACCEPTED": 1}, {})


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_the_ledger_takes_no_other_call(sender: Sender, database: Database, method: str) -> None:
    headers = {"Authorization": f"Bearer {sender.key}"}

    answer = sender.client.open(SLICES, method=method, data=b"{}", content_type=CLOUDEVENTS, headers=headers)

    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})
    assert stored(database) == [(0, 0)]


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (400, {"path": SLICES + "?token=x"}),
        (401, {"headers": {"Authorization": "Bearer x.y"}}),
        (404, {"path": "/api/v1/nowhere"}),
        (404, {"path": "/api/"}),
        (405, {"method": "PUT"}),
        (413, {"data": b"x" * 262_145}),
        (415, {"content_type": "text/plain"}),
    ],
)
def test_every_problem_has_the_one_shape(sender: Sender, status: int, changes: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {sender.key}"}
    asked = {"path": SLICES, "method": "POST", "data": b"{}", "content_type": CLOUDEVENTS, "headers": headers}

    answer = sender.client.open(**{**asked, **changes})

    problem = answer.json or {}
    assert (answer.status_code, answer.mimetype, set(problem)) == (status, "application/json", PROBLEM)
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert (problem["fields"], isinstance(problem["message"], str)) == ([], True)


@pytest.mark.parametrize("told", ["127.0.0.1", "10.0.0.1, 127.0.0.1", "::1"])
def test_numbers_are_shown_to_this_machine_alone_whatever_a_caller_says_of_its_address(
    sender: Sender, told: str
) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}

    forged = sender.client.get("/metrics", headers={"X-Forwarded-For": told}, environ_overrides=elsewhere)
    through_a_proxy = sender.client.get("/metrics", headers={"X-Forwarded-For": told})

    assert (forged.status_code, through_a_proxy.status_code) == (403, 403)
    assert sender.client.get("/metrics").status_code == 200
