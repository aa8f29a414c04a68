"""Every job there is: what it does, how often, and how long it may take."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from payments_hub.bootstrap import Hub
from payments_hub.jobs.digesting import close_ended_days
from payments_hub.jobs.drawing import draw_requested
from payments_hub.jobs.forecasting import refresh_forecasts
from payments_hub.jobs.plausibility import look_at_series
from payments_hub.jobs.reconciling import reconcile_deliveries
from payments_hub.jobs.runner import Job
from payments_hub.services.submissions import ANSWERS_KEPT
from payments_hub.store import idempotent_answers, leases, outbox, quarantine, rollups

SLICES_A_DRAIN = 20_000
"""Bounds one drain's transaction to half a minute or so; what is left waits for the next slot."""

RAW_BYTES_A_RUN = 10_000
RUNS_KEPT = timedelta(days=7)
UNPUBLISHED_KEPT = timedelta(days=30)
"""As long as a topic keeps what was published; the receipts themselves stay with the API for ever."""


def jobs(hub: Hub) -> tuple[Job, ...]:
    """List the jobs; work that looks at the present asks the clock, not the slot."""
    clock = hub.clock

    def drain(session: Session, _slot: datetime) -> str:
        return f"{rollups.drain(session, limit=SLICES_A_DRAIN)} slices"

    def forecast(session: Session, _slot: datetime) -> str:
        return refresh_forecasts(session, clock.now())

    def draw(session: Session, _slot: datetime) -> str:
        return draw_requested(session, clock.now())

    def look(session: Session, _slot: datetime) -> str:
        return look_at_series(session, clock.now())

    def digest(session: Session, _slot: datetime) -> str:
        return close_ended_days(session, hub)

    def reconcile(session: Session, _slot: datetime) -> str:
        return reconcile_deliveries(session, clock.now())

    def forget(session: Session, slot: datetime) -> str:
        runs = leases.forget_runs(session, before=slot - RUNS_KEPT)
        receipts = outbox.forget_waiting(session, before=slot - UNPUBLISHED_KEPT)
        messages = quarantine.forget_raw_bytes(session, slot, limit=RAW_BYTES_A_RUN)
        answers = idempotent_answers.forget_answers(session, before=slot - ANSWERS_KEPT)
        return f"{runs} runs, {receipts} unpublished receipts, the bytes of {messages} messages, {answers} answers"

    return (
        Job("drain", "Rebuild the rollups over slices that changed.", 2, drain, limit_seconds=240),
        Job("forecasting", "Forecast indicators whose series changed.", 5, forecast, limit_seconds=600),
        Job("drawing", "Draw the charts that were asked for.", 2, draw, limit_seconds=120),
        Job("plausibility", "Once a day: usual ranges, silence, sources that disagree.", 3600, look, limit_seconds=900),
        Job("digesting", "Close each day that ended in the chain of acts; anchor the chain.", 300, digest, 300),
        Job("reconciling", "Count deliveries anew and hold them against their receipts.", 900, reconcile, 300),
        Job("forgetting", "Drop what was kept as long as was promised.", 3600, forget),
    )
