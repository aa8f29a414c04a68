"""Manifests that are wrong or strange, with the verdict and codes each must get; lists and moment as in `hostile`."""

from __future__ import annotations

from payments_hub.domain.verdicts import Verdict
from tests.builders import manifest_message
from tests.support.hostile import Hostile


def _rejected(id_: str, body: bytes, *codes: str) -> Hostile:
    return Hostile(f"manifest-{id_}", body, codes)


def _accepted(id_: str, body: bytes, *codes: str) -> Hostile:
    return Hostile(f"manifest-{id_}", body, codes, Verdict.ACCEPTED)


def _count(written: str) -> bytes:
    """Put a number, as it is written, where the count stands."""
    return manifest_message(count=424242).replace(b"424242", written.encode())


def _raw(old: str, new: str) -> bytes:
    return manifest_message().replace(old.encode(), new.encode())


_EVERYTHING = manifest_message(
    flow="POS", period="2026-13", slices="1", count=-1, site="MALL-0021", without=["revision"]
)

MANIFESTS = (
    _rejected("B26-duplicate-keys", _raw('"slices": 1', '"slices": 1, "slices": 1'), "E1001"),
    _rejected("B26-duplicate-key-spelt-by-escapes", _raw('"slices": 1', '"slices": 1, "\\u0073lices": 1'), "E1001"),
    _rejected("B26-duplicate-type", _raw('{"specversion"', '{"type": "x", "specversion"'), "E1001"),
    _rejected("B25-trailing-garbage", manifest_message() + b" {}", "E1001"),
    _rejected("B27-not-a-number", _count("NaN"), "E2002"),
    _rejected("B28-1e400", _count("1e400"), "E2002"),
    _rejected("B30-5000-digits", _count("9" * 5_000), "E2002"),
    _rejected("B32-true", _count("true"), "E2002"),
    _rejected("B35-count-as-text", _count('"1"'), "E2002"),
    _rejected("B37-negative-slices", manifest_message(slices=-1), "E2002"),
    _rejected("B38-whole-float", _count("170.0"), "E2002"),
    _rejected("B39-above-2-to-the-53", _count("9007199254740992"), "E2002"),
    _accepted("B36-zero-with-decimals", _count("0.00").replace(b'"slices": 1', b'"slices": 2')),
    _rejected("B42-currency-missing", manifest_message(without=["currency"]), "E2001"),
    _rejected("B42-currency-unknown", manifest_message(currency="XXX"), "E2101"),
    _rejected("B42-currency-of-other-partners", manifest_message(currency="INR"), "E2101"),
    _rejected("B42-amount-missing", manifest_message(without=["amount"]), "E2001"),
    _rejected("B43-flow-unknown", manifest_message(flow="SALES"), "E2101"),
    *(
        _rejected(f"B44-period-{period or 'empty'}", manifest_message(period=period), "E2002")
        for period in ("2026-13", "2026-02-30", "2026-W01-1", "20260101", "2026-Q5", "1999-12-31", "2026-07-03 ", "")
    ),
    _rejected("B45-time-without-offset", manifest_message(time="2026-07-04T02:11:09"), "E2002"),
    _rejected("B45-time-six-minutes-ahead", manifest_message(time="2026-07-05T03:06:00Z"), "E2002"),
    _rejected("B46-period-not-over", manifest_message(period="2026-07-05"), "E3001"),
    _rejected("B47-month-of-a-daily-flow", manifest_message(period="2026-06"), "E3002"),
    _rejected("B48-revision-missing", manifest_message(without=["revision"]), "E2001"),
    _rejected("B48-revision-negative", manifest_message(revision=-1), "E2002"),
    _rejected("B49-nul-in-an-id", manifest_message(id="x").replace(b'"x"', b'"x\\u0000"'), "E2002"),
    _rejected("B55-unknown-field", manifest_message(note="x"), "E2003"),
    _rejected("B55-a-slices-field", manifest_message(site="MALL-0021"), "E2003"),
    _rejected("B55-a-slices-schema", manifest_message(dataschema="urn:hp:schema:slice:1.0.0"), "E1002"),
    _rejected("B55-unknown-version", manifest_message(type="vn.haiphong.cashless.manifest.v9"), "E1002"),
    _rejected("B55-data-missing", manifest_message(without=["data"]), "E2001"),
    _rejected("B55-data-a-list", manifest_message(data=[]), "E2002"),
    _rejected("B55-type-a-list", manifest_message(type=["vn.haiphong.cashless.manifest.v1"]), "E1002"),
    _rejected("source-of-another-partner", manifest_message(source="urn:hp:partner:OTHER"), "E1101"),
    _rejected(
        "measure-of-another-flow",
        manifest_message(flow="ACCEPTANCE_POINTS", period="2026-06"),
        "E3002",
    ),
    _rejected("everything-at-once", _EVERYTHING, "E2001", "E2002", "E2003", "E2101"),
    _accepted("before-its-slices", manifest_message(slices=22)),
    _accepted("of-nothing", manifest_message(slices=0, count=0, amount=0)),
)
