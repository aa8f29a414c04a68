"""How a one-time link reaches its person: as a letter in the outbox, or shown once to the administrator."""

from __future__ import annotations

from flask import request, url_for

from payments_hub.domain.languages import Language
from payments_hub.services.outbox import leave_letter, link_letter
from payments_hub.services.password_links import PasswordLink
from payments_hub.web import once
from payments_hub.web.context import current_hub
from payments_hub.web.sessions import arrived_by_tls


def hand_over(link: PasswordLink, language: Language) -> str:
    """
    Pass a link on, once the transaction that made it is committed.

    Returns:
        What the next page says was done: "letter" or "link".

    Raises:
        UnavailableError: The outbox cannot be written.

    """
    hub = current_hub()
    address = link_address(link.token)
    if hub.settings.outbox_dir is not None:
        leave_letter(hub.settings.outbox_dir, link_letter(link, address, language), hub.clock.now())
        return "letter"
    once.keep(link.username, address)
    return "link"


def link_address(token: str) -> str:
    """Write a link's whole address: under the public one where it is set, else as this browser reached the hub."""
    reached = f"{'https' if arrived_by_tls() else 'http'}://{request.host}"
    return (current_hub().settings.public_address or reached) + url_for("links.show", token=token)
