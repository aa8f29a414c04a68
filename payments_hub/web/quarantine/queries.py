"""What a page of quarantine is asked for, read from its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from payments_hub.contracts.codes import CODES
from payments_hub.domain import formatting
from payments_hub.domain.flows import FLOWS
from payments_hub.services.quarantine import LARGEST_REPLAY, Selection
from payments_hub.store.quarantine import QuarantineQuery, QuarantineState

_LONGEST = 200
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What was asked for, as it was typed.

    Args:
        deliveries: Numbers of deliveries that were ticked.
        day_is_wrong: Whether `since` is no day.

    """

    partner: str = ""
    code: str = ""
    field: str = ""
    got: str | None = None
    flow: str = ""
    since: str = ""
    state: QuarantineState = QuarantineState.OPEN
    deliveries: tuple[int, ...] = ()

    @property
    def day_is_wrong(self) -> bool:
        """Tell whether what was typed for a day is none."""
        return bool(self.since) and formatting.read_day(self.since) is None

    def query(self) -> QuarantineQuery:
        """Ask the store."""
        return QuarantineQuery(
            partner=self.partner or None,
            code=self.code or None,
            field=self.field or None,
            got=self.got,
            flow=self.flow or None,
            since=formatting.read_day(self.since),
            state=self.state,
        )

    def selection(self) -> Selection:
        """Choose for a replay: what was ticked, or else all that the query finds."""
        return Selection(self.deliveries, self.query())

    def parameters(self, **changed: str | int | None) -> str:
        """Write it as an address's query, with changes."""
        kept: dict[str, str | int | None] = {
            "partner": self.partner,
            "code": self.code,
            "field": self.field,
            "got": self.got,
            "flow": self.flow,
            "since": self.since,
            "state": "" if self.state is QuarantineState.OPEN else self.state.value,
        }
        named = {
            name: value for name, value in {**kept, **changed}.items() if value not in {None, ""} or _said(name, value)
        }
        return urlencode(named)

    def hidden(self) -> tuple[tuple[str, str], ...]:
        """List the fields by which a form says the same."""
        named = [("partner", self.partner), ("code", self.code), ("field", self.field), ("flow", self.flow)]
        named += [("since", self.since)]
        if self.got is not None:
            named.append(("got", self.got))
        ticked = [("delivery", str(number)) for number in self.deliveries]
        return (*((name, value) for name, value in named if value or name == "got"), *ticked)


def _said(name: str, value: object) -> bool:
    """Tell whether what stood there was the empty text, which is not the same as nothing."""
    return name == "got" and value == ""


def asked_for(given: MultiDict[str, str]) -> Asked:
    """Read an address's query or a form's fields; what is not on a list counts as not asked."""
    return Asked(
        partner=_one(given, "partner"),
        code=_listed(given, "code", CODES),
        field=_one(given, "field"),
        got=given["got"][:_LONGEST].replace("\0", "") if "got" in given else None,
        flow=_listed(given, "flow", FLOWS),
        since=_one(given, "since"),
        state=QuarantineState(_listed(given, "state", {state.value: state for state in QuarantineState}) or "open"),
        deliveries=tuple(numbers_of(given.getlist("delivery"))[:LARGEST_REPLAY]),
    )


def _one(given: MultiDict[str, str], name: str) -> str:
    # PostgreSQL keeps no NUL in a text, so that nothing can be found by one.
    return given.get(name, "").strip()[:_LONGEST].replace("\0", "")


def _listed(given: MultiDict[str, str], name: str, known: Mapping[str, object]) -> str:
    value = _one(given, name)
    return value if value in known else ""


def numbers_of(texts: list[str]) -> list[int]:
    """Read the numbers out of what was given; what is none, or fits no column, is passed over."""
    found = [
        int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < len(str(_LARGEST_NUMBER))
    ]
    return sorted(set(found))
