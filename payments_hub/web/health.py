"""Whether the web process lives, whether it can serve, and its numbers."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from payments_hub.services import gauges, readiness
from payments_hub.web.access import ANYBODY, THIS_MACHINE, route
from payments_hub.web.context import current_hub
from payments_hub.web.metrics import exposed, written


def blueprint() -> Blueprint:
    """Make the routes for those who watch the system."""
    made = Blueprint("health", __name__)
    route(made, "/livez", ANYBODY)(livez)
    route(made, "/readyz", ANYBODY)(readyz)
    route(made, "/metrics", THIS_MACHINE)(metrics)
    return made


def livez() -> ResponseReturnValue:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


def readyz() -> ResponseReturnValue:
    """Say whether the process can serve, and what stands still or is late: that alone is told, not refused."""
    hub = current_hub()
    state = readiness.check(hub.database, hub.clock.now())
    shown = {"ready": state.ready, "degraded": state.degraded, **asdict(state)}
    return jsonify(shown), 200 if state.ready else 503


def metrics() -> ResponseReturnValue:
    """Expose the web's numbers and the hub's to a collector on this machine."""
    hub = current_hub()
    told = gauges.read(hub.database, hub.clock.now())
    return Response(exposed(current_app) + written(told), content_type=CONTENT_TYPE_LATEST)
