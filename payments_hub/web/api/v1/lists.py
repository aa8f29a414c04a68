"""What a partner's machine may look up: code lists, its obligations, the published schemas, itself."""

from __future__ import annotations

from importlib.resources import files

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.contracts.batches import MAX_BATCH_BYTES, MAX_MESSAGES
from payments_hub.contracts.codes import RULES_VERSION
from payments_hub.contracts.envelope import MAX_BYTES
from payments_hub.contracts.slice_v1 import MAX_CELLS
from payments_hub.ingest.reference import SOURCE_PREFIX, Reference
from payments_hub.kernel.clock import local_day
from payments_hub.store.partners import all_partners
from payments_hub.web.api.v1.answers import answer_model, answer_read
from payments_hub.web.api.v1.code_lists import CODE_LISTS, FREQUENCY_NAMES, Asker, code_list
from payments_hub.web.api.v1.limits import BATCHES_AT_ONCE
from payments_hub.web.api.v1.queries import Query, read_query
from payments_hub.web.api.v1.shapes import (
    CodeListNameV1,
    CodeListsV1,
    KeyV1,
    LimitsV1,
    MeV1,
    ObligationsV1,
    ObligationV1,
    WordsV1,
)
from payments_hub.web.context import caller_key, caller_partner, current_hub, read_session

SCHEMA_TYPE = "application/schema+json"
_PUBLISHED = files("payments_hub.contracts") / "published"


def list_code_lists() -> ResponseReturnValue:
    """Answer with the names of all code lists."""
    read_query(Query)
    lists = tuple(
        CodeListNameV1(name=name, title=WordsV1.of(source.title), path=f"/api/v1/code-lists/{name}")
        for name, source in CODE_LISTS.items()
    )
    return answer_model(CodeListsV1(lists=lists))


def one_code_list(name: str) -> ResponseReturnValue:
    """Answer with one code list."""
    if name not in CODE_LISTS:
        raise NotFound
    read_query(Query)
    asker = Asker(caller_partner(), _reference(), local_day(current_hub().clock.now()))
    return answer_model(code_list(name, asker))


def list_obligations() -> ResponseReturnValue:
    """Answer with what the caller owes or owed."""
    read_query(Query)
    owed = [
        duty
        for (partner, _flow, _place), duties in _reference().obligations.items()
        for duty in duties
        if partner == caller_partner()
    ]
    owed.sort(key=lambda duty: (duty.flow, duty.place, duty.valid_from))
    shown = tuple(
        ObligationV1(
            flow=duty.flow,
            site=duty.place,
            frequency=FREQUENCY_NAMES[duty.frequency],
            due_days=duty.due_days,
            valid_from=duty.valid_from,
            valid_to=duty.valid_to,
        )
        for duty in owed
    )
    return answer_model(ObligationsV1(obligations=shown))


def one_schema(file_name: str) -> ResponseReturnValue:
    """Answer with a published JSON Schema, also of a version that is no longer the newest."""
    read_query(Query)
    if not file_name.endswith(".schema.json") or file_name not in {path.name for path in _PUBLISHED.iterdir()}:
        raise NotFound
    return answer_read((_PUBLISHED / file_name).read_bytes(), SCHEMA_TYPE)


def who_am_i() -> ResponseReturnValue:
    """Answer with the caller's partner, key and limits."""
    read_query(Query)
    with read_session() as session:
        shown = _me(session)
    return answer_model(shown)


def _reference() -> Reference:
    # It is read for all callers at once, so never in a session that sees one partner's rows alone.
    hub = current_hub()
    with hub.database.transaction() as session:
        return hub.reference.current(session)


def _me(session: Session) -> MeV1:
    code, key, settings = caller_partner(), caller_key(), current_hub().settings
    partner = next(partner for _, partner in all_partners(session) if partner.code == code)
    return MeV1(
        partner=code,
        name=WordsV1(vi=partner.name_vi, en=partner.name_en),
        source=f"{SOURCE_PREFIX}{code}",
        currency=partner.currency,
        simulated=partner.simulated,
        key=KeyV1(prefix=key.prefix or "", scopes=tuple(sorted(key.scopes))),
        limits=LimitsV1(
            requests_a_minute=settings.api_requests_a_minute,
            messages_a_minute=settings.api_messages_a_minute,
            messages_a_day=settings.api_messages_a_day,
            batches_at_once=BATCHES_AT_ONCE,
            messages_a_batch=MAX_MESSAGES,
            bytes_a_batch=MAX_BATCH_BYTES,
            bytes_a_message=MAX_BYTES,
            cells_a_message=MAX_CELLS,
        ),
        rules_version=RULES_VERSION,
    )
