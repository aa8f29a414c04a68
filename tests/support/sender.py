"""A partner's machine that posts slices to an app."""

from __future__ import annotations

from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from payments_hub.domain.keys import KeyTerms
from payments_hub.services.partners import create_key
from payments_hub.store.session import Database
from tests.support.overviews import NOW

CLOUDEVENTS = "application/cloudevents+json"
SLICES = "/api/v1/slices"


@dataclass(frozen=True, slots=True)
class Sender:
    """A partner's machine with its key."""

    client: FlaskClient
    key: str

    def post(self, body: bytes, content_type: str = CLOUDEVENTS, path: str = SLICES, **headers: str) -> TestResponse:
        """Post a message; underscores in the names of headers stand for hyphens."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = {"Authorization": f"Bearer {self.key}", **more}
        return self.client.post(path, data=body, content_type=content_type, headers=asked)

    def send(self, body: bytes, content_type: str = CLOUDEVENTS, path: str = SLICES) -> tuple[int, dict[str, object]]:
        """Post a message and read the answer's status and JSON."""
        answer = self.post(body, content_type, path)
        return answer.status_code, answer.json or {}


def new_key(database: Database, partner: str, terms: KeyTerms | None = None) -> str:
    """Make a key for a partner, for everything unless said otherwise."""
    with database.transaction() as session:
        return create_key(session, partner, NOW, terms or KeyTerms())
