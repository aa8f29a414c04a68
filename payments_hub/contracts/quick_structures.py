"""
What msgspec reads a slice into: one structure a flow, made of the flow's definition.

What a type can say is said here: which fields stand there, which codes, which ranges. Fields that may be left out are
UNSET then, and null is refused as by the contract's own types (`payments_hub.contracts.slice_v1`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from payments_hub.contracts.slice_v1 import (
    LARGEST_REVISION,
    MAX_CELLS,
    MAX_NOTE_LENGTH,
    MAX_TEXT_LENGTH,
    CurrencyCode,
    FinalityCode,
    InitiationCode,
    InstrumentCode,
    PurposeCode,
    ReasonCode,
)
from payments_hub.domain.cells import WHOLE_SHARE_BASIS_POINTS
from payments_hub.domain.flows import FLOWS, Dimension, Flow
from payments_hub.kernel.money import LARGEST_WHOLE

_Whole = Annotated[int, Meta(ge=0, le=LARGEST_WHOLE)]
_BasisPoints = Annotated[int, Meta(ge=0, le=WHOLE_SHARE_BASIS_POINTS)]
_Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_LENGTH)]
_MaybeText = _Text | None | UnsetType


class _Shares(Struct, forbid_unknown_fields=True, gc=False):
    n: _Whole
    top1_bp: _BasisPoints
    top2_bp: _BasisPoints


class _Coverage(Struct, forbid_unknown_fields=True, gc=False):
    reporting: _Whole
    total: _Whole


class _Cell(Struct, forbid_unknown_fields=True, gc=False):
    """A cell of any flow: what its flow lacks is None; each flow's own structure says the rest."""

    @property
    def dimensions(self) -> tuple[str, str, str, str]:
        cell: Any = self
        return cell.instrument or "", cell.initiation or "", cell.sector or "", cell.purpose or ""


def _codes(flow: Flow, dimension: Dimension) -> Any:
    match dimension:
        case Dimension.INSTRUMENT:
            return InstrumentCode
        case Dimension.INITIATION:
            return InitiationCode
        case Dimension.SECTOR:
            return Literal[flow.sector_codes]
        case Dimension.PURPOSE:
            return PurposeCode


def _cell_type(flow: Flow) -> type[Struct]:
    fields: list[Any] = [(dimension.value, _codes(flow, dimension)) for dimension in flow.dimensions]
    fields.append(("count", _Whole))
    if flow.has_amount:
        fields.append(("amount", _Whole))
    # A missing figure is rare, and other rules hold of it.
    fields.append(("status", Literal["A", "E", "B"] | UnsetType, UNSET))
    if flow.has_refunds:
        fields += [(name, _Whole | UnsetType, UNSET) for name in ("refund_count", "refund_amount")]
    fields.append(("contributors", _Shares | UnsetType, UNSET))
    present = {field[0] for field in fields}
    absent = {name: None for name in (*Dimension, "amount", "refund_count", "refund_amount") if name not in present}
    namespace = {str(name): value for name, value in absent.items()}
    return msgspec.defstruct(
        f"_Cell{flow.code}", fields, bases=(_Cell,), namespace=namespace, forbid_unknown_fields=True, gc=False
    )


def _data_type(flow: Flow) -> type[Struct]:
    amounts: list[Any] = [("currency", CurrencyCode)] if flow.has_amount else []
    controls: list[Any] = [("count", _Whole), *([("amount", _Whole)] if flow.has_amount else [])]
    control = msgspec.defstruct(f"_Control{flow.code}", controls, forbid_unknown_fields=True, gc=False)
    fields: list[Any] = [
        ("site", _Text),
        ("period", str),
        ("action", Literal["REPLACE"]),
        ("revision", Annotated[int, Meta(ge=0, le=LARGEST_REVISION)]),
        ("finality", FinalityCode),
        *amounts,
        ("control", control),
        ("cells", Annotated[list[_cell_type(flow)], Meta(min_length=1, max_length=MAX_CELLS)]),  # type: ignore[misc]  # a type made at run time, for msgspec alone
        ("revision_reason", ReasonCode | UnsetType, UNSET),
        ("note", Annotated[str, Meta(max_length=MAX_NOTE_LENGTH)] | UnsetType, UNSET),
        ("coverage", _Coverage | UnsetType, UNSET),
        ("contributors", _Shares | UnsetType, UNSET),
    ]
    return msgspec.defstruct(
        f"_Data{flow.code}", fields, tag_field="flow", tag=flow.code, forbid_unknown_fields=True, gc=False
    )


def _message_type(data: Any) -> type[Struct]:
    fields: list[Any] = [
        ("specversion", Literal["1.0"]),
        ("id", _Text),
        ("source", _Text),
        ("type", Literal["vn.haiphong.cashless.slice.v1"]),
        ("time", str),
        ("data", data),
        ("subject", _MaybeText, UNSET),
        ("partitionkey", _MaybeText, UNSET),
        ("datacontenttype", str | None | UnsetType, UNSET),
        ("dataschema", Literal["urn:hp:schema:slice:1.0.0"] | None | UnsetType, UNSET),
    ]
    # An extension attribute is no fault, but rare: the thorough way reads it.
    return msgspec.defstruct("_Message", fields, forbid_unknown_fields=True, gc=False)


def _union(types: Sequence[type[Struct]]) -> Any:
    joined: Any = types[0]
    for one in types[1:]:
        joined |= one
    return joined


DATA_TYPES = {_data_type(flow): flow for flow in FLOWS.values()}
"""The structures of a slice's data, with their flows."""

MESSAGES: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_message_type(_union(list(DATA_TYPES))))
"""Reads a message in structured form."""
