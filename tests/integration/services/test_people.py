"""What administrators do with accounts, and that somebody is always left to do it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.kernel.errors import ConflictError, HubError, InvalidValueError, NotFoundError
from payments_hub.services import people
from payments_hub.services.accounts import sign_in
from payments_hub.store.session import Database
from tests.support.overviews import NOW
from tests.support.small_hub import make_small_hub
from tests.support.web import PASSWORD, add_person

pytestmark = [pytest.mark.database, pytest.mark.timeout(120)]

BY = "account:mai"


def acts(database: Database) -> list[tuple[Any, ...]]:
    query = "SELECT action, subject, details FROM audit_entry WHERE actor = :by ORDER BY number"
    with database.transaction() as session:
        return [tuple(row) for row in session.execute(text(query), {"by": BY})]


def change_role(database: Database, username: str, role: Role, partner: str | None = None) -> None:
    with database.transaction() as session:
        people.change_role(session, username, role, partner, by=BY, now=NOW)


def take_out(database: Database, username: str) -> bool:
    """Disable an account, and tell whether that was done."""
    try:
        with database.transaction() as session:
            people.take_out(session, username, by=BY, now=NOW)
    except ConflictError:
        return False
    return True


def role_of(database: Database, username: str) -> tuple[Role, str | None]:
    with database.transaction() as session:
        viewer = people.find_account(session, username).account.viewer
    return viewer.role, viewer.partner


def test_a_role_is_changed_with_its_partner_and_recorded(database: Database) -> None:
    make_small_hub(database, ["AEON-HP"])
    add_person(database)

    change_role(database, "lan", Role.PARTNER, "AEON-HP")

    assert role_of(database, "lan") == (Role.PARTNER, "AEON-HP")
    told = {"role": "partner", "partner": "AEON-HP", "role_before": "analyst", "partner_before": None}
    assert acts(database) == [("account_role_changed", "account/lan", told)]


@pytest.mark.parametrize(
    ("role", "partner", "error"),
    [
        (Role.PARTNER, None, InvalidValueError),
        (Role.OFFICER, "AEON-HP", InvalidValueError),
        (Role.PARTNER, "NOBODY-HP", NotFoundError),
    ],
)
def test_a_partner_is_named_exactly_for_its_role(
    database: Database, role: Role, partner: str | None, error: type[HubError]
) -> None:
    add_person(database)

    with pytest.raises(error):
        change_role(database, "lan", role, partner)

    assert role_of(database, "lan") == (Role.ANALYST, None)


def test_what_changes_nothing_is_not_recorded(database: Database) -> None:
    add_person(database)

    change_role(database, "lan", Role.ANALYST)
    with database.transaction() as session:
        people.change_language(session, "lan", Language.VI, by=BY, now=NOW)
        people.enable_account(session, "lan", by=BY, now=NOW)

    assert acts(database) == []


def test_a_disabled_account_signs_in_again_when_it_is_enabled(database: Database) -> None:
    add_person(database)
    take_out(database, "lan")
    with database.transaction() as session:
        while_disabled = sign_in(session, "lan", PASSWORD, NOW)
        people.enable_account(session, "lan", by=BY, now=NOW)
        after = sign_in(session, "lan", PASSWORD, NOW)

    assert (while_disabled, after is not None) == (None, True)
    assert [act[0] for act in acts(database)] == ["account_disabled", "account_enabled"]


def test_the_last_administrator_can_be_neither_disabled_nor_given_another_role(database: Database) -> None:
    add_person(database, "mai", Role.ADMINISTRATOR)
    add_person(database, "hoa", Role.ADMINISTRATOR)

    first = take_out(database, "hoa")

    assert (first, take_out(database, "mai")) == (True, False)
    with pytest.raises(ConflictError):
        change_role(database, "mai", Role.OFFICER)
    assert role_of(database, "mai") == (Role.ADMINISTRATOR, None)


def test_two_administrators_that_disable_each_other_at_once_leave_one(database: Database) -> None:
    names = ["mai", "hoa"]
    for name in names:
        add_person(database, name, Role.ADMINISTRATOR)

    with ThreadPoolExecutor(2) as keepers:
        done = [*keepers.map(lambda name: take_out(database, name), names)]

    assert sorted(done) == [False, True]


@pytest.mark.parametrize("username", ["nobody", "la\0n", "", "x" * 500])
def test_nobody_is_not_found(database: Database, username: str) -> None:
    with pytest.raises(NotFoundError):
        take_out(database, username)
    with pytest.raises(NotFoundError):
        change_role(database, username, Role.ADMINISTRATOR)
