"""The description says all that is served, in both languages, and nothing else."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from payments_hub.bootstrap import open_hub
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period
from payments_hub.kernel.settings import load_settings
from payments_hub.web.api.v1.endpoints import Endpoint
from payments_hub.web.api.v1.openapi import openapi_of
from payments_hub.web.api.v1.queries import IN_VIETNAMESE, PERIOD_ASKED, ReceiptsQuery
from payments_hub.web.api.v1.routes import endpoints
from payments_hub.web.api.v1.slices import STATUSES
from payments_hub.web.app import create_app

ALWAYS = {"X-Request-Id"}


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    # Nothing connects before the first transaction, so no server has to answer here.
    database = "postgresql://nobody@127.0.0.1:1/nothing"
    settings = load_settings({"PAYMENTS_HUB_DATABASE_URL": database, "PAYMENTS_HUB_SECRET_KEY": "k" * 32})
    hub = open_hub(settings, application_name="tests")
    yield create_app(hub)
    hub.close()


def test_every_address_under_the_prefix_is_described(app: Flask) -> None:
    served = {
        (method.lower(), rule.rule.replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    paths = openapi_of(endpoints())["paths"]

    assert {(method, path) for path, methods in paths.items() for method in methods} == served


def test_every_verdicts_status_is_described() -> None:
    responses = openapi_of(endpoints())["paths"]["/api/v1/slices"]["post"]["responses"]

    assert {str(STATUSES[verdict].value) for verdict in Verdict} <= responses.keys()
    assert {"400", "401", "403", "409", "413", "415", "429", "503"} <= responses.keys()


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda one: one.view.__name__)
def test_every_refusal_has_the_one_shape(endpoint: Endpoint) -> None:
    operation = openapi_of([endpoint])["paths"][endpoint.template][endpoint.method.lower()]

    for status, response in operation["responses"].items():
        assert set(response["headers"]) >= ALWAYS
        if int(status) >= 400 and status != "422":
            assert response["content"] == {
                "application/json": {"schema": {"$ref": "#/components/schemas/ProblemV1"}}
            }, status


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = openapi_of(endpoints())

    assert (
        references(document) - {f"#/components/schemas/{name}" for name in document["components"]["schemas"]} == set()
    )


def references(value: object) -> set[str]:
    """Collect every `$ref`."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_parameter_is_explained_in_both_languages() -> None:
    assert IN_VIETNAMESE.keys() == ReceiptsQuery.model_fields.keys()
    assert all(field.description for field in ReceiptsQuery.model_fields.values())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_shows_every_address_with_headings_in_both_languages(app: Flask, language: str) -> None:
    client = app.test_client()
    client.set_cookie("hub_language", language)

    text = client.get("/api/v1/docs").text

    for endpoint in endpoints():
        assert endpoint.template in text
        assert endpoint.title.vi in text
        assert endpoint.title.en in text


def test_the_description_needs_no_key_and_everything_else_does(app: Flask) -> None:
    client = app.test_client()

    without = {one.template for one in endpoints() if client.open(one.rule, method=one.method).status_code != 401}

    assert without == {"/api/v1/docs", "/api/v1/openapi.json"}


def every_day_and_what_is_none() -> Iterator[str]:
    for year in (1999, 2000, 2026, 2028, 2096, 2100, 2101):
        yield f"{year}"
        for number in range(14):
            yield from (f"{year}-Q{number}", f"{year}-{number:02d}", f"{year}-{number}")
            yield from (f"{year}-{number:02d}-{day:02d}" for day in range(33))
    yield from ("2026-07-03\n", " 2026", "2026-W01", "٢٠٢٦", "10/2026", "2026-07-3", "")


def test_the_described_period_is_every_period_and_no_other() -> None:
    for text in every_day_and_what_is_none():
        described = re.search(PERIOD_ASKED, text) is not None and not text.endswith("\n")
        try:
            Period.parse(text)
        except InvalidValueError:
            assert not described, text
        else:
            assert described, text
