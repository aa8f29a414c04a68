import pytest

from payments_hub.store.errors import DatabaseURLError
from payments_hub.store.session import Database, driver_url


@pytest.mark.parametrize(
    "url",
    ["postgresql://hub:pw@db:5433/hub", "postgres://hub:pw@db:5433/hub", "postgresql+psycopg://hub:pw@db:5433/hub"],
)
def test_every_usual_way_to_write_postgresql_names_our_driver(url: str) -> None:
    assert driver_url(url).render_as_string(hide_password=False) == "postgresql+psycopg://hub:pw@db:5433/hub"


@pytest.mark.parametrize(
    "url", ["mysql://hub:canary@db/hub", "sqlite:///canary", "canary", "postgresql+asyncpg://c@d/e"]
)
def test_another_database_is_refused_and_its_password_not_repeated(url: str) -> None:
    with pytest.raises(DatabaseURLError, match="postgresql://user:password@host:port/name") as refusal:
        driver_url(url)

    assert "canary" not in str(refusal.value)


def test_making_a_database_connects_to_nothing() -> None:
    database = Database("postgresql://hub:pw@127.0.0.1:1/hub")

    assert "Connections in pool: 0" in database.engine.pool.status()
    database.dispose()


def test_the_password_is_not_shown() -> None:
    database = Database("postgresql://hub:canary@127.0.0.1:1/hub")

    assert "canary" not in repr(database.engine)
