"""A refusal with its status, code and words: raised anywhere in the web, answered in one place."""

from __future__ import annotations

from dataclasses import dataclass

from payments_hub.domain.languages import Words
from payments_hub.kernel.errors import HubError


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One parameter, header or field of a request, and what is wrong with it."""

    field: str
    words: Words


class RefusalError(HubError):
    """
    A request that is refused.

    Args:
        status: The HTTP status.
        code: What never changes, for machines.
        words: What happened and what to do, for people.
        headers: Headers that the answer needs.
        fields: What is wrong in which place, where that can be told.

    """

    def __init__(
        self,
        status: int,
        code: str,
        words: Words,
        headers: tuple[tuple[str, str], ...] = (),
        fields: tuple[FieldFault, ...] = (),
    ) -> None:
        super().__init__(words.en)
        self.status = status
        self.refusal_code = code
        self.words = words
        self.headers = headers
        self.fields = fields
