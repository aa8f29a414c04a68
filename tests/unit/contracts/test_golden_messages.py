import json
from pathlib import Path

import pytest
import rfc8785

from payments_hub.contracts.decode import decode
from payments_hub.contracts.hashing import canonical_event
from payments_hub.kernel.ids import sha256

GOLDEN = Path(__file__).parents[2] / "golden"
HASHES = {
    "accounts-open": (
        "188a2f23f2878a6128c31723c84c3290b804f4383859f31d5395599690f35977",
        "ae72410724fc0195be370f420e9cdb1ebd7eab76940fa430153986e04eff50d5",
    ),
    "acquiring-by-month": (
        "e5d5abd793de0ae91604e97701dd476d02ccb9bc575d01873702bab7f4ab44e1",
        "4c35ac6ff10285420b2bf0210802ab13aa8c58deece07eccdef13b69a423b1ee",
    ),
    "delete": (
        "b0bea852c531bc771b4516a7d162021db76a31c49c5ec3af17b2a3ca94d8d5bd",
        "0287e477fae1874a71f9bd2bb7757c710085459b747f501a3ec68dcaa4f02558",
    ),
    "manifest-accounts-open": (
        "f9e0472e09af5062e0a763f3b6be4bdeacec3ebc193d3cce8f1cb78d1867d1ee",
        "f38f8568cf90f76864fdf6ec4eef19a8f6f8bcd2013f6cbd50fd95ab4185916c",
    ),
    "manifest-pos-sales": (
        "404b02d0bb1d2a005f36757014d97575ef3b8af038e49349934ac13d7ca48311",
        "891995b8e9420936c944d226f8720dc8d6253586a3bbfe8c28245ce10721363a",
    ),
    "nil": (
        "02134f207132fe23b67efedeefcf73a811bc30c534c1d6f4dc7b9ec27478a177",
        "0c136610d2fe25e400d38986f057b75e2c3506baebb5dcbded42e59fb315ed90",
    ),
    "platform-quarter-inr": (
        "8c93720c2c2acc2a71f9f337bfb0872bceeaf94b74bdf86850922305f6553f13",
        "4561fff8aa1e24ac56a268c26b9fde5d7e11f312075dacb54c09fc1ff7763b4d",
    ),
    "replace-pos-sales": (
        "0dfff70006d864c197d9768f920cdc1241b1502d3e6a2c76a74a178019060e47",
        "45acc4eb7d6f70105235222478e07ae78b1c749fd53ed77634a5224ca10115da",
    ),
    "revision-with-note": (
        "00c7cf74d207139f0eaf368c7332f5f8eaf11ee58a77c529d4a17e3a2214e0c7",
        "a24dc9a478f781e18a7894639cb70982e7140c37af4466b2683347b09a417226",
    ),
}
"""Event and content hash of each message. A partner holds receipts with these: they may never change."""


@pytest.mark.parametrize(("name", "hashes"), HASHES.items(), ids=list(HASHES))
def test_a_golden_message_is_decoded_for_ever_with_the_same_hashes(name: str, hashes: tuple[str, str]) -> None:
    decoded = decode((GOLDEN / f"{name}.json").read_bytes())

    assert [finding.code for finding in decoded.findings] == []
    assert decoded.event_sha256 == bytes.fromhex(hashes[0])
    assert decoded.content_sha256 == bytes.fromhex(hashes[1])


def test_every_golden_message_has_its_hashes_here() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == HASHES.keys()


def test_the_canonical_event_is_written_as_documented() -> None:
    decoded = decode((GOLDEN / "revision-with-note.json").read_bytes())
    assert decoded.event is not None

    event = canonical_event(decoded.event)

    assert event == {
        "specversion": "1.0",
        "id": "01J8ZK3W7Q0000000000000002",
        "source": "urn:hp:partner:AEON-HP",
        "type": "vn.haiphong.cashless.slice.v1",
        "time": "2026-07-06T02:00:00.250000Z",
        "data": {
            "flow": "POS_SALES",
            "site": "MALL-0021",
            "period": "2026-07-03",
            "action": "REPLACE",
            "revision": 2,
            "revision_reason": "CORRECTION",
            "note": "Sửa lại số tiền mặt của quầy 7 — đã đối chiếu",
            "finality": "FINAL",
            "currency": "VND",
            "coverage": {"reporting": 42, "total": 42},
            "cells": [
                {
                    "instrument": "CARD",
                    "sector": "G47",
                    "status": "A",
                    "count": 18230,
                    "amount": 5123400000,
                    "refund_count": 112,
                    "refund_amount": 31200000,
                    "contributors": {"n": 37, "top1_bp": 1840, "top2_bp": 960},
                },
                {
                    "instrument": "CASH",
                    "sector": "G47",
                    "status": "A",
                    "count": 9011,
                    "amount": 1903000000,
                    "refund_count": 0,
                    "refund_amount": 0,
                    "contributors": {"n": 37, "top1_bp": 2100, "top2_bp": 900},
                },
                {
                    "instrument": "MOBILE_MONEY",
                    "sector": "G47",
                    "status": "A",
                    "count": 0,
                    "amount": 0,
                    "refund_count": 0,
                    "refund_amount": 0,
                },
            ],
            "contributors": {"n": 38, "top1_bp": 1700, "top2_bp": 950},
            "control": {"count": 27241, "amount": 7026400000},
        },
    }
    assert decoded.event_sha256 == sha256(rfc8785.dumps(json.loads(json.dumps(event))))
