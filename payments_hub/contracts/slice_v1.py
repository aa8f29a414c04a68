"""
The slice, version 1: the shape of the message, and the frozen event that the hub works with.

The shapes are typed dictionaries, because a decoded cell is first hashed as it stands and only then becomes a value:
building a model object of each cell on the way costs a quarter of the whole decoding. Nothing keeps the dictionaries;
what leaves `decode` is a frozen `SliceEvent`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from payments_hub.domain.cells import WHOLE_SHARE_BASIS_POINTS, Cell, Contributors, Coverage
from payments_hub.domain.instruments import Action, Finality, RevisionReason
from payments_hub.kernel.money import LARGEST_WHOLE
from payments_hub.kernel.periods import Period

SLICE_TYPE: Final = "vn.haiphong.cashless.slice.v1"
SLICE_SCHEMA: Final = "urn:hp:schema:slice:1.0.0"
MAX_CELLS = 1_000
MAX_NOTE_LENGTH = 500
MAX_TEXT_LENGTH = 200
LARGEST_REVISION = 2**31 - 1

_STRICT = ConfigDict(strict=True, extra="forbid")

PERIOD_PATTERN = (
    r"^(20[0-9]{2}|2100)(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?|-Q[1-4])?$"  # the calendar has the last word
)
TIME_PATTERN = (
    r"^(20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
NO_CONTROLS_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f]+$"

Whole = Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
BasisPoints = Annotated[int, Field(ge=0, le=WHOLE_SHARE_BASIS_POINTS)]
Text = Annotated[str, Field(pattern=NO_CONTROLS_PATTERN, max_length=MAX_TEXT_LENGTH)]
SectorCode = Annotated[str, Field(min_length=1, max_length=16, description="A VSIC code of the flow's own list.")]

FlowCode = Literal[
    "POS_SALES", "ACQ_P2M", "MM_P2M", "ACCOUNTS_OPEN", "ACCOUNTS_ACTIVE", "ACCEPTANCE_POINTS", "PLATFORM_ALL"
]
InstrumentCode = Literal["CARD", "ACCOUNT_TRANSFER", "E_WALLET", "MOBILE_MONEY", "PREPAID", "CASH", "OTHER"]
InitiationCode = Literal["QR", "NFC", "CHIP", "MAGSTRIPE", "ECOMMERCE", "APP", "OTHER"]
PurposeCode = Literal["MERCHANT", "P2P", "BILLS", "FINANCIAL", "OTHER", "ALL"]
StatusCode = Literal["A", "E", "M", "B"]
ActionCode = Literal["REPLACE", "DELETE", "NIL"]
FinalityCode = Literal["PROVISIONAL", "FINAL"]
ReasonCode = Literal["LATE_DATA", "CORRECTION", "RECLASSIFICATION", "METHOD_CHANGE", "BOUNDARY", "BACKCAST"]
CurrencyCode = Literal["VND", "INR"]


class ContributorsV1(TypedDict):
    """How many owners stand behind the figures, and the two largest shares in basis points."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # pydantic's own way to configure a typed dictionary

    n: Whole
    top1_bp: BasisPoints
    top2_bp: BasisPoints


class CoverageV1(TypedDict):
    """Tills or branches that reported, of how many."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    reporting: Whole
    total: Whole


class ControlV1(TypedDict):
    """The sender's own totals, gross; amount where the flow has amounts."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    count: Whole
    amount: NotRequired[Whole]


class CellV1(TypedDict, total=False):
    """One combination of the flow's dimensions with its measures; which are due depends on the flow."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    instrument: InstrumentCode
    initiation: InitiationCode
    sector: SectorCode
    purpose: PurposeCode
    status: Annotated[StatusCode, Field(description="A normal (the default), E estimated, M missing, B break.")]
    count: Whole
    amount: Whole
    refund_count: Whole
    refund_amount: Whole
    contributors: ContributorsV1


class SliceDataV1(TypedDict):
    """One partner's flow at one site in one period: the whole slice."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    flow: FlowCode
    site: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_LENGTH, description="A site, or scheme ':' unit.")]
    period: Annotated[str, Field(pattern=PERIOD_PATTERN)]
    action: ActionCode
    revision: Annotated[int, Field(ge=0, le=LARGEST_REVISION)]
    finality: FinalityCode
    revision_reason: NotRequired[Annotated[ReasonCode, Field(description="Required from revision 1 on.")]]
    note: NotRequired[Annotated[str, Field(max_length=MAX_NOTE_LENGTH)]]
    currency: NotRequired[CurrencyCode]
    coverage: NotRequired[CoverageV1]
    cells: NotRequired[Annotated[list[CellV1], Field(max_length=MAX_CELLS)]]
    contributors: NotRequired[ContributorsV1]
    control: NotRequired[ControlV1]


class SliceMessageV1(TypedDict):
    """The CloudEvents 1.0 envelope around a slice; extension attributes are allowed and not read."""

    __pydantic_config__ = ConfigDict(strict=True, extra="allow")  # type: ignore[misc]  # as above

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Literal["vn.haiphong.cashless.slice.v1"]
    time: Annotated[str, Field(pattern=TIME_PATTERN, json_schema_extra={"format": "date-time"})]
    data: SliceDataV1
    subject: NotRequired[Text | None]
    partitionkey: NotRequired[Text | None]
    datacontenttype: NotRequired[str | None]
    dataschema: NotRequired[Literal["urn:hp:schema:slice:1.0.0"] | None]


SLICE_MESSAGE: TypeAdapter[SliceMessageV1] = TypeAdapter(SliceMessageV1)


@dataclass(frozen=True, slots=True)
class SliceEvent:
    """
    One slice as the hub works with it, whatever version of the message it came in.

    Args:
        time: When the partner made it, UTC.
        subject: For people; never parsed.
        partition_key: For brokers; never parsed.
        cells: Sorted by their dimensions, a tuple or `ReadCells`; empty for DELETE and NIL.
        control_amount: None where the flow has no amounts.

    """

    source: str
    id: str
    time: datetime
    subject: str | None
    partition_key: str | None
    data_schema: str | None
    flow: str
    site: str
    period: Period
    action: Action
    revision: int
    reason: RevisionReason | None
    note: str | None
    finality: Finality
    currency: str | None
    coverage: Coverage | None
    cells: Sequence[Cell]
    contributors: Contributors | None
    control_count: int | None
    control_amount: int | None
