"""The page of components."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from payments_hub.domain.people import Action
from payments_hub.web.access import needs, route
from payments_hub.web.context import reading_language
from payments_hub.web.design.pages import design_page


def blueprint() -> Blueprint:
    """Make the route of the page."""
    made = Blueprint("design", __name__)
    route(made, "/design", needs(Action.SEE_OVERVIEW))(components)
    return made


def components() -> ResponseReturnValue:
    """Show every component once, in every state; all that it shows is made up."""
    return render_template("design.html", page=design_page(reading_language()))
