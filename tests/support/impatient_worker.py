"""The web server's worker with little patience, so that a test need not wait for long."""

from __future__ import annotations

from payments_hub.web.worker import DeadlineWorker

PATIENCE_SECONDS = 2.0


class ImpatientWorker(DeadlineWorker):
    """Lets a request take two seconds to arrive."""

    request_seconds = PATIENCE_SECONDS
