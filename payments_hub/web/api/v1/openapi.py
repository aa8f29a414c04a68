"""The OpenAPI 3.1 document: made of the addresses and of the types that read and write their bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from payments_hub.web.access import Caller
from payments_hub.web.api.v1.endpoints import Answer, Endpoint

_REFERENCE = "#/components/schemas/{model}"
_ALWAYS = {"X-Request-Id": "The request's id; it stands in the hub's log too."}
_INFO = {
    "title": "payments_hub",
    "version": "1.0.0",
    "summary": "How a partner sends slices and reads what became of them.",
    "description": (
        "Every error has one shape: `code`, `message`, `fields`, `request_id`. An unknown or repeated query parameter "
        "is refused by its name. Cursors are opaque and do not run out. Limits are counted by each web process. "
        "What is malformed as HTTP itself is refused by the server before the hub sees it, in the server's own words."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_SECURITY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A partner's key, shown once when it is made. Its scope `send` is for sending, `read` for reading.",
}


def openapi_of(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Describe addresses."""
    schemas, components = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.template, {})[endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"partnerKey": _SECURITY}},
    }


_Mode = Literal["validation", "serialization"]
_Schemas = Mapping[tuple[Any, _Mode], Any]


def _schemas(endpoints: Sequence[Endpoint]) -> tuple[_Schemas, dict[str, Any]]:
    """Write the schema of every type once: what is read as it is read, what is answered as it is written."""
    wanted = [(body.shape, "validation") for endpoint in endpoints for body in endpoint.bodies]
    wanted += [
        (shape, "serialization")
        for endpoint in endpoints
        for answer in endpoint.answers
        for shape in answer.content.values()
    ]
    inputs: list[tuple[int, _Mode, TypeAdapter[Any]]] = [
        (number, "validation" if mode == "validation" else "serialization", TypeAdapter(shape))
        for number, (shape, mode) in enumerate(wanted)
        if not isinstance(shape, dict)
    ]
    made, definitions = TypeAdapter.json_schemas(inputs, ref_template=_REFERENCE)
    found = {(wanted[number][0], mode): _without_titles(schema) for (number, mode), schema in made.items()}
    return found, _without_titles(definitions["$defs"])


def _operation(endpoint: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.view.__name__,
        "summary": endpoint.title.en,
        "description": endpoint.title.vi,
        "parameters": [*_parameters(endpoint)],
        "responses": {str(answer.status): _response(answer, schemas) for answer in _by_status(endpoint.answers)},
        "security": [{"partnerKey": []}] if endpoint.access.caller is Caller.PARTNER_KEY else [],
    }
    if endpoint.bodies:
        content = {
            str(body.media_type): {"schema": _schema(body.shape, "validation", schemas)} for body in endpoint.bodies
        }
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _by_status(answers: Iterable[Answer]) -> list[Answer]:
    """Order answers, the first of those with one status."""
    first: dict[int, Answer] = {}
    for answer in answers:
        first.setdefault(answer.status, answer)
    return [first[status] for status in sorted(first)]


def _parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for part in endpoint.path:
        yield {
            "name": part.name,
            "in": "path",
            "required": True,
            "description": part.title.en,
            "schema": dict(part.schema),
        }
    yield from _query(endpoint.query)
    for header in endpoint.headers:
        yield {
            "name": header.name,
            "in": "header",
            "required": False,
            "description": header.title.en,
            "schema": dict(header.schema),
        }


def _query(shape: type[BaseModel]) -> Iterable[dict[str, Any]]:
    written = shape.model_json_schema(ref_template="{model}")
    definitions = written.get("$defs", {})
    for name, schema in written.get("properties", {}).items():
        description = schema.pop("description", "")
        yield {
            "name": name,
            "in": "query",
            "required": False,
            "description": description,
            "schema": _in_a_query(_without_titles(schema), definitions),
        }


def _in_a_query(schema: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Write a parameter's schema: it is left out or it has a value, and is never null."""
    found = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    [one] = found
    resolved = _without_titles(definitions[one["$ref"]]) if "$ref" in one else dict(one)
    resolved.pop("description", None)
    return {name: value for name, value in resolved.items() if value is not None}


def _response(answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    headers = {**_ALWAYS, **answer.headers}
    written: dict[str, Any] = {
        "description": f"{answer.title.en} / {answer.title.vi}",
        "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()},
    }
    if answer.content:
        written["content"] = {
            media_type: {"schema": _schema(shape, "serialization", schemas)}
            for media_type, shape in answer.content.items()
        }
    return written


def _schema(shape: Any, mode: _Mode, schemas: _Schemas) -> Any:
    return shape if isinstance(shape, dict) else schemas[shape, mode]


def _without_titles(schema: Any) -> Any:
    """Leave out the titles that pydantic makes of field names; a field that is called title stays."""
    if isinstance(schema, list):
        return [_without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_titles(part) for name, part in schema.items() if not (name == "title" and isinstance(part, str))
    }
