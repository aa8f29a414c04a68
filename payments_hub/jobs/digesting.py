"""Close each day that ended: its receipts' digests into the chain of acts, the chain's head into the anchors' file."""

from __future__ import annotations

from sqlalchemy.orm import Session

from payments_hub.bootstrap import Hub
from payments_hub.services.digests import anchor_heads, close_days
from payments_hub.store.anchors import FILE


def close_ended_days(session: Session, hub: Hub) -> str:
    """Anchor the days that earlier runs closed, then close those that ended since; their anchor comes with the next."""
    anchored = anchor_heads(session, hub.settings.var_dir / FILE, hub.secret_key)
    return f"{close_days(session, hub.clock.now())} days, {anchored} anchors"
