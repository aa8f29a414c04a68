"""Answers to reads: what was answered before is not sent again to who has it still."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flask import Response, request
from pydantic import BaseModel

JSON = "application/json"


def answer_model(shown: BaseModel, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """Answer with a model as JSON."""
    return answer_read(shown.model_dump_json().encode(), JSON, headers)


def answer_read(body: bytes, mimetype: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """Answer with a body and its tag, or with 304 to who named the tag."""
    tag = hashlib.sha256(body).hexdigest()[:32]
    known = request.if_none_match.contains_weak(tag)
    answer = Response(status=304) if known else Response(body, mimetype=mimetype)
    answer.set_etag(tag)
    answer.headers.extend(headers)
    # It may be kept by its reader alone, and only to be asked for again.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization"
    return answer
