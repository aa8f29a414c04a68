"""Every message type and version that the hub reads or writes, with the schema it publishes for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from payments_hub.contracts.manifest_v1 import MANIFEST_MESSAGE, MANIFEST_SCHEMA, MANIFEST_TYPE
from payments_hub.contracts.receipt_v1 import RECEIPT_SCHEMA, RECEIPT_TYPE, ReceiptV1
from payments_hub.contracts.slice_v1 import SLICE_MESSAGE, SLICE_SCHEMA, SLICE_TYPE
from payments_hub.domain.languages import Words


class Direction(StrEnum):
    """Who writes the message."""

    PARTNER = "partner"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class Contract:
    """
    One message type in one version.

    Args:
        type: CloudEvents' type, which names the major version.
        schema_id: The published schema's `$id`, which names the full version.
        file_name: The published file.
        adapter: The shape.

    """

    type: str
    schema_id: str
    file_name: str
    direction: Direction
    title: Words
    adapter: TypeAdapter[Any]


CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        contract.type: contract
        for contract in (
            Contract(
                type=SLICE_TYPE,
                schema_id=SLICE_SCHEMA,
                file_name="slice-1.0.0.schema.json",
                direction=Direction.PARTNER,
                title=Words("Lát số liệu", "Slice"),
                adapter=SLICE_MESSAGE,
            ),
            Contract(
                type=MANIFEST_TYPE,
                schema_id=MANIFEST_SCHEMA,
                file_name="manifest-1.0.0.schema.json",
                direction=Direction.PARTNER,
                title=Words("Bảng kê", "Manifest"),
                adapter=MANIFEST_MESSAGE,
            ),
            Contract(
                type=RECEIPT_TYPE,
                schema_id=RECEIPT_SCHEMA,
                file_name="receipt-1.1.0.schema.json",
                direction=Direction.HUB,
                title=Words("Biên nhận", "Receipt"),
                adapter=TypeAdapter(ReceiptV1),
            ),
        )
    }
)
