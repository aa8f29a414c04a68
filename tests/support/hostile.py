"""
Messages that are wrong, strange or wrong-looking, with the verdict and codes each must get, whatever way it comes.

Ids name the row of the bad-input catalogue; A is the Kafka envelope, B the JSON body. The lists and the moment they
are judged by are those of `tests.builders`: the partner AEON-HP, the mall MALL-0021, 5 July 2026.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from payments_hub.domain.verdicts import Verdict
from tests.builders import CARD_CELL, MALL, OLD_COMMUNE, cell, slice_event, slice_message

STRUCTURED = "application/cloudevents+json"
_FULL_WIDTH_12 = "\uff11\uff12"


@dataclass(frozen=True)
class Hostile:
    """One message; `codes` are all that it must get, warnings too."""

    id: str
    body: bytes | None
    codes: tuple[str, ...]
    verdict: Verdict = Verdict.REJECTED
    headers: tuple[tuple[str, bytes | None], ...] = ()
    content_type: str | None = STRUCTURED


def _accepted(id_: str, body: bytes, *codes: str) -> Hostile:
    return Hostile(id_, body, codes, Verdict.ACCEPTED)


def _number(written: str) -> bytes:
    """Put a number, as it is written, where the control's count stands."""
    return slice_message(control={"count": 424242, "amount": 7_025_400_000}).replace(b"424242", written.encode())


def _note(text: str) -> bytes:
    return slice_message(note=text)


def _raw(old: str, new: str, **changes: Any) -> bytes:
    return slice_message(**changes).replace(old.encode(), new.encode())


def _one_cell(**changes: Any) -> bytes:
    return slice_message(cells=[cell(**changes)])


def _with_control(count: int, amount: int) -> bytes:
    return slice_message(control={"count": count, "amount": amount})


def _many_cells(count: int) -> bytes:
    cells = [cell(count=0, amount=0)] * count
    return json.dumps(slice_event(cells=cells), separators=(",", ":")).encode()


_TOTAL = {"count": 27_241, "amount": 7_025_400_000}

_KAFKA_ENVELOPE = (
    Hostile("A1-tombstone", None, ("E1001",)),
    Hostile("A2-empty", b"", ("E1001",)),
    Hostile(
        "A5-header-twice-in-other-case",
        slice_message(),
        ("E1001",),
        headers=(("content-type", STRUCTURED.encode()), ("Content-Type", b"application/json")),
        content_type=None,
    ),
    Hostile("A5-signature-twice", slice_message(), ("E1001",), headers=(("sig", b"a"), ("sig", b"b"))),
    Hostile("A6-header-without-value", slice_message(), ("E1001",), headers=(("ce_id", None),)),
    Hostile("A6-header-not-utf8", slice_message(), ("E1001",), headers=(("ce_id", b"\xff"),)),
    Hostile("A6-unread-header-not-utf8", slice_message(), (), Verdict.ACCEPTED, headers=(("trace", b"\xff"),)),
    Hostile("A15-over-256-KiB", slice_message(note="x" * 262_144), ("E1003",)),
)

