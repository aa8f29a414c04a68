"""What every command does first: read the settings and set the logs up."""

from __future__ import annotations

import os

from payments_hub.kernel.logs import configure_logs
from payments_hub.kernel.settings import Settings, load_settings


def enter() -> Settings:
    """Read the settings from this process's environment and set its logs up."""
    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format)
    return settings
