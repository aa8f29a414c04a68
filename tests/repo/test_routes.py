import subprocess
import sys

import pytest
from flask import Flask

from payments_hub.bootstrap import open_hub
from payments_hub.kernel.settings import load_settings
from payments_hub.web.access import ANYBODY, declared_access
from payments_hub.web.app import create_app
from tests.support.repository import ROOT

SAFE = {"GET", "HEAD", "OPTIONS"}
# What anybody may send: signing in and out, and a password by a one-time link. Whoever adds to it has a reason.
OPEN_TO_POST = {"accounts.enter", "accounts.leave", "links.set_password"}
HEAVY = {"models", "sklearn", "statsforecast", "statsmodels", "pandas", "apscheduler", "kafka", "consumers"}
ASK = "import sys; import payments_hub.web.app; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


@pytest.fixture(scope="module")
def app() -> Flask:
    # Nothing connects before the first transaction, so no server has to answer here.
    database = "postgresql://nobody@127.0.0.1:1/nothing"
    settings = load_settings({"PAYMENTS_HUB_DATABASE_URL": database, "PAYMENTS_HUB_SECRET_KEY": "k" * 32})
    hub = open_hub(settings, application_name="tests")
    return create_app(hub)


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert endpoints - declared_access(app).keys() == set()


def test_nobody_is_named_for_a_route_that_is_gone(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert declared_access(app).keys() - endpoints == set()


def test_only_named_routes_take_what_anybody_sends(app: Flask) -> None:
    access = declared_access(app)
    changing = {rule.endpoint for rule in app.url_map.iter_rules() if (rule.methods or set()) - SAFE}

    assert {endpoint for endpoint in changing if access.get(endpoint) == ANYBODY} <= OPEN_TO_POST


def test_a_started_web_process_has_loaded_neither_models_nor_kafka() -> None:
    command = [sys.executable, "-c", ASK]

    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  our own words

    assert HEAVY.intersection(loaded.stdout.split()) == set()
