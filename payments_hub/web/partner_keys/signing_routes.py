"""Signing keys, for the partner whose they are and for those who keep the hub; a shared secret is shown once."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.domain.keys import SigningAlgorithm
from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action
from payments_hub.kernel.errors import ConflictError
from payments_hub.services.signing_keys import (
    add_public_key,
    find_signing_key,
    list_signing_keys,
    make_shared_secret,
    revoke_signing_key,
)
from payments_hub.web import once
from payments_hub.web.access import needs, route
from payments_hub.web.actors import acting, signed_in
from payments_hub.web.components import Link
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.partner_keys.choosing import choose_partner
from payments_hub.web.partner_keys.signing_forms import (
    SigningKeyForm,
    read_signing_key,
    signing_key_errors,
    too_many_signing_keys,
    without_private_key,
)
from payments_hub.web.partner_keys.signing_pages import ChosenSigner, SigningNotice, signing_keys_page

_REFUSED = 422
_CONFLICT = 409
_KEEPER = needs(Action.MANAGE_KEYS)


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of signing keys to those of keys."""
    route(blueprint, "/keys/signing", _KEEPER)(signing_key_list)
    route(blueprint, "/keys/signing", _KEEPER, methods=("POST",))(add_signing_key)
    route(blueprint, "/keys/signing/<kid>/revoke", _KEEPER, methods=("POST",))(revoke_signing)


def signing_key_list() -> ResponseReturnValue:
    """Show the signing keys of a partner: one's own, or the one that is chosen."""
    with read_session() as session:
        chosen = _chosen(session, request.args.get("partner", ""))
    secret = None if chosen.partner is None else once.take(_shown_once(chosen.partner.code))
    return _show(chosen, SigningNotice(done=request.args.get("done", ""), secret=secret))


def add_signing_key() -> ResponseReturnValue:
    """Take a public key, or make a shared secret that the next page shows, this once."""
    hub, language, form = current_hub(), reading_language(), read_signing_key(request.form)
    with read_session() as session:
        chosen = _chosen(session, request.form.get("partner", ""))
    if chosen.partner is None:
        raise NotFound
    errors = signing_key_errors(form, language)
    if errors:
        return _show(chosen, SigningNotice(form=without_private_key(form), errors=tuple(errors)), _REFUSED)
    partner = chosen.partner.code
    try:
        with hub.database.transaction() as session:
            secret = _added(session, partner, form, hub.clock.now())
    except ConflictError:
        return _show(chosen, SigningNotice(form=form, errors=(too_many_signing_keys(language),)), _CONFLICT)
    if secret is not None:
        once.keep(_shown_once(partner), secret)
    return redirect(url_for("keys.signing_key_list", partner=partner, done="added"), code=303)


def revoke_signing(kid: str) -> ResponseReturnValue:
    """Revoke a signing key at once; another partner's is not found."""
    hub, own = current_hub(), signed_in().viewer.partner
    with hub.database.transaction() as session:
        partner = find_signing_key(session, kid, partner=own).partner
        revoke_signing_key(session, kid, hub.clock.now(), partner=own, by=acting())
    return redirect(url_for("keys.signing_key_list", partner=partner, done="revoked"), code=303)


def _added(session: Session, partner: str, form: SigningKeyForm, now: datetime) -> str | None:
    label = form.label or None
    if form.algorithm is SigningAlgorithm.ED25519:
        add_public_key(session, partner, form.public_key, now, label=label, by=acting())
        return None
    _kid, secret = make_shared_secret(session, partner, now, label=label, by=acting())
    return secret


def _chosen(session: Session, asked: str) -> ChosenSigner:
    partner, partners = choose_partner(session, asked)
    keys = [] if partner is None else list_signing_keys(session, partner.code)
    return ChosenSigner(partner, keys, partners)


def _show(chosen: ChosenSigner, notice: SigningNotice, status: int = 200) -> ResponseReturnValue:
    language = reading_language()
    code = None if chosen.partner is None else chosen.partner.code
    back = Link(Words("Khóa truy cập", "Keys").of(language), url_for("keys.key_list", partner=code))
    page = signing_keys_page(chosen, notice, back, language)
    return render_template("signing_keys.html", page=page), status


def _shown_once(partner: str) -> str:
    return f"signing key of {partner}"
