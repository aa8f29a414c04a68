"""`payments-hub receipt`: receipts at a terminal, and whether a file is what was received."""

from __future__ import annotations

from pathlib import Path

import click

from payments_hub.cli.transaction import hub_transaction
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.kernel.clock import CITY_ZONE
from payments_hub.kernel.errors import NotFoundError
from payments_hub.services.receipt_proof import Likeness, Proof, prove
from payments_hub.store.receipt_proof import KnownDelivery
from payments_hub.store.receipts import StoredReceipt, receipt_by_id

_SENTENCES = {
    Likeness.SAME_BYTES: "These are the bytes that were received.",
    Likeness.SAME_MESSAGES: "The file itself was not received, but every message in it was, byte for byte.",
    Likeness.SOME_MESSAGES: "Some of the messages in this file were received, byte for byte; others were not.",
    Likeness.SAME_EVENT: "Not the bytes that were received, but the same event: only spaces, the order of keys, or"
    " structured and binary mode differ.",
    Likeness.OTHER_EVENT: "Not what was received: the event's id was received for other content.",
    Likeness.SAME_CONTENT: "These bytes were not received; another event brought the same content for this slice.",
    Likeness.UNKNOWN: "Nothing is known of these bytes.",
}


@click.group()
def receipt() -> None:
    """Show receipts, and verify that a file is what was received."""


@receipt.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--receipt", "receipt_id", help="The receipt that the file should be of.")
def verify(file: Path, receipt_id: str | None) -> None:
    """
    Tell whether a file is the bytes that were received, else how it differs; exit status 0 only if it is.

    A file of several messages, one a line or as a list, is looked up as a whole and then message by message. For what
    was accepted, the stored slice is rebuilt too: its hashes must be those recorded when it came.
    """
    content = file.read_bytes()
    with hub_transaction("receipt") as (session, _now):
        stored = None if receipt_id is None else _stored(receipt_by_id(session, receipt_id, None), receipt_id)
        proof = prove(session, content)
    click.echo(f"sha-256 {proof.sha256.hex()}, {len(content)} bytes")
    _tell(proof)
    if not proof.is_proved or not _is_of(proof, stored):
        click.get_current_context().exit(1)


@receipt.command()
@click.argument("receipt_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as it was given out.")
def show(receipt_id: str, *, as_json: bool) -> None:
    """Show one receipt with every finding."""
    with hub_transaction("receipt") as (session, _now):
        stored = _stored(receipt_by_id(session, receipt_id, None), receipt_id)
    click.echo(stored.receipt.model_dump_json(indent=2) if as_json else _as_text(stored))


def _stored(found: StoredReceipt | None, receipt_id: str) -> StoredReceipt:
    if found is None:
        raise NotFoundError(f"There is no receipt {receipt_id}.")
    return found


def _tell(proof: Proof) -> None:
    click.echo(_SENTENCES[proof.likeness])
    if proof.parts:
        for part in proof.parts:
            known = "; ".join(_line(one) for one in part.known) or "not received"
            click.echo(f"  message {part.number}: {known}")
    else:
        for one in proof.known:
            click.echo(f"  {_line(one)}")
    for rebuilt in proof.rebuilt:
        words = "has" if rebuilt.is_intact else "DOES NOT HAVE"
        click.echo(f"  The slice stored for {rebuilt.receipt_id}, rebuilt, {words} the hashes recorded when it came:")
        click.echo(f"    event {rebuilt.event_sha256.hex()}\n    content {rebuilt.content_sha256.hex()}")


def _is_of(proof: Proof, stored: StoredReceipt | None) -> bool:
    """Tell whether the file is of the receipt that was named, if one was; say so if not."""
    if stored is None or stored.delivery_id in {one.delivery_id for one in proof.known}:
        return True
    receipt = stored.receipt
    click.echo(f"The receipt {receipt.id} is of other bytes: sha-256 {receipt.delivery.bytes_sha256}.")
    return False


def _line(one: KnownDelivery) -> str:
    when = one.received_at.astimezone(CITY_ZONE).isoformat(timespec="seconds")
    return f"receipt {one.receipt_id} {one.verdict}, {one.partner}, received {when} by {one.transport} {one.position}"


def _as_text(stored: StoredReceipt) -> str:
    receipt = stored.receipt
    lines = [f"{name:<12}{value}" for name, value in _facts(receipt) if value]
    for finding in receipt.findings:
        lines.append(f"{finding.code} {finding.severity} {finding.pointer or '/'}: {finding.text_en}")
        if finding.suggestion:
            lines.append(f"      nearest: {finding.suggestion}")
    if receipt.has_more_findings:
        lines.append("More was wrong than a receipt tells.")
    if stored.later_id:
        lines.append(f"Replaced by the later receipt {stored.later_id}.")
    return "\n".join(lines)


def _facts(receipt: ReceiptV1) -> list[tuple[str, str | None]]:
    delivery, key = receipt.delivery, receipt.key
    known = None if receipt.known_at is None else receipt.known_at.astimezone(CITY_ZONE).isoformat()
    return [
        ("receipt", receipt.id),
        ("verdict", f"{receipt.verdict} ({receipt.cause})"),
        ("partner", f"{receipt.partner}{' (simulated data)' if receipt.simulated else ''}"),
        ("slice", " / ".join(part for part in (key.flow, key.site, key.period) if part)),
        ("revision", key.revision),
        ("event", receipt.event_id),
        ("way", f"{delivery.transport} {delivery.position}"),
        ("received", delivery.received_at.astimezone(CITY_ZONE).isoformat()),
        ("judged", receipt.issued_at.astimezone(CITY_ZONE).isoformat()),
        ("known", known),
        ("rules", receipt.rules_version),
        ("bytes", f"{delivery.byte_count}, sha-256 {delivery.bytes_sha256}"),
        ("first", receipt.first_receipt),
        ("previous", receipt.previous_receipt),
    ]