_JSON_SYNTAX = (
    Hostile("B23-html", b"<html><body>502 Bad Gateway</body></html>", ("E1001",)),
    Hostile("B23-null", b"null", ("E1001",)),
    Hostile("B23-list", b"[]", ("E1001",)),
    Hostile("B23-text", b'"text"', ("E1001",)),
    Hostile("B23-object-without-envelope", b"{}", ("E1001",)),
    Hostile("B24-utf-16", slice_message().decode().encode("utf-16"), ("E1001",)),
    Hostile("B24-cp1258", slice_message(note="ư").decode().encode("cp1258"), ("E1001",)),
    _accepted("B24-one-byte-order-mark", b"\xef\xbb\xbf" + slice_message()),
    Hostile("B24-two-byte-order-marks", b"\xef\xbb\xbf" * 2 + slice_message(), ("E1001",)),
    Hostile("B25-trailing-garbage", slice_message() + b" {}", ("E1001",)),
    *(
        Hostile(f"B49-{name}-in-the-name-of-a-field-of-{where}", _raw(before, f'"{letter}": 1, {before}'), ("E2003",))
        for name, letter in {"nul": r"a\u0000b", "escape": r"\u001b[31m", "line": r"a\nb"}.items()
        for where, before in {
            "the-envelope": '"source"',
            "the-data": '"flow"',
            "a-cell": '"instrument": "CARD"',
        }.items()
    ),
    Hostile("B26-duplicate-keys", _raw('"currency": "VND"', '"currency": "VND", "currency": "INR"'), ("E1001",)),
    Hostile("B26-duplicate-keys-in-a-cell", _raw('"count": 9011', '"count": 9011, "count" : 9011'), ("E1001",)),
    Hostile("B26-duplicate-key-spelt-by-escapes", _raw('"count": 9011', '"count": 9011, "\\u0063ount": 9'), ("E1001",)),
    Hostile("B26-duplicate-keys-in-the-envelope", _raw('{"specversion"', '{"id": "x", "specversion"'), ("E1001",)),
    _accepted("B26-text-that-looks-like-a-key", _note('"count": 1, "count":2')),
    Hostile("B31-nested-100000-deep", b"[" * 100_000, ("E1001",)),
    Hostile("B31-nested-300-deep", _number("[" * 300 + "]" * 300), ("E1001",)),
    Hostile("B31-nested-objects", b'{"a":' * 40_000 + b"1" + b"}" * 40_000, ("E1001",)),
    Hostile("B49-raw-control-character", _note("x").replace(b'"x"', b'"x\x01"'), ("E1001",)),
    Hostile("B50-lone-surrogate", _note("x").replace(b'"x"', b'"\\ud800"'), ("E1001",)),
    Hostile("B50-encoded-surrogate", _note("x").replace(b'"x"', b'"\xed\xa0\x80"'), ("E1001",)),
)

_NUMBERS = (
    Hostile("B27-not-a-number", _number("NaN"), ("E2002",)),
    Hostile("B27-infinity", _number("Infinity"), ("E2002",)),
    Hostile("B27-minus-infinity", _number("-Infinity"), ("E2002",)),
    Hostile("B28-1e400", _number("1e400"), ("E2002",)),
    Hostile("B29-huge-exponent", _number("1E+1000000"), ("E2002",)),
    Hostile("B30-5000-digits", _number("9" * 5_000), ("E2002",)),
    Hostile("B30-4000-digits", _number("9" * 4_000), ("E2002",)),
    Hostile("B32-true", _number("true"), ("E2002",)),
    Hostile("B33-full-width-digits", _number(f'"{_FULL_WIDTH_12}"'), ("E2002",)),
    Hostile("B33-arabic-digits", _number('"١٢٣"'), ("E2002",)),
    Hostile("B33-bare-full-width-digits", _number(_FULL_WIDTH_12), ("E1001",)),
    Hostile("B34-underscore", _number('"1_000"'), ("E2002",)),
    Hostile("B34-padded", _number('" 12\\n"'), ("E2002",)),
    Hostile("B35-thousands-and-point", _number('"1,234.50"'), ("E2002",)),
    Hostile("B35-thousands-and-comma", _number('"1.234,50"'), ("E2002",)),
    Hostile("B35-currency-sign", _number('"₫100"'), ("E2002",)),
    Hostile("B35-brackets", _number('"(100)"'), ("E2002",)),
    _accepted(
        "B36-minus-zero", _raw("424242", "-0", cells=[cell(count=0, amount=0)], control={"count": 424242, "amount": 0})
    ),
    _accepted(
        "B36-zero-with-decimals",
        _raw("424242", "0.00", cells=[cell(count=0, amount=0)], control={"count": 424242, "amount": 0}),
    ),
    Hostile("B37-negative-amount", _one_cell(amount=-1), ("E2002",)),
    Hostile("B37-negative-refund", _one_cell(refund_amount=-1), ("E2002",)),
    Hostile("B38-fraction", _number("1.005"), ("E2002",)),
    Hostile("B38-whole-float", _number("170.0"), ("E2002",)),
    Hostile("B38-float-with-exponent", _number("1.447e10"), ("E2002",)),
    Hostile("B39-above-2-to-the-53", _number("9007199254740992"), ("E2002",)),
    Hostile("B40-fractional-count", _one_cell(count=1.5), ("E2002",)),
    Hostile("B40-amount-without-count", _one_cell(count=0), ("E3005",)),
    Hostile("B40-count-without-amount", _one_cell(amount=0), ("E3005",)),
    Hostile("B40-count-left-out", _one_cell(count=None), ("E2001",)),
    _accepted("B40-mean-ticket-in-thousands", _one_cell(count=10, amount=2_000), "W5003"),
    _accepted("B40-refund-above-gross", _one_cell(refund_count=1, refund_amount=2_000_001), "W5007"),
)

