"""What is published about the contracts: their JSON Schemas, and a page of codes, flows and hashes for partners."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

from payments_hub.contracts import slice_v1
from payments_hub.contracts.catalogue import CONTRACTS, Contract, Direction
from payments_hub.contracts.codes import CODES, RULES_VERSION, Code
from payments_hub.contracts.envelope import MAX_BYTES
from payments_hub.contracts.explanations import EXPLANATIONS
from payments_hub.domain.flows import FLOWS, Flow

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CODE_LISTS = (
    ("instrument", slice_v1.InstrumentCode),
    ("initiation", slice_v1.InitiationCode),
    ("purpose", slice_v1.PurposeCode),
    ("status", slice_v1.StatusCode),
    ("action", slice_v1.ActionCode),
    ("finality", slice_v1.FinalityCode),
    ("revision_reason", slice_v1.ReasonCode),
    ("currency", slice_v1.CurrencyCode),
)
_FREQUENCIES = {"D": "day", "M": "month", "Q": "quarter", "Y": "year"}
_SEVERITIES = {"E": "rejects", "W": "warns", "H": "holds"}


def schema_of(contract: Contract) -> dict[str, Any]:
    """Write a contract's JSON Schema (2020-12), from the types that decode or write it."""
    mode = "validation" if contract.direction is Direction.PARTNER else "serialization"
    schema = contract.adapter.json_schema(mode=mode)  # type: ignore[arg-type]  # both words are among the two it takes
    return {"$schema": _DIALECT, "$id": contract.schema_id, "title": contract.title.en, **_without_titles(schema)}


def _without_titles(schema: Any) -> Any:
    """Leave out the titles that pydantic makes of field names, such as 'Top1 Bp': they say nothing."""
    if isinstance(schema, list):
        return [_without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _without_titles(part) for name, part in schema.items() if name != "title"}


def schema_text(contract: Contract) -> str:
    """Write the published file's text."""
    return json.dumps(schema_of(contract), indent=2, ensure_ascii=False) + "\n"


def contracts_page(note: str) -> str:
    """
    Write docs/contracts.md.

    Args:
        note: A line that says how the page is made.

    """
    return f"""# Contracts

{note}

What a partner sends and what the hub answers.
Rules version {RULES_VERSION}: every receipt names the version that judged it.

## Messages

Each message is a CloudEvent 1.0: structured JSON (`application/cloudevents+json`), or binary mode with its attributes
in headers (`ce-` over HTTP, `ce_` over Kafka) and `application/json` as its body.
At most {MAX_BYTES // 1024} KiB and {slice_v1.MAX_CELLS:,} cells, in UTF-8, each key once in its object.

| Type | Written by | Schema | File |
|---|---|---|---|
{_lines(_contract_row(contract) for contract in CONTRACTS.values())}

The schema holds the form. What depends on the flow, the period or the hub's lists is in the codes below.
JSON Schema takes 170.0 for an integer; the hub does not, because a sum kept as a float is a sum of something else.
A zero may be written as 0, -0 or 0.00.

## Flows

| Flow | Measures | Dimensions | Places | Frequency | Over time |
|---|---|---|---|---|---|
{_lines(_flow_row(flow) for flow in FLOWS.values())}

{_lines(_flow_words(flow) for flow in FLOWS.values())}

### Sectors

{_lines(_sector_row(flow) for flow in FLOWS.values() if flow.sectors)}

## Code lists

| Field | Codes |
|---|---|
{_lines(f"| `{name}` | {_codes(get_args(listed))} |" for name, listed in _CODE_LISTS)}

## Findings

A finding names its code, severity, JSON Pointer, what stood there (shortened, personal data masked), what is allowed,
the nearest valid code, whose side it is on, and a text in Vietnamese and English.
Every fault that can be told is told at once, at most two hundred: a wrong type or version, or what is no JSON object,
stops everything else, and the sums of `control` are compared only once every cell can be read.

| Code | | Side | Tiếng Việt | English |
|---|---|---|---|---|
{_lines(_code_row(code) for code in CODES.values())}

### The sentences

Words in braces are filled in.

| Case | Tiếng Việt | English |
|---|---|---|
{_lines(f"| `{case}` | {words.vi} | {words.en} |" for case, words in EXPLANATIONS.items())}

## The three hashes

| Hash | Of | For |
|---|---|---|
| `bytes_sha256` | the body as received | proof of what was sent |
| `event_sha256` | the canonical event, RFC 8785 | the same event however it came |
| `content_sha256` | the canonical `data` without `revision`, `revision_reason` and `note` | whether anything changed |

The canonical event is the object of `specversion`, `id`, `source`, `type`, `time` and `data`:

- `time` in UTC with a `Z`, to the microsecond, without fraction where that is zero;
- cells sorted by instrument, initiation, sector and purpose, an absent one first;
- each cell with its `status`, and with refunds of 0 where its flow has refunds, unless its status is `M`;
- `note` without invisible characters, in Unicode's form NFC;
- what is absent is left out, never null.

`subject`, `partitionkey`, `datacontenttype`, `dataschema` and extension attributes do not count.
"""


def _lines(lines: Iterator[str]) -> str:
    return "\n".join(lines)


def _codes(codes: tuple[str, ...]) -> str:
    return " ".join(f"`{code}`" for code in codes)


def _contract_row(contract: Contract) -> str:
    path = f"../payments_hub/contracts/published/{contract.file_name}"
    return f"| `{contract.type}` | {contract.direction} | `{contract.schema_id}` | [{contract.file_name}]({path}) |"


def _flow_row(flow: Flow) -> str:
    dimensions = " × ".join(flow.dimensions)
    kinds = ", ".join(sorted(kind.lower().replace("_", " ") for kind in flow.place_kinds))
    frequencies = " or ".join(_FREQUENCIES[code] for code in sorted(flow.frequencies))
    measures = ", ".join(sorted(flow.measures))
    return f"| `{flow.code}` | {measures} | {dimensions} | {kinds} | {frequencies} | {flow.over_time.lower()} |"


def _flow_words(flow: Flow) -> str:
    return f"- `{flow.code}` version {flow.version}: {flow.title_en}. {flow.left_out_en}"


def _sector_row(flow: Flow) -> str:
    sectors = ", ".join(f"`{sector.code}` {sector.title_en.lower()}" for sector in flow.sectors)
    return f"- `{flow.code}` ({flow.sector_scheme}): {sectors}"


def _code_row(code: Code) -> str:
    return f"| {code.code} | {_SEVERITIES[code.code[0]]} | {code.side} | {code.title.vi} | {code.title.en} |"
