"""Obligations: the list and its file for all who see feeds; changes for officers and operators."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.domain.formatting import read_day
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.obligations import COLUMNS
from payments_hub.domain.people import Action
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.errors import ConflictError, InvalidValueError
from payments_hub.services.obligations import (
    ObligationReading,
    add_obligation,
    end_obligation,
    export_file,
    file_name_and_hash,
    import_obligations,
    read_file,
    read_form,
    template,
)
from payments_hub.services.readers import scope_of
from payments_hub.store.accounts import Account
from payments_hub.store.obligations import (
    ObligationFilter,
    StoredObligation,
    find_obligations,
    obligation_by_number,
)
from payments_hub.store.partners import Partner, all_partners
from payments_hub.web.access import needs, route
from payments_hub.web.actors import acting, signed_in
from payments_hub.web.components import FieldError
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.obligations.pages import (
    ListAsked,
    SentFile,
    add_page,
    end_page,
    field_errors,
    import_page,
    obligations_page,
    reading_digest,
)

FILE_BYTES_MAX = 45_000
"""A file is sent back and forth as base64 in a form, and a form may have 64 KiB; a larger one comes by the command."""

_WRONG, _CONFLICT = 422, 409
_LONGEST_TEXT = 100
_MOST_PAGES = 10_000


def blueprint() -> Blueprint:
    """Make the routes of obligations."""
    made = Blueprint("obligations", __name__)
    may_see, may_change = needs(Action.SEE_OBLIGATIONS), needs(Action.CHANGE_OBLIGATIONS)
    route(made, "/obligations", may_see)(listed)
    route(made, "/obligations.csv", may_see)(listed_file)
    route(made, "/obligations/template.csv", may_change)(template_file)
    route(made, "/obligations/import", may_change)(import_form)
    route(made, "/obligations/import", may_change, methods=("POST",))(preview)
    route(made, "/obligations/import/confirm", may_change, methods=("POST",))(confirm)
    route(made, "/obligations/add", may_change)(add_form)
    route(made, "/obligations/add", may_change, methods=("POST",))(add)
    route(made, "/obligations/<int:number>/end", may_change)(end_form)
    route(made, "/obligations/<int:number>/end", may_change, methods=("POST",))(end)
    return made


def listed() -> ResponseReturnValue:
    """List what is owed; a partner sees its own alone."""
    account, hub = signed_in(), current_hub()
    with read_session() as session:
        asked = _asked(session, account)
        found = find_obligations(session, asked)
        partners = _partners(session)
    listing = ListAsked(asked, _number("page", 1), _number("saved", 0), local_day(hub.clock.now()))
    page = obligations_page(found, listing, account.viewer, partners, reading_language())
    return render_template("obligations.html", page=page)


def listed_file() -> ResponseReturnValue:
    """Give the list as a CSV file that can be imported again."""
    with read_session() as session:
        content = export_file(session, _asked(session, signed_in()))
    headers = {"Content-Disposition": "attachment; filename=payments-hub-obligations.csv"}
    return Response(content, mimetype="text/csv", headers=headers)


def template_file() -> ResponseReturnValue:
    """Give a file to fill in: the columns' names, and a line of each flow that is saved, which changes nothing."""
    with read_session() as session:
        content = template(session)
    headers = {"Content-Disposition": "attachment; filename=payments-hub-obligations-template.csv"}
    return Response(content, mimetype="text/csv", headers=headers)


def import_form() -> ResponseReturnValue:
    """Show where to choose a file."""
    return render_template("obligations_import.html", page=import_page(None, reading_language()))


def preview() -> ResponseReturnValue:
    """Show what a file would change, or all that is wrong with it; nothing is saved."""
    language, sent = reading_language(), request.files.get("file")
    content = b"" if sent is None else sent.read(FILE_BYTES_MAX + 1)
    if not content or len(content) > FILE_BYTES_MAX:
        empty = Words("Hãy chọn một tệp CSV có nội dung.", "Choose a CSV file that holds something.")
        large = Words(
            "Tệp lớn hơn 45 KB: chia nhỏ, hoặc nhờ người vận hành nhập bằng lệnh.",
            "The file is over 45 KB: divide it, or ask an operator to import it by the command.",
        )
        errors = (FieldError("file", (large if content else empty).of(language)),)
        return render_template("obligations_import.html", page=import_page(None, language, errors=errors)), _WRONG
    with read_session() as session:
        reading = read_file(session, content)
        partners = _partners(session)
    name = "" if sent is None else (sent.filename or "")[:_LONGEST_TEXT]
    return _shown(reading, partners, SentFile(name, content), moved=False)


