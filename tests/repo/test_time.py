import ast
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import DateTime

from payments_hub.store.base import Instant
from payments_hub.store.comparing import complete_metadata
from tests.support.repository import read, tracked

CLOCK = "payments_hub/kernel/clock.py"
PACKAGES = ("payments_hub/", "consumers/", "models/", "sme_registry/")
WALL = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def calls(prefix: tuple[str, ...]) -> Iterator[tuple[Path, ast.Call]]:
    for path in tracked():
        if path.suffix == ".py" and path.as_posix().startswith(prefix):
            yield from ((path, node) for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> tuple[str, str]:
    match call.func:
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return owner, name
        case ast.Name(id=name):
            return "", name
        case _:
            return "", ""


def test_only_the_clock_looks_at_the_wall() -> None:
    found = [f"{path}:{call.lineno}" for path, call in calls(PACKAGES) if name_of(call) in WALL]

    assert [place for place in found if not place.startswith(CLOCK)] == []


def test_every_instant_in_the_database_has_its_zone() -> None:
    columns = [column for table in complete_metadata().sorted_tables for column in table.columns]
    instants = [column for column in columns if isinstance(getattr(column.type, "impl", column.type), DateTime)]

    assert len(instants) > 0
    assert [str(column) for column in instants if not isinstance(column.type, Instant)] == []
