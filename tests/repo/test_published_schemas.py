import json
from hashlib import sha256

import pytest

from payments_hub.contracts.catalogue import CONTRACTS, Contract
from payments_hub.contracts.document import schema_text
from payments_hub.contracts.slice_v1 import FlowCode
from payments_hub.domain.flows import FLOWS
from tests.support.repository import ROOT, read

PUBLISHED = ROOT / "payments_hub" / "contracts" / "published"
PINNED = {
    "manifest-1.0.0.schema.json": "9dbf2805d63bb54ec3d785ccc9292f332de93fd70049ccf37a0901fa7886c74e",
    "receipt-1.0.0.schema.json": "b10e926b2b2f1bbb8c98b6d9d6e0f62d155e68cc3f33196bdc898016d1dcafef",
    "receipt-1.1.0.schema.json": "e6a5c3c514f792c43fc1dd566aba100586c17ca9147663c07f7d83564e515a54",
    "slice-1.0.0.schema.json": "309d91f71173f9315e1b98b4a83b6b1f4a97e6bce883ace527598f86b1fe99ee",
}
"""A published file never changes: an optional field is a new file, anything else a new version of the message."""


@pytest.mark.parametrize(("name", "digest"), PINNED.items(), ids=list(PINNED))
def test_a_published_schema_never_changes(name: str, digest: str) -> None:
    assert sha256((PUBLISHED / name).read_bytes()).hexdigest() == digest


def test_every_published_schema_is_pinned() -> None:
    assert {path.name for path in PUBLISHED.glob("*.json")} == PINNED.keys()


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_the_types_that_decode_are_those_that_were_published(contract: Contract) -> None:
    assert read(f"payments_hub/contracts/published/{contract.file_name}") == schema_text(contract)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_a_schema_names_itself_and_its_dialect(contract: Contract) -> None:
    schema = json.loads(schema_text(contract))

    assert schema["$id"] == contract.schema_id
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_lists_the_flows_that_are_defined() -> None:
    assert FlowCode.__args__ == tuple(FLOWS)  # type: ignore[attr-defined]  # a Literal has its values, which mypy does not say
