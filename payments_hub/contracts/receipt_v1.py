"""The receipt, version 1: what the hub answers to every delivery, and keeps for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from payments_hub.contracts.findings import Finding, Severity, Side
from payments_hub.domain.verdicts import Cause, Transport, Verdict

RECEIPT_TYPE: Final = "vn.haiphong.cashless.receipt.v1"
RECEIPT_SCHEMA: Final = "urn:hp:schema:receipt:1.1.0"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hexadecimal.")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FindingV1(_Frozen):
    """One fault or remark."""

    code: Annotated[str, Field(pattern=r"^[EWH][0-9]{4}$")]
    severity: Severity
    pointer: Annotated[str, Field(description="JSON Pointer (RFC 6901) into the message; empty for the whole of it.")]
    row: Annotated[int | None, Field(description="For a file, the line of the sheet.")] = None
    got: Annotated[str | None, Field(description="What stood there, shortened, personal data masked.")] = None
    allowed: Annotated[tuple[str, ...], Field(description="What could stand there, where that is a list.")] = ()
    suggestion: Annotated[str | None, Field(description="The nearest valid code.")] = None
    side: Annotated[Side, Field(description="Who can put it right.")]
    text_vi: str
    text_en: str

    @classmethod
    def of(cls, finding: Finding) -> FindingV1:
        """Write a finding as the contract does."""
        return cls(
            code=finding.code,
            severity=finding.severity,
            pointer=finding.pointer,
            row=finding.row,
            got=finding.got,
            allowed=finding.allowed,
            suggestion=finding.suggestion,
            side=finding.side,
            text_vi=finding.text_vi,
            text_en=finding.text_en,
        )


class DeliveryV1(_Frozen):
    """The arrival that the receipt is for."""

    transport: Transport
    position: Annotated[str, Field(description="topic-partition-offset, or the request's id and line.")]
    received_at: datetime
    bytes_sha256: Sha256
    byte_count: Annotated[int, Field(ge=0)]


class SliceKeyV1(_Frozen):
    """What the message calls its slice; text as it was sent, and so unproven where the verdict is REJECTED."""

    flow: str | None = None
    site: str | None = None
    period: str | None = None
    revision: str | None = None


class ReceiptV1(_Frozen):
    """What became of one delivery."""

    schema_id: Literal["urn:hp:schema:receipt:1.1.0"] = RECEIPT_SCHEMA
    id: str
    issued_at: datetime
    verdict: Verdict
    partner: str
    delivery: DeliveryV1
    source: str | None = None
    event_id: str | None = None
    key: SliceKeyV1 = SliceKeyV1()
    known_at: Annotated[datetime | None, Field(description="From when on the hub's figures hold the slice.")] = None
    first_receipt: Annotated[str | None, Field(description="For a duplicate, the receipt that it repeats.")] = None
    cause: Annotated[Cause, Field(description="Why it was written; a delivery may be answered more than once.")] = (
        Cause.ARRIVAL
    )
    previous_receipt: Annotated[
        str | None, Field(description="The receipt of the same delivery that this one takes the place of.")
    ] = None
    replay: Annotated[str | None, Field(description="For a replayed delivery, the act that judged it again.")] = None
    current_revision: Annotated[int | None, Field(description="The slice's highest accepted revision by then.")] = None
    rules_version: str
    findings: tuple[FindingV1, ...] = ()
    has_more_findings: Annotated[bool, Field(description="True where more was wrong than a receipt tells.")] = False
    simulated: Annotated[bool, Field(description="True if the partner is a simulated one.")] = False
