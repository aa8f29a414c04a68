"""The shapes of what the programming interface answers; the OpenAPI document is made from them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.keys import KeyScope
from payments_hub.domain.languages import Words

FrequencyName = Literal["day", "month", "quarter", "year"]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WordsV1(_Shape):
    """One text in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, words: Words) -> WordsV1:
        """Write a text as the interface does."""
        return cls(vi=words.vi, en=words.en)


class FieldFaultV1(_Shape):
    """One parameter, header or field of the request, and what is wrong with it."""

    field: str
    message: str


class ProblemV1(_Shape):
    """Why a request got no answer: the one shape of every error."""

    code: Annotated[str, Field(description="What never changes, for machines.")]
    message: Annotated[str, Field(description="What happened and what to do, in the language of Accept-Language.")]
    fields: tuple[FieldFaultV1, ...]
    request_id: Annotated[str, Field(description="Stands in the hub's log too.")]


class ReceiptPageV1(_Shape):
    """Receipts in the order in which they were written."""

    receipts: tuple[ReceiptV1, ...]
    next: Annotated[str, Field(description="For `since` of the next request; it does not run out.")]
    has_more: Annotated[bool, Field(description="True where more are there already.")]


class CodeV1(_Shape):
    """One code."""

    code: str
    title: WordsV1


class SectorV1(CodeV1):
    """One industry of a flow's own list."""

    flow: str
    scheme: str


class FlowV1(CodeV1):
    """One flow's definition."""

    version: int
    left_out: WordsV1
    measures: tuple[str, ...]
    dimensions: tuple[str, ...]
    frequencies: tuple[FrequencyName, ...]
    place_kinds: tuple[str, ...]
    over_time: Annotated[str, Field(description="SUM or LAST: how a coarser period is made of finer ones.")]
    sector_scheme: str | None


class FindingCodeV1(CodeV1):
    """One code that a receipt may carry."""

    effect: Annotated[Literal["rejects", "warns", "holds"], Field(description="What follows from it.")]
    side: Annotated[str, Field(description="Who can put it right.")]


class AreaSchemeV1(CodeV1):
    """One dated division of a territory."""

    valid_from: date
    valid_to: date | None


class AreaUnitV1(CodeV1):
    """One unit of a dated scheme; its code is what a slice names as its site."""

    scheme: str
    level: str
    parent: str | None


class OpenIntervalV1(_Shape):
    """Days on which a site is open, both included."""

    first: date
    last: date | None


class PlaceV1(CodeV1):
    """One place that the caller reports, or has reported."""

    kind: str
    open: tuple[OpenIntervalV1, ...]
    area: Annotated[str | None, Field(description="The area unit that it lies in today.")]


AnyCode = FlowV1 | SectorV1 | FindingCodeV1 | AreaSchemeV1 | AreaUnitV1 | PlaceV1 | CodeV1


class CodeListV1(_Shape):
    """One list of codes."""

    name: str
    title: WordsV1
    codes: tuple[AnyCode, ...]


class CodeListNameV1(_Shape):
    """The name of a list, and where it is."""

    name: str
    title: WordsV1
    path: str


class CodeListsV1(_Shape):
    """Every list of codes there is."""

    lists: tuple[CodeListNameV1, ...]


class ObligationV1(_Shape):
    """What the caller owes: one slice for each period of a flow at a site."""

    flow: str
    site: str
    frequency: FrequencyName
    due_days: Annotated[int, Field(description="Days from a period's last day until its slice is due.")]
    valid_from: date
    valid_to: date | None


class ObligationsV1(_Shape):
    """All that the caller owes or owed."""

    obligations: tuple[ObligationV1, ...]


class KeyV1(_Shape):
    """The key that the request came with, without its secret."""

    prefix: str
    scopes: tuple[KeyScope, ...]


class LimitsV1(_Shape):
    """How much the caller may send; what is counted by the minute and the day is counted by each web process."""

    requests_a_minute: int
    messages_a_minute: int
    messages_a_day: int
    batches_at_once: int
    messages_a_batch: int
    bytes_a_batch: int
    bytes_a_message: int
    cells_a_message: int


class MeV1(_Shape):
    """Who the caller is."""

    partner: str
    name: WordsV1
    source: Annotated[str, Field(description="The `source` that all its events must name.")]
    currency: str
    simulated: bool
    key: KeyV1
    limits: LimitsV1
    rules_version: str
