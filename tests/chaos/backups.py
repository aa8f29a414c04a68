"""I27: the database is destroyed and restored from a dump that is older than what was read: it reads on from there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from sqlalchemy import make_url, text

from payments_hub.store.embedded import embedded_binaries
from payments_hub.store.session import Database
from tests.chaos.bench import Bench, Hub, Scenario, compare
from tests.chaos.database import Server
from tests.chaos.outcome import Outcome

_RESTORE_SECONDS = 60
_DIGEST = text(
    "SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM ("
    "  SELECT concat_ws('|', 'delivery', position, encode(bytes_sha256, 'hex'), verdict, event_id, period, revision)"
    "  FROM delivery JOIN receipt ON receipt.delivery_id = delivery.id"
    "  UNION ALL"
    "  SELECT concat_ws('|', 'slice', flow, place.code, start, slice_head.revision, total_amount,"
    "   encode(cells_sha256, 'hex')) FROM slice_head JOIN place ON place.id = place_id"
    "  UNION ALL"
    "  SELECT concat_ws('|', 'cell', delivery.position, ordinal, instrument, sector, count, amount)"
    "  FROM slice_cell JOIN slice_revision ON slice_revision.id = revision_id"
    "  JOIN delivery ON delivery.id = delivery_id"
    "  UNION ALL"
    "  SELECT concat_ws('|', 'feed', topic, partition, next_offset) FROM feed_offset"
    ") AS all_of_it(line)"
)


def restore(bench: Bench, outcome: Outcome) -> None:
    """Dump while records are read, read on, destroy, restore, read on; compare with an undisturbed run."""
    half = bench.size(2_000, 300)
    with bench.hub() as hub:
        bench.send(hub.topics[0], range(half))
        with bench.worker(hub) as worker:
            hub.wait_for(half // 4)
            dump = _dump(hub.database, bench.folder / "hub.dump")
            bench.send(hub.topics[0], range(half, 2 * half))
            hub.wait_for(2 * half)
            worker.end()
        _destroy_and_restore(bench.server, hub.database, dump)
        at = hub.stored().next_offset
        outcome.expect(at < 2 * half, f"void: the dump was not older, it stands at {at}")
        with bench.worker(hub) as worker:
            hub.wait_for(2 * half)
            worker.end()
        outcome.faults["database destroyed and restored from a dump"] += 1
        outcome.figures["records read again"] = 2 * half - at
        compare(outcome, hub, range(2 * half))
        undisturbed = _control_run(bench, hub, 2 * half)
        outcome.expect(_digest(hub.database) == undisturbed, "the tables differ from those of an undisturbed run")


def _dump(database: Database, path: Path) -> Path:
    _run("pg_dump", "--format=custom", f"--file={path}", f"--dbname={_url(database)}")
    return path


def _destroy_and_restore(server: Server, database: Database, dump: Path) -> None:
    name = str(database.engine.url.database)
    database.dispose()
    server.drop(name)
    server.make(name, "template0")
    url = make_url(server.cluster.superuser_url(name)).render_as_string(hide_password=False)
    _run("pg_restore", "--exit-on-error", f"--dbname={url}", str(dump))


def _control_run(bench: Bench, hub: Hub, records: int) -> str:
    """Read the same topic into a hub of its own that nothing disturbs, and tell its digest."""
    with bench.other_hub(hub) as control, bench.worker(control) as worker:
        control.wait_for(records)
        worker.end()
        return _digest(control.database)


def _digest(database: Database) -> str:
    with database.transaction() as session:
        return str(session.execute(_DIGEST).scalar_one())


def _url(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    subprocess.run(  # noqa: S603  our own programs
        [str(embedded_binaries() / program), *arguments], check=True, timeout=_RESTORE_SECONDS, stdin=subprocess.DEVNULL
    )


BACKUPS = (Scenario("I27", "restored from an older dump", 150, restore, least=4_000),)
