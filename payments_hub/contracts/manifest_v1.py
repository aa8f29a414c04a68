"""The manifest, version 1: what a partner says that it has sent for a period of a flow, all its sites together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from payments_hub.contracts.slice_v1 import (
    LARGEST_REVISION,
    PERIOD_PATTERN,
    TIME_PATTERN,
    CurrencyCode,
    FlowCode,
    Text,
    Whole,
)
from payments_hub.kernel.periods import Period

MANIFEST_TYPE: Final = "vn.haiphong.cashless.manifest.v1"
MANIFEST_SCHEMA: Final = "urn:hp:schema:manifest:1.0.0"


class ManifestDataV1(TypedDict):
    """What was sent of one flow for one period: the slices whose period lies inside it, and what they add up to."""

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")  # type: ignore[misc]  # pydantic's own way

    flow: FlowCode
    period: Annotated[str, Field(pattern=PERIOD_PATTERN)]
    revision: Annotated[int, Field(ge=0, le=LARGEST_REVISION)]
    slices: Annotated[Whole, Field(description="How many, each once by its newest revision; NIL counts, DELETE not.")]
    count: Annotated[Whole, Field(description="The sum of their control counts.")]
    amount: NotRequired[
        Annotated[Whole, Field(description="The sum of their control amounts; where the flow has amounts.")]
    ]
    currency: NotRequired[Annotated[CurrencyCode, Field(description="Where the flow has amounts.")]]


class ManifestMessageV1(TypedDict):
    """The CloudEvents 1.0 envelope around a manifest; extension attributes are allowed and not read."""

    __pydantic_config__ = ConfigDict(strict=True, extra="allow")  # type: ignore[misc]  # as above

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Literal["vn.haiphong.cashless.manifest.v1"]
    time: Annotated[str, Field(pattern=TIME_PATTERN, json_schema_extra={"format": "date-time"})]
    data: ManifestDataV1
    subject: NotRequired[Text | None]
    partitionkey: NotRequired[Text | None]
    datacontenttype: NotRequired[str | None]
    dataschema: NotRequired[Literal["urn:hp:schema:manifest:1.0.0"] | None]


MANIFEST_MESSAGE: TypeAdapter[ManifestMessageV1] = TypeAdapter(ManifestMessageV1)


@dataclass(frozen=True, slots=True)
class ManifestEvent:
    """
    One manifest as the hub works with it, whatever version of the message it came in.

    Args:
        time: When the partner made it, UTC.
        slices: How many slices it says there are.
        count: What their cells count, gross.
        amount: What they amount to, gross; None where the flow has no amounts.

    """

    source: str
    id: str
    time: datetime
    flow: str
    period: Period
    revision: int
    slices: int
    count: int
    amount: int | None
    currency: str | None
