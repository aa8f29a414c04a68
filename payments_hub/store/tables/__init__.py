"""Row classes, a module a subject. Importing this package makes `Base.metadata` whole."""

from payments_hub.store.tables import (
    accounts,
    analysis,
    answers,
    audit,
    feeds,
    holding,
    ingest,
    jobs,
    manifests,
    partners,
    places,
    plausibility,
    registry,
    replays,
    rollups,
)

__all__ = [
    "accounts",
    "analysis",
    "answers",
    "audit",
    "feeds",
    "holding",
    "ingest",
    "jobs",
    "manifests",
    "partners",
    "places",
    "plausibility",
    "registry",
    "replays",
    "rollups",
]