_FIELDS = (
    Hostile("B42-currency-missing", slice_message(without=["currency"]), ("E2001",)),
    Hostile("B42-currency-in-small-letters", slice_message(currency="vnd"), ("E2101",)),
    Hostile("B42-currency-unknown", slice_message(currency="XXX"), ("E2101",)),
    Hostile("B43-site-unknown", slice_message(site="MALL-0099"), ("E2101",)),
    Hostile("B43-site-not-yet-open", slice_message(period="2019-07-03"), ("E2103",)),
    Hostile("B43-instrument-unknown", _one_cell(instrument="CHEQUE"), ("E2101",)),
    Hostile("B43-sector-of-another-flow", _one_cell(sector="Q86"), ("E2101",)),
    Hostile("B43-area-without-scheme", slice_message(site="11407"), ("E2101",)),
    Hostile("B43-area-of-another-time", slice_message(site=OLD_COMMUNE), ("E2102", "E3002")),
    *(
        Hostile(f"B44-period-{period or 'empty'}", slice_message(period=period), ("E2002",))
        for period in (
            "2026-13",
            "2026-02-30",
            "2026-W01-1",
            "20260101",
            "2026-07-03T24:00",
            "2026-Q5",
            "26-07-03",
            "1999-12-31",
            "2101-01-01",
            "2026-07-03 ",
            f"20{_FULL_WIDTH_12}-07-03",
            "",
        )
    ),
    *(
        Hostile(f"B45-time-{time}", slice_message(time=time), ("E2002",))
        for time in (
            "2026-07-04T02:11:09",
            "2026-07-04T24:00:00Z",
            "2026-06-30T23:59:60Z",
            "0001-01-01T00:00:00+14:00",
            "2026-02-30T00:00:00Z",
            "2026-07-04",
            "2026-07-04T02:11:09+25:00",
        )
    ),
    Hostile("B45-time-as-a-number", slice_message(time=0), ("E2002",)),
    Hostile("B45-time-six-minutes-ahead", slice_message(time="2026-07-05T03:06:00Z"), ("E2002",)),
    _accepted("B45-time-with-another-offset", slice_message(time="2026-07-04T09:11:09.123456789+07:00")),
    Hostile("B46-future-period", slice_message(period="2027-07-03"), ("E3001",)),
    Hostile("B46-period-not-over", slice_message(period="2026-07-05"), ("E3001",)),
    _accepted("B46-five-years-back", slice_message(period="2021-07-03")),
    Hostile("B47-month-beside-days", slice_message(period="2026-06"), ("E3002",)),
    Hostile("B48-revision-missing", slice_message(without=["revision"]), ("E2001",)),
    Hostile("B48-revision-negative", slice_message(revision=-1), ("E2002",)),
    Hostile("B48-revision-2-to-the-63", slice_message(revision=2**63), ("E2002",)),
    Hostile("B48-revision-without-reason", slice_message(revision=1), ("E2001",)),
)

