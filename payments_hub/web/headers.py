"""The headers that every answer carries: nothing foreign is loaded, nothing is framed, nothing private is kept."""

from __future__ import annotations

from flask import Response, request

from payments_hub.web.context import request_id
from payments_hub.web.sessions import arrived_by_tls

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# A drawing opened on its own carries its face and its dark colours inside; it may do nothing else.
DRAWING_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox"

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def add_headers(answer: Response) -> Response:
    """Add to an answer what it does not say itself."""
    for name, value in _ALWAYS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    answer.headers["X-Request-Id"] = request_id()
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    if arrived_by_tls():
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return answer
