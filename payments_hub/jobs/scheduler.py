"""The scheduler's process: APScheduler keeps the time, the runner decides whether a slot is ours."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from threading import Event
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from payments_hub.jobs.runner import Job, Runner
from payments_hub.kernel.errors import UnavailableError

log = structlog.get_logger()

LONGEST_TICK_SECONDS = 30
"""How often a job of long slots is looked at, so that one that a dead scheduler left undone need not wait for a day."""


def run_scheduler(runner: Runner, jobs: Sequence[Job]) -> None:
    """Run jobs in their slots until SIGTERM or SIGINT; what is under way is finished first."""
    stop = Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    scheduler = start(runner, jobs)
    stop.wait()
    scheduler.shutdown(wait=True)
    runner.give_lease_back()


def start(runner: Runner, jobs: Sequence[Job]) -> BackgroundScheduler:
    """Start ticking in threads of this process."""
    _keep_lease(runner)
    # A tick that is late is run once, not once for each that was missed: the runner knows which slots are due.
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(_keep_lease, "interval", args=[runner], seconds=runner.lease_seconds / 4, id="lease")
    for job in jobs:
        scheduler.add_job(_tick, "interval", args=[runner, job], seconds=_tick_seconds(job), id=job.name)
    scheduler.start()
    log.info("scheduler_started", jobs=[job.name for job in jobs])
    return scheduler


def _tick_seconds(job: Job) -> int:
    return min(job.every_seconds, LONGEST_TICK_SECONDS)


def _keep_lease(runner: Runner) -> None:
    try:
        runner.keep_lease()
    except (SQLAlchemyError, UnavailableError) as error:
        log.warning("lease_not_kept", error=type(error).__name__)


def _tick(runner: Runner, job: Job) -> None:
    """Run a job's due slots; the one place where a job's fault stops and is logged, to be tried in the next slot."""
    try:
        runner.tick(job)
    except UnavailableError as error:
        # Said in a line: an outage is nobody's fault in this program, and every job meets it every second.
        log.warning("job_put_off", job=job.name, error=error.message)
    except Exception:
        log.exception("job_failed", job=job.name)
