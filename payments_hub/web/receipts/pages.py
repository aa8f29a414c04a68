"""What the page of one receipt shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from payments_hub.contracts.json_places import find_places, outline
from payments_hub.contracts.mending import MendedMessage, mask_texts
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.domain.verdicts import Verdict
from payments_hub.services.receipt_pages import ReceiptView
from payments_hub.web.components import Fact, Link, Tag, verdict_tag
from payments_hub.web.receipts.accepted import replacing_link
from payments_hub.web.receipts.causes import CauseBlock, error_blocks, warning_blocks
from payments_hub.web.receipts.facts import (
    chain_facts,
    hash_facts,
    identity_facts,
    kept_words,
    status_tag,
    way_facts,
)
from payments_hub.web.receipts.words import CAUSES, completeness, count_of, headline, lede

_OPENED = {"": None, "/data": None, "/data/cells": None}
_CONTEXT_LINES = 2
_LONGEST_LINE = 400


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of what changed: kind "ctx", "del" or "add"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class MendedPanel:
    """
    The message mended.

    Args:
        address: Where to fetch it; empty where it may not be handed out.
        note: What was mended and what is left, in words.

    """

    lines: tuple[DiffLine, ...]
    note: str
    address: str


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """
    One receipt.

    Args:
        replaced: The receipt of the revision that took the place of this one, as a link; None while this one holds.
        later: The receipt of the same delivery that took its place, as a link; None while this one holds.
        why: Why it was judged again; empty on arrival.
        command: For the hub's people, how to verify bytes against the receipt; empty for a partner.

    """

    receipt_id: str
    crumbs: tuple[Link, ...]
    simulated: bool
    icon: str
    kind: str
    headline: str
    lede: str
    replaced: Link | None
    later: Link | None
    why: str
    errors: tuple[CauseBlock, ...]
    completeness: str
    warnings: tuple[CauseBlock, ...]
    status: Tag
    identity: tuple[Fact, ...]
    way: tuple[Fact, ...]
    hashes: tuple[Fact, ...]
    kept: str
    command: str
    chain: tuple[Fact, ...]
    related: tuple[Link, ...]
    mended: MendedPanel | None


def receipt_page(view: ReceiptView, viewer: Viewer, language: Language) -> ReceiptPage:
    """Word one receipt for one reader."""
    receipt = view.receipt
    tag = verdict_tag(receipt.verdict, language)
    return ReceiptPage(
        receipt_id=receipt.id,
        crumbs=(
            Link(Words("Biên nhận", "Receipts").of(language), url_for("receipts.listed")),
            Link(receipt.id, ""),
        ),
        simulated=receipt.simulated,
        icon=tag.icon,
        kind=tag.kind,
        headline=headline(view, language),
        lede=lede(view, language),
        replaced=replacing_link(view.accepted, language),
        later=_later(view, language),
        why=_why(view, language),
        errors=error_blocks(view, viewer, language),
        completeness=completeness(receipt, language),
        warnings=warning_blocks(view, viewer, language),
        status=status_tag(receipt.verdict, language),
        identity=identity_facts(view, language),
        way=way_facts(view, language),
        hashes=hash_facts(view, language),
        kept=kept_words(view, language),
        command="" if viewer.partner else f"payments-hub receipt verify slice.json --receipt {receipt.id}",
        chain=chain_facts(view, language),
        related=_related(view, viewer, language),
        mended=None if view.mended is None else _mended_panel(view.mended, receipt.id, language),
    )


def diff_lines(mended: MendedMessage) -> tuple[DiffLine, ...]:
    """Set the message as sent beside the mended one, line by line; what is far from a mend is left out."""
    before, after = (outline(text, find_places(text), _OPENED) for text in (mended.before, mended.after))
    pairs = list(zip(before, after, strict=True))
    changed = [number for number, (old, new) in enumerate(pairs) if old != new]
    near = {line for number in changed for line in range(number - _CONTEXT_LINES, number + _CONTEXT_LINES + 1)}
    lines: list[DiffLine] = []
    for number, (old, new) in enumerate(pairs):
        if number not in near:
            if not lines or lines[-1].text != "  …":
                lines.append(DiffLine("ctx", "  …"))
        elif old == new:
            lines.append(DiffLine("ctx", f"  {_shown(old)}"))
        else:
            lines += [DiffLine("del", f"− {_shown(old)}"), DiffLine("add", f"+ {_shown(new)}")]
    return tuple(lines)


def _shown(line: str) -> str:
    masked = mask_texts(line)
    inert = "".join(letter if letter.isprintable() else "\ufffd" for letter in masked)
    return inert if len(inert) <= _LONGEST_LINE else f"{inert[:_LONGEST_LINE]}…"


def _mended_panel(mended: MendedMessage, receipt_id: str, language: Language) -> MendedPanel:
    done = count_of(len(mended.mends), "chỗ", "place")
    left = count_of(mended.faults_left, "chỗ", "place")
    note = Words(
        f"Đã sửa {done.vi} chắc chắn, không đụng số khác. Bên gửi vẫn là đối tác.",
        f"{done.en} mended beyond doubt, no other number touched. The partner stays the sender.",
    ).of(language)
    if mended.faults_left:
        rest = Words(f"Còn {left.vi} phải tự sửa trước khi gửi.", f"{left.en} must be mended by hand before sending.")
        note = f"{note} {rest.of(language)}"
    if mended.holds_personal_data:
        private = Words(
            "Thông điệp có dữ liệu cá nhân, nên không có tệp để tải.",
            "The message holds personal data, so there is no file to fetch.",
        )
        note = f"{note} {private.of(language)}"
    address = "" if mended.holds_personal_data else url_for("receipts.mended", receipt_id=receipt_id)
    return MendedPanel(diff_lines(mended), note, address)


def _later(view: ReceiptView, language: Language) -> Link | None:
    later = view.stored.later_id
    if later is None:
        return None
    return Link(
        Words("Xem biên nhận sau", "See the later receipt").of(language), url_for("receipts.one", receipt_id=later)
    )


def _why(view: ReceiptView, language: Language) -> str:
    if view.receipt.previous_receipt is None:
        return ""
    cause = CAUSES[view.receipt.cause].of(language)
    return f"{cause}: {view.reason}" if view.reason else cause


def _related(view: ReceiptView, viewer: Viewer, language: Language) -> tuple[Link, ...]:
    receipt, key = view.receipt, view.receipt.key
    links = []
    if key.flow and key.site and key.period:
        asked = urlencode({"flow": key.flow, "site": key.site, "period": key.period})
        words = Words("Mọi biên nhận của lát này", "Every receipt of this slice")
        links.append(Link(words.of(language), f"{url_for('receipts.listed')}?{asked}"))
    for code in dict.fromkeys(finding.code for finding in receipt.findings):
        words = Words(f"Biên nhận khác có {code}", f"Other receipts with {code}")
        links.append(Link(words.of(language), f"{url_for('receipts.listed')}?{urlencode({'code': code})}"))
    json = Words("Biên nhận này dạng JSON", "This receipt as JSON").of(language)
    return (
        *links,
        *_kept_links(view, viewer, language),
        Link(json, url_for("receipts.as_json", receipt_id=receipt.id)),
    )


def _kept_links(view: ReceiptView, viewer: Viewer, language: Language) -> list[Link]:
    """Lead to the raw bytes and to the replay, for those who may see them."""
    links = []
    if viewer.may(Action.SEE_QUARANTINE) and view.kept is not None and view.receipt.verdict is Verdict.REJECTED:
        address = url_for("quarantine.one", delivery=view.stored.delivery_id)
        links.append(Link(Words("Thông điệp trong khu cách ly", "The message in quarantine").of(language), address))
    if viewer.may(Action.SEE_QUARANTINE) and view.receipt.replay is not None:
        address = url_for("quarantine.replayed", replay_id=view.receipt.replay)
        links.append(Link(Words("Lần chạy lại này", "This replay").of(language), address))
    return links
