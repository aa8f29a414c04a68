"""What one address of the programming interface takes and answers: said once, served and described from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask.typing import ResponseReturnValue

from payments_hub.domain.languages import Words
from payments_hub.web.access import Access
from payments_hub.web.api.v1.queries import Query

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class PathPart:
    """A part of the address that the caller fills in."""

    name: str
    title: Words
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """A header that the caller may send."""

    name: str
    title: Words
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    """
    A form of body that an address takes.

    Args:
        shape: The type that reads it, or a schema where there is no type.

    """

    media_type: str
    title: Words
    shape: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One way in which an address answers.

    Args:
        content: By media type, the type that is written, or a schema where there is no type.
        headers: By name, what it says.

    """

    status: int
    title: Words
    content: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    One address with one method.

    Args:
        rule: As Flask writes it.
        example: What to type, with HUB and KEY set in the shell.

    """

    rule: str
    view: Callable[..., ResponseReturnValue]
    access: Access
    title: Words
    answers: tuple[Answer, ...]
    example: str
    method: str = "GET"
    query: type[Query] = Query
    path: tuple[PathPart, ...] = ()
    headers: tuple[HeaderPart, ...] = ()
    bodies: tuple[Body, ...] = ()

    @property
    def template(self) -> str:
        """Write the address as OpenAPI does."""
        return self.rule.replace("<", "{").replace(">", "}")
