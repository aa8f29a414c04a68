"""Row-level security for those who only read: a partner's reader sees that partner's rows alone."""

from __future__ import annotations

from payments_hub.store.migrations.readers import (
    SCOPE_PARTNER,
    create_scope,
    drop_scope,
    ensure_readers,
    forget_readers,
    hide,
    show_own,
    show_to_city,
    show_whole,
)

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OF_NOBODY = (
    *("area_scheme", "place", "site_interval", "site_area", "area_change", "place_reach", "reference_state"),
    *("period_lock", "chart"),  # a drawing is found by the hash of all that it shows, which only its readers are told
)
_BY_NUMBER = (
    *("delivery", "receipt", "seen_event", "slice_revision", "slice_head", "touched_slice", "held_slice"),
    *("manifest_revision", "manifest_state", "plausibility_band", "series_warning", "warning_answer"),
    *("receipt_outbox", "replayed_delivery", "rollup_key", "obligation"),
)
_BY_ANOTHER = {
    "partner": f"id = {SCOPE_PARTNER}",
    "quarantine": "EXISTS (SELECT FROM delivery WHERE delivery.id = quarantine.delivery_id)",
    "slice_cell": "EXISTS (SELECT FROM slice_revision WHERE slice_revision.id = slice_cell.revision_id)",
    "rollup": "EXISTS (SELECT FROM rollup_key WHERE rollup_key.id = rollup.key_id)",
    "replay": "EXISTS (SELECT FROM replayed_delivery WHERE replayed_delivery.replay_id = replay.id)",
    "feed_offset": "topic IN (SELECT 'feeds.' || code FROM partner)",
    "consumer_status": "topic IN (SELECT 'feeds.' || code FROM partner)",
}
"""Whose a row is, where it does not say so itself: a table that is asked here is bound for the asker in its turn."""

_WITH_SECRETS = {
    "account": ("id", "username", "role", "partner_id", "language", "created_at", "disabled_at"),
    "api_key": (
        *("id", "partner_id", "prefix", "label", "scopes"),
        *("created_at", "expires_at", "revoked_at", "last_used_at"),
    ),
}
_OF_THE_CITY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("target", "forecast", "firm", "firm_facts", "firm_import", "enrolment"), ()),
    **dict.fromkeys(("audit_entry", "security_event", "lease", "job_run", "job_request"), ()),
    # When somebody was here and until when a link may be used; never by what.
    "web_session": ("account_id", "created_at", "last_seen_at", "ended_at"),
    "password_reset": ("account_id", "made_by", "made_at", "expires_at", "used_at"),
}
_HIDDEN = ("idempotent_answer",)


def upgrade() -> None:
    """Say of every table what readers may see of it."""
    ensure_readers()
    create_scope()
    for table in _OF_NOBODY:
        show_whole(table)
    for table in _BY_NUMBER:
        show_own(table, f"partner_id = {SCOPE_PARTNER}")
    for table, own in _BY_ANOTHER.items():
        show_own(table, own)
    for table, columns in _WITH_SECRETS.items():
        show_own(table, f"partner_id = {SCOPE_PARTNER}", columns)
    for table, columns in _OF_THE_CITY.items():
        show_to_city(table, columns)
    for table in _HIDDEN:
        hide(table)


def downgrade() -> None:
    """Take all of it back; the roles stay, for they are the server's."""
    for table in (*_OF_NOBODY, *_BY_NUMBER, *_BY_ANOTHER, *_WITH_SECRETS, *_OF_THE_CITY, *_HIDDEN):
        forget_readers(table)
    drop_scope()
