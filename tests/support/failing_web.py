"""A web server whose worker kills itself once at an edge: `gunicorn tests.support.failing_web:make_app()`."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from payments_hub.web import wsgi
from payments_hub.web.api.v1.edges import Edge, set_failpoint

EDGE = "PAYMENTS_HUB_TEST_EDGE"
DONE = "PAYMENTS_HUB_TEST_DONE"


@dataclass(frozen=True, slots=True)
class KillsItself:
    """A failpoint that ends its process without a word at one edge, once in the life of a file."""

    edge: Edge
    done: Path

    def __call__(self, edge: Edge) -> None:
        if edge is self.edge and not self.done.exists():
            self.done.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def make_app() -> Flask:
    """Make the application, with the failpoint that the environment asks for."""
    app = wsgi.make_app()
    set_failpoint(app, KillsItself(Edge(os.environ[EDGE]), Path(os.environ[DONE])))
    return app
