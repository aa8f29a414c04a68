"""A web application over a test's database: its hub, its people, its clock, and a server where a test needs one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Thread

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from payments_hub.bootstrap import Hub
from payments_hub.domain.languages import Language
from payments_hub.domain.overview import Overview
from payments_hub.domain.people import Role, Viewer
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.settings import load_settings
from payments_hub.services.accounts import NewAccount, create_account
from payments_hub.store.session import Database
from payments_hub.web.app import OverviewReader, create_app
from tests.support.overviews import NOW, overview

PASSWORD = "ngày mai trời lại sáng"


@dataclass
class SettableClock:
    """A clock that a test sets."""

    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant

    def pass_time(self, passed: timedelta) -> None:
        self.instant += passed


def make_hub(database: Database, clock: SettableClock, **environ: str) -> Hub:
    settings = load_settings({f"PAYMENTS_HUB_{name.upper()}": value for name, value in environ.items()})
    return Hub(settings, clock, database, ReferenceCache(), secret_key="k" * 32)


def remembering(seen: list[Viewer], shown: Overview) -> OverviewReader:
    """Make a reader of overviews that always shows one and remembers for whom."""

    def read(_session: Session, viewer: Viewer, _now: datetime, _as_of: date | None = None) -> Overview:
        seen.append(viewer)
        return shown

    return read


def make_app(
    database: Database,
    *,
    shown: Overview | None = None,
    seen: list[Viewer] | None = None,
    clock: SettableClock | None = None,
    **env: str,
) -> Flask:
    """Make an app whose overview is a given one."""
    viewers = [] if seen is None else seen
    hub = make_hub(database, clock or SettableClock(), **env)
    return create_app(hub, read_overview=remembering(viewers, shown or overview()))


def add_person(
    database: Database,
    username: str = "lan",
    role: Role = Role.ANALYST,
    partner: str | None = None,
    language: Language = Language.VI,
) -> None:
    with database.transaction() as session:
        create_account(session, NewAccount(username, PASSWORD, role, partner, language), NOW)


def form_secret(client: FlaskClient, path: str = "/sign-in") -> str:
    """Read the hidden field that a form must send back."""
    text = client.get(path).text
    start = text.index('name="csrf_token"')
    return text[start:].split('value="', 1)[1].split('"', 1)[0]


def sign_in(client: FlaskClient, username: str = "lan", password: str = PASSWORD) -> TestResponse:
    form = {"csrf_token": form_secret(client), "username": username, "password": password, "next": "/"}
    return client.post("/sign-in", data=form)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on a free port of this machine, and tell its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
