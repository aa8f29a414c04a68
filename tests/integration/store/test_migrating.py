from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from payments_hub.store import migrations
from payments_hub.store.comparing import complete_metadata, differences
from payments_hub.store.errors import SchemaBusyError, UnknownRevisionError
from payments_hub.store.migrating import BASE, current, downgrade, head, lies_behind, upgrade
from payments_hub.store.session import Database
from tests.support.schema import described_schema

pytestmark = pytest.mark.database

STEPS = [script.revision for script in ScriptDirectory(migrations.__path__[0]).walk_revisions()][::-1]


def test_the_history_has_one_head_and_its_numbers_count_up() -> None:
    assert [f"{number:04}" for number in range(1, len(STEPS) + 1)] == STEPS
    assert head() == STEPS[-1]


def test_a_migrated_database_is_what_the_row_classes_say(database: Database) -> None:
    with database.engine.connect() as connection:
        found = differences(connection)

    assert found == []


def test_the_row_classes_alone_would_make_the_same_tables(database: Database, empty_database: Database) -> None:
    complete_metadata().create_all(empty_database.engine)

    migrated, made = described_schema(database), described_schema(empty_database)

    assert migrated.columns == made.columns
    assert migrated.constraints == made.constraints
    assert migrated.indexes == made.indexes


def test_up_down_and_up_again_leaves_the_same_schema(empty_database: Database) -> None:
    upgrade(empty_database)
    first = described_schema(empty_database)

    downgrade(empty_database, BASE)
    upgrade(empty_database)

    assert described_schema(empty_database) == first


def test_going_down_leaves_nothing_behind(empty_database: Database) -> None:
    bare = described_schema(empty_database)
    upgrade(empty_database)

    downgrade(empty_database, BASE)

    assert inspect(empty_database.engine).get_table_names() == ["alembic_version"]
    assert described_schema(empty_database).routines == bare.routines


@pytest.mark.parametrize(("below", "above"), [*pairwise([BASE, *STEPS])])
def test_each_step_can_be_taken_back_alone(empty_database: Database, below: str, above: str) -> None:
    upgrade(empty_database, above)
    with_step = described_schema(empty_database)

    taken_back = downgrade(empty_database, below)
    upgrade(empty_database, above)

    assert [step.revision for step in taken_back] == [above]
    assert described_schema(empty_database) == with_step


def test_running_the_steps_again_does_nothing(empty_database: Database) -> None:
    first = upgrade(empty_database)

    again = upgrade(empty_database)

    assert [step.revision for step in first] == STEPS
    assert again == ()


def test_two_that_migrate_at_once_run_each_step_once(empty_database: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: upgrade(empty_database), range(2)))

    assert sorted(step.revision for run in runs for step in run) == STEPS
    assert current(empty_database) == head()


def test_a_step_that_is_not_there_is_named(empty_database: Database) -> None:
    with pytest.raises(UnknownRevisionError, match=r"9999.*The last step is"):
        upgrade(empty_database, "9999")


def test_only_an_earlier_step_lies_behind(empty_database: Database) -> None:
    upgrade(empty_database, "0002")

    answers = {to: lies_behind(empty_database, to) for to in (BASE, "0001", "0002", "0003", "head")}

    assert answers == {BASE: True, "0001": True, "0002": False, "0003": False, "head": False}


def test_a_table_in_use_stops_a_step_soon_and_whole(database: Database) -> None:
    with database.engine.connect() as reader:
        reader.execute(text("LOCK TABLE place IN ACCESS SHARE MODE"))
        with pytest.raises(SchemaBusyError, match="run the command again"):
            downgrade(database, BASE)
    upgrade(database)

    assert current(database) == head()
    assert inspect(database.engine).has_table("place")