def confirm() -> ResponseReturnValue:
    """Save what was shown; what would now change something else is shown again instead."""
    hub = current_hub()
    content, name = _sent_again(), request.form.get("name", "")[:_LONGEST_TEXT]
    with hub.database.transaction() as session:
        reading, partners = read_file(session, content), _partners(session)
        as_shown = reading_digest(reading) == request.form.get("digest", "")
        if as_shown and not reading.faults:
            source = file_name_and_hash(name, content)
            import_obligations(session, reading, actor=acting(), source=source, now=hub.clock.now())
    if not as_shown or reading.faults:
        return _shown(reading, partners, SentFile(name, content), moved=True)
    return redirect(url_for("obligations.listed", saved=len(reading.compared.wanted)), code=303)


def add_form() -> ResponseReturnValue:
    """Show the form of one obligation."""
    with read_session() as session:
        partners = _partners(session)
    page = add_page({"due_days": "1"}, partners, (), reading_language())
    return render_template("obligations_add.html", page=page)


def add() -> ResponseReturnValue:
    """Save one obligation, or show what is wrong with it."""
    language = reading_language()
    values = {column: request.form.get(column, "").replace("\0", "").strip()[:_LONGEST_TEXT] for column in COLUMNS}
    errors = _add(values, language)
    if not errors:
        return redirect(url_for("obligations.listed", partner=values["partner"], saved=1), code=303)
    with read_session() as session:
        partners = _partners(session)
    return render_template("obligations_add.html", page=add_page(values, partners, errors, language)), _WRONG


def end_form(number: int) -> ResponseReturnValue:
    """Show the form that ends an obligation."""
    with read_session() as session:
        stored = _stored(session, number)
    return render_template("obligations_end.html", page=end_page(stored, "", (), reading_language()))


def end(number: int) -> ResponseReturnValue:
    """Let an obligation end with a day."""
    language, text = reading_language(), request.form.get("last", "").strip()[:_LONGEST_TEXT]
    with read_session() as session:
        stored = _stored(session, number)
    wrong = _end(number, read_day(text))
    if wrong is None:
        return redirect(url_for("obligations.listed", partner=stored.duty.partner, saved=1), code=303)
    errors = (FieldError("last", wrong.of(language)),)
    return render_template("obligations_end.html", page=end_page(stored, text, errors, language)), _WRONG


def _add(values: Mapping[str, str], language: Language) -> tuple[FieldError, ...]:
    hub = current_hub()
    try:
        with hub.database.transaction() as session:
            reading = read_form(session, values)
            if reading.faults:
                return field_errors(reading.faults, language)
            add_obligation(session, reading, actor=acting(), now=hub.clock.now())
    except ConflictError:
        words = Words("Nghĩa vụ này đã có, hoặc trùng ngày với nghĩa vụ khác.", "It is saved already, or shares days.")
        return (FieldError("valid_from", words.of(language)),)
    return ()


def _end(number: int, last: date | None) -> Words | None:
    """End an obligation, or tell why not."""
    hub = current_hub()
    if last is None:
        return Words("Ghi ngày như 31/12/2026.", "Write a day as 31/12/2026.")
    try:
        with hub.database.transaction() as session:
            stored = _stored(session, number)
            end_obligation(session, stored, last, actor=acting(), now=hub.clock.now())
    except InvalidValueError:
        return Words("Ngày cuối đứng trước ngày đầu.", "The last day is before the first.")
    except ConflictError:
        return Words("Trùng ngày với nghĩa vụ đứng sau.", "It shares days with the obligation that follows.")
    return None


def _shown(
    reading: ObligationReading, partners: Sequence[Partner], file: SentFile, *, moved: bool
) -> ResponseReturnValue:
    invented = {partner.code for partner in partners if partner.simulated}
    page = import_page(
        reading,
        reading_language(),
        file,
        moved=moved,
        simulated=any(duty.partner in invented for duty in reading.compared.wanted),
    )
    status = _CONFLICT if moved else _WRONG if reading.faults else 200
    return render_template("obligations_import.html", page=page), status


def _sent_again() -> bytes:
    try:
        return base64.b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _asked(session: Session, account: Account) -> ObligationFilter:
    scope = scope_of(session, account.viewer, current_hub().clock.now())
    given = {
        name: request.args.get(name, "").replace("\0", "").strip()[:_LONGEST_TEXT] or None
        for name in ("partner", "flow", "place")
    }
    return ObligationFilter(scope.partner or given["partner"], given["flow"], given["place"])


def _partners(session: Session) -> list[Partner]:
    return [partner for _, partner in all_partners(session)]


def _stored(session: Session, number: int) -> StoredObligation:
    found = obligation_by_number(session, number, partner=signed_in().viewer.partner) if number < 2**31 else None
    if found is None:
        raise NotFound
    return found


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_PAGES)) else otherwise
