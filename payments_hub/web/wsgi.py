"""What the server's workers call: each makes its own application, for a connection is not shared between processes."""

from __future__ import annotations

import os

from flask import Flask

from payments_hub.bootstrap import open_hub
from payments_hub.kernel.logs import configure_logs
from payments_hub.kernel.settings import load_settings
from payments_hub.web.app import create_app
from payments_hub.web.capacity import THREADS


def make_app() -> Flask:
    """Make the application from this process's environment."""
    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format)
    return create_app(open_hub(settings, application_name="payments-hub web", connections=THREADS))
