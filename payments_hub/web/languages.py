"""Which language a page is in: Vietnamese, unless the reader chose English by the link or in the account."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_babel import Babel

from payments_hub.domain.languages import Language
from payments_hub.web.context import reader, reading_language
from payments_hub.web.sessions import cookie_is_secure

COOKIE = "hub_language"

_YEAR_SECONDS = 31_536_000


def register_languages(app: Flask) -> None:
    """Let templates translate: their words are Vietnamese, and one catalogue turns them into English."""
    app.config["BABEL_DEFAULT_LOCALE"] = Language.VI.value
    Babel(app, locale_selector=lambda: reading_language().value)


def chosen_language() -> Language:
    """Find the reader's language: what the link chose, else what the account says, else Vietnamese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    account = reader()
    return Language.VI if account is None else account.language


def keep_language(answer: Response, language: Language) -> None:
    """Let the browser remember a language."""
    answer.set_cookie(
        COOKIE, language.value, max_age=_YEAR_SECONDS, secure=cookie_is_secure(), httponly=True, samesite="Lax"
    )