_TEXTS = (
    Hostile("B49-nul-in-a-note", _note("x").replace(b'"x"', b'"x\\u0000"'), ("E2002",)),
    Hostile("B49-nul-in-an-id", slice_message(id="x").replace(b'"x"', b'"x\\u0000"'), ("E2002",)),
    Hostile("B49-nul-in-a-site", slice_message(site="x").replace(b'"x"', b'"x\\u0000"'), ("E2101",)),
    Hostile("B51-note-of-1000-letters", _note("x" * 1_000), ("E2002",)),
    Hostile("B51-combining-flood", _note("e" + "\u0301" * 5_000), ("E2002",)),
    _accepted("B51-bidi-and-zero-width", _note("hai\u200b quầy \u202egửi muộn")),
    _accepted("B52-script", _note("<script>alert(1)</script>")),
    _accepted("B52-template", _note("{{7*7}} {got} %s")),
    _accepted("B52-sql", _note("'; DROP TABLE slice; --")),
    _accepted("B52-spreadsheet-formula", _note('=HYPERLINK("http://example.org")')),
    Hostile("B53-card-number", _note("thẻ 4111 1111 1111 1111"), ("E2004",)),
    Hostile("B53-telephone", _note("gọi 0912 345 678"), ("E2004",)),
    Hostile("B53-identity-number", _note("CCCD 031199000001"), ("E2004",)),
    Hostile("B53-e-mail", _note("hỏi an.nguyen@example.vn"), ("E2004",)),
    Hostile("B53-card-number-with-zero-width", _note("4111\u200b111111111111"), ("E2004",)),
)

_SHAPE = (
    _accepted("B54-one-transaction", _one_cell(count=1, amount=200_000)),
    Hostile("B55-unknown-field", slice_message(total=1), ("E2003",)),
    Hostile("B55-unknown-field-in-a-cell", _one_cell(amout=1), ("E2003",)),
    Hostile("B55-unknown-version", slice_message(type="vn.haiphong.cashless.slice.v99"), ("E1002",)),
    Hostile("B55-unknown-schema", slice_message(dataschema="urn:hp:schema:slice:99.0.0"), ("E1002",)),
    Hostile("B55-unknown-type", slice_message(type="com.example.order"), ("E1002",)),
    Hostile("B55-older-cloudevents", slice_message(specversion="0.3"), ("E1002",)),
    _accepted("B56-hundredfold", _one_cell(count=1_823_000, amount=512_340_000_000)),
    _accepted("B57-round-numbers", _one_cell(count=1_000, amount=100_000_000)),
    Hostile("B58-one-bad-cell-of-four-hundred", _many_cells(400), ("E3003",)),
    Hostile("B58-over-a-thousand-cells", _many_cells(1_001), ("E1003",)),
)

_ARITHMETIC = (
    Hostile("sum-is-not-the-control-count", _with_control(27_240, 7_025_400_000), ("E3004",)),
    Hostile("sum-is-not-the-control-amount", _with_control(27_241, 7_025_400_001), ("E3004",)),
    Hostile("same-cell-twice", slice_message(cells=[cell(), cell()]), ("E3003",)),
    Hostile("one-owner-two-shares", _one_cell(contributors={"n": 1, "top1_bp": 9_000, "top2_bp": 1_000}), ("E3007",)),
    Hostile(
        "two-owners-not-the-whole", _one_cell(contributors={"n": 2, "top1_bp": 6_000, "top2_bp": 3_000}), ("E3007",)
    ),
    Hostile(
        "second-share-above-the-first", _one_cell(contributors={"n": 9, "top1_bp": 2_000, "top2_bp": 3_000}), ("E3007",)
    ),
    Hostile(
        "first-share-below-its-least", _one_cell(contributors={"n": 3, "top1_bp": 3_000, "top2_bp": 3_000}), ("E3007",)
    ),
    Hostile("no-cells", slice_message(cells=[]), ("E2001",)),
    Hostile("delete-with-cells", slice_message(action="DELETE"), ("E2003",)),
    Hostile("missing-cell-with-figures", slice_message(cells=[cell(status="M")], control=_TOTAL), ("E2003", "E3004")),
    Hostile("dimension-of-another-flow", _one_cell(initiation="QR"), ("E3002",)),
    Hostile("source-of-another-partner", slice_message(source="urn:hp:partner:OTHER"), ("E1101",)),
    Hostile("flow-not-registered", slice_message(flow="MM_P2M", site=MALL, period="2026-06"), ("E2001", "E3002")),
    Hostile(
        "everything-at-once",
        slice_message(cells=[{**CARD_CELL, "count": "1"}], flow="POS", note="\x00"),
        ("E2002", "E2101"),
    ),
)

HOSTILE: Sequence[Hostile] = (
    *_KAFKA_ENVELOPE,
    *_JSON_SYNTAX,
    *_NUMBERS,
    *_FIELDS,
    *_TEXTS,
    *_SHAPE,
    *_ARITHMETIC,
)
