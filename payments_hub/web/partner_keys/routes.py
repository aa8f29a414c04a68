"""Keys, for the partner whose they are and for those who keep the hub; a secret is shown once."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.domain.people import Action
from payments_hub.kernel.errors import ConflictError
from payments_hub.services.partners import create_key, find_key, list_keys, revoke_key
from payments_hub.web import once
from payments_hub.web.access import needs, route
from payments_hub.web.actors import acting, signed_in
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.partner_keys import signing_routes
from payments_hub.web.partner_keys.choosing import choose_partner
from payments_hub.web.partner_keys.forms import key_errors, read_key, terms_of, too_many_keys
from payments_hub.web.partner_keys.pages import Chosen, Notice, key_list_page

_REFUSED = 422
_CONFLICT = 409
_KEEPER = needs(Action.MANAGE_KEYS)


def blueprint() -> Blueprint:
    """Make the routes of keys."""
    made = Blueprint("keys", __name__)
    route(made, "/keys", _KEEPER)(key_list)
    route(made, "/keys", _KEEPER, methods=("POST",))(create)
    route(made, "/keys/<prefix>/revoke", _KEEPER, methods=("POST",))(revoke)
    signing_routes.add_to(made)
    return made


def key_list() -> ResponseReturnValue:
    """Show the keys of a partner: one's own, or the one that is chosen."""
    with read_session() as session:
        chosen = _chosen(session, request.args.get("partner", ""))
    secret = None if chosen.partner is None else once.take(_shown_once(chosen.partner.code))
    return _show(chosen, Notice(done=request.args.get("done", ""), secret=secret))


def create() -> ResponseReturnValue:
    """Make a key; the next page shows it, this once."""
    hub, language, form = current_hub(), reading_language(), read_key(request.form)
    now = hub.clock.now()
    with read_session() as session:
        chosen = _chosen(session, request.form.get("partner", ""))
    if chosen.partner is None:
        raise NotFound
    errors = key_errors(form, language, now)
    if errors:
        return _show(chosen, Notice(form=form, errors=tuple(errors)), _REFUSED)
    try:
        with hub.database.transaction() as session:
            secret = create_key(session, chosen.partner.code, now, terms_of(form), by=acting())
    except ConflictError:
        return _show(chosen, Notice(form=form, errors=(too_many_keys(language),)), _CONFLICT)
    once.keep(_shown_once(chosen.partner.code), secret)
    return redirect(url_for("keys.key_list", partner=chosen.partner.code), code=303)


def revoke(prefix: str) -> ResponseReturnValue:
    """Revoke a key from the next call on; another partner's is not found."""
    hub, own = current_hub(), signed_in().viewer.partner
    with hub.database.transaction() as session:
        partner = find_key(session, prefix, partner=own).partner
        revoke_key(session, prefix, hub.clock.now(), partner=own, by=acting())
    return redirect(url_for("keys.key_list", partner=partner, done="revoked"), code=303)


def _chosen(session: Session, asked: str) -> Chosen:
    partner, partners = choose_partner(session, asked)
    keys = [] if partner is None else list_keys(session, partner.code)
    return Chosen(partner, keys, partners)


def _show(chosen: Chosen, notice: Notice, status: int = 200) -> ResponseReturnValue:
    page = key_list_page(chosen, notice, reading_language(), current_hub().clock.now())
    return render_template("keys.html", page=page), status


def _shown_once(partner: str) -> str:
    return f"key of {partner}"
