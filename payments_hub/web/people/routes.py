"""Accounts, for those who keep them: no password is seen or set here."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action
from payments_hub.kernel.errors import ConflictError
from payments_hub.services import password_links, people
from payments_hub.services.accounts import NewAccount
from payments_hub.services.password_links import PasswordLink
from payments_hub.store.partners import Partner, all_partners
from payments_hub.web import once
from payments_hub.web.access import needs, route
from payments_hub.web.actors import acting
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.people.forms import (
    AccountForm,
    account_errors,
    name_taken,
    read_account,
    read_language,
    read_role,
    role_errors,
)
from payments_hub.web.people.handing_over import hand_over
from payments_hub.web.people.pages import (
    DONE,
    Notice,
    account_list_page,
    account_page,
    new_account_page,
    roles_page,
)

_REFUSED = 422
_CONFLICT = 409
_KEEPER = needs(Action.MANAGE_ACCOUNTS)
_LAST_ADMINISTRATOR = Words(
    "Đây là người quản trị duy nhất. Hãy cấp vai trò quản trị cho người khác trước.",
    "This is the only administrator. Make somebody else an administrator first.",
)
_DISABLED = Words(
    "Tài khoản đang khóa nên không cấp liên kết. Hãy mở lại trước.",
    "The account is disabled and gets no link. Enable it first.",
)


def blueprint() -> Blueprint:
    """Make the routes of those who keep the accounts."""
    made = Blueprint("people", __name__)
    route(made, "/accounts", _KEEPER)(account_list)
    route(made, "/accounts", _KEEPER, methods=("POST",))(create)
    route(made, "/new-account", _KEEPER)(new_account)
    route(made, "/roles", _KEEPER)(roles)
    route(made, "/accounts/<username>", _KEEPER)(account)
    route(made, "/accounts/<username>/role", _KEEPER, methods=("POST",))(change_role)
    route(made, "/accounts/<username>/language", _KEEPER, methods=("POST",))(change_language)
    route(made, "/accounts/<username>/disable", _KEEPER, methods=("POST",))(disable)
    route(made, "/accounts/<username>/enable", _KEEPER, methods=("POST",))(enable)
    route(made, "/accounts/<username>/reset", _KEEPER, methods=("POST",))(reset)
    return made


def account_list() -> ResponseReturnValue:
    """Show every account."""
    with read_session() as session:
        lines, partners = people.list_accounts(session), _partners(session)
    page = account_list_page(lines, partners, reading_language(), current_hub().clock.now())
    return render_template("accounts.html", page=page)


def roles() -> ResponseReturnValue:
    """Show what each role may do."""
    return render_template("roles.html", page=roles_page(reading_language()))


def new_account() -> ResponseReturnValue:
    """Show the form of a new account."""
    with read_session() as session:
        partners = _partners(session)
    page = new_account_page(AccountForm(), partners, (), reading_language())
    return render_template("new_account.html", page=page)


def create() -> ResponseReturnValue:
    """Create an account without a password, and the link by which its owner sets one."""
    language, form = reading_language(), read_account(request.form)
    with read_session() as session:
        partners = _partners(session)
    errors = account_errors(form, {partner.code for partner in partners}, language)
    if errors or form.role is None or form.language is None:
        page = new_account_page(form, partners, errors, language)
        return render_template("new_account.html", page=page), _REFUSED
    try:
        wanted = NewAccount(form.username, None, form.role, form.partner or None, form.language)
        link = _create(wanted)
    except ConflictError:
        page = new_account_page(form, partners, [name_taken(language)], language)
        return render_template("new_account.html", page=page), _CONFLICT
    return _back(form.username, hand_over(link, form.language))


def account(username: str) -> ResponseReturnValue:
    """Show one account."""
    done = DONE.get(request.args.get("done", ""))
    said = "" if done is None else done.of(reading_language())
    return _show(username, Notice(done=said, link=once.take(username)))


def change_role(username: str) -> ResponseReturnValue:
    """Give the account another role."""
    form = read_role(request.form)
    with read_session() as session:
        codes = {partner.code for partner in _partners(session)}
    errors = role_errors(form, codes, reading_language())
    if errors or form.role is None:
        return _show(username, Notice(form=form, errors=tuple(errors)), _REFUSED)
    role = form.role

    def change(session: Session) -> None:
        now = current_hub().clock.now()
        people.change_role(session, username, role, form.of_partner, by=acting(), now=now)

    return _do(username, change, "role", _LAST_ADMINISTRATOR)


def change_language(username: str) -> ResponseReturnValue:
    """Give the account another language."""
    chosen = read_language(request.form)
    if chosen is None:
        return _show(username, Notice(), _REFUSED)

    def change(session: Session) -> None:
        people.change_language(session, username, chosen, by=acting(), now=current_hub().clock.now())

    return _do(username, change, "language", _LAST_ADMINISTRATOR)


def disable(username: str) -> ResponseReturnValue:
    """Disable the account and end its sessions."""

    def change(session: Session) -> None:
        people.take_out(session, username, by=acting(), now=current_hub().clock.now())

    return _do(username, change, "disabled", _LAST_ADMINISTRATOR)


def enable(username: str) -> ResponseReturnValue:
    """Let the account sign in again."""

    def change(session: Session) -> None:
        people.enable_account(session, username, by=acting(), now=current_hub().clock.now())

    return _do(username, change, "enabled", _LAST_ADMINISTRATOR)


def reset(username: str) -> ResponseReturnValue:
    """Make a one-time link; older ones are void."""
    hub = current_hub()
    try:
        with hub.database.transaction() as session:
            found = people.find_account(session, username).account
            link = password_links.make_link(session, username, by=acting(), now=hub.clock.now())
    except ConflictError:
        return _show(username, Notice(problem=_DISABLED.of(reading_language())), _CONFLICT)
    return _back(username, hand_over(link, found.language))


def _create(wanted: NewAccount) -> PasswordLink:
    hub = current_hub()
    now = hub.clock.now()
    with hub.database.transaction() as session:
        people.create_account(session, wanted, now, by=acting())
        return password_links.make_link(session, wanted.username, by=acting(), now=now)


def _do(username: str, change: Callable[[Session], None], done: str, conflict: Words) -> ResponseReturnValue:
    """Make a change in a transaction of its own and go back to the account, or say why it could not be made."""
    try:
        with current_hub().database.transaction() as session:
            change(session)
    except ConflictError:
        return _show(username, Notice(problem=conflict.of(reading_language())), _CONFLICT)
    return _back(username, done)


def _show(username: str, notice: Notice, status: int = 200) -> ResponseReturnValue:
    with read_session() as session:
        line, partners = people.find_account(session, username), _partners(session)
    own = acting() == f"account:{username}"
    now = current_hub().clock.now()
    page = account_page(line, partners, notice, own=own, language=reading_language(), now=now)
    return render_template("account.html", page=page), status


def _back(username: str, done: str) -> ResponseReturnValue:
    return redirect(url_for("people.account", username=username, done=done), code=303)


def _partners(session: Session) -> list[Partner]:
    return [partner for _number, partner in all_partners(session)]
