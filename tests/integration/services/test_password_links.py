"""A link by which a password is set: one use, one day, one at a time, and all sessions end with it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from payments_hub.domain.passwords import PasswordFault
from payments_hub.domain.people import Role
from payments_hub.kernel.errors import ConflictError, NotFoundError
from payments_hub.services import people
from payments_hub.services.accounts import NewAccount, create_account, sign_in, signed_in_account
from payments_hub.services.password_links import LINK_LIFE, PasswordLink, is_good, make_link, set_password
from payments_hub.store.session import Database
from tests.support.commands import address_of
from tests.support.overviews import NOW
from tests.support.web import PASSWORD, add_person

pytestmark = [pytest.mark.database, pytest.mark.timeout(120)]

NEW = "một câu khác hẳn câu trước"
BY = "account:mai"


def new_link(database: Database, username: str = "lan") -> PasswordLink:
    with database.transaction() as session:
        return make_link(session, username, by=BY, now=NOW)


def used(database: Database, token: str, password: str = NEW, passed: timedelta = timedelta()) -> bool:
    """Use a link, and tell whether it set the password."""
    try:
        with database.transaction() as session:
            return set_password(session, token, password, NOW + passed) is None
    except NotFoundError:
        return False


def signs_in(database: Database, password: str, username: str = "lan") -> bool:
    with database.transaction() as session:
        return sign_in(session, username, password, NOW) is not None


def test_a_link_sets_the_password_once(database: Database) -> None:
    add_person(database)
    link = new_link(database)

    uses = [used(database, link.token), used(database, link.token, "lần thứ hai thì không được")]

    assert uses == [True, False]
    assert (signs_in(database, NEW), signs_in(database, PASSWORD)) == (True, False)


def test_of_fifty_uses_at_once_one_wins(database: Database) -> None:
    add_person(database)
    token = new_link(database).token
    passwords = [f"câu thứ {number} trong năm mươi câu" for number in range(50)]

    wide = Database(address_of(database), connections=25)
    with ThreadPoolExecutor(50) as users:
        won = [*users.map(lambda password: used(wide, token, password), passwords)]
    wide.dispose()

    assert won.count(True) == 1
    assert signs_in(database, passwords[won.index(True)])


@pytest.mark.parametrize(("passed", "works"), [(LINK_LIFE - timedelta(seconds=1), True), (LINK_LIFE, False)])
def test_a_link_works_for_a_day(database: Database, passed: timedelta, *, works: bool) -> None:
    add_person(database)

    assert used(database, new_link(database).token, passed=passed) is works


def test_a_newer_link_voids_the_older_one(database: Database) -> None:
    add_person(database)
    older, newer = new_link(database), new_link(database)

    assert (used(database, older.token), used(database, newer.token)) == (False, True)


def test_looking_at_a_link_does_not_use_it_up(database: Database) -> None:
    add_person(database)
    link = new_link(database)

    with database.transaction() as session:
        looks = [is_good(session, link.token, NOW) for _look in range(3)]

    assert looks == [True] * 3
    assert used(database, link.token)


def test_a_password_that_is_refused_does_not_use_the_link_up(database: Database) -> None:
    add_person(database)
    link = new_link(database)

    with database.transaction() as session:
        fault = set_password(session, link.token, "password1234", NOW)

    assert fault is PasswordFault.COMMON
    assert used(database, link.token)


def test_setting_a_password_ends_every_session_of_the_account(database: Database) -> None:
    add_person(database)
    with database.transaction() as session:
        signed_in = sign_in(session, "lan", PASSWORD, NOW)
    token = "" if signed_in is None else signed_in[1]

    used(database, new_link(database).token)

    with database.transaction() as session:
        assert signed_in_account(session, token, NOW) is None


def test_a_disabled_account_gets_no_link_and_its_link_is_void(database: Database) -> None:
    add_person(database)
    link = new_link(database)

    with database.transaction() as session:
        people.take_out(session, "lan", by=BY, now=NOW)

    with pytest.raises(ConflictError):
        new_link(database)
    assert not used(database, link.token)
    with database.transaction() as session:
        people.enable_account(session, "lan", by=BY, now=NOW)
    assert not used(database, link.token)


def test_an_account_that_waits_for_its_first_password_cannot_sign_in(database: Database) -> None:
    with database.transaction() as session:
        create_account(session, NewAccount("lan", None, Role.OFFICER), NOW, by=BY)

    before = [signs_in(database, password) for password in ("", "None", NEW)]
    used(database, new_link(database).token)

    assert (before, signs_in(database, NEW)) == ([False] * 3, True)


def test_the_database_holds_no_token_and_the_audit_tells_who_did_what(database: Database) -> None:
    add_person(database)
    link = new_link(database)
    used(database, link.token)

    with database.transaction() as session:
        links = str(session.execute(text("SELECT p::text FROM password_reset AS p")).all())
        acts = session.execute(text("SELECT actor, action, subject FROM audit_entry ORDER BY number")).all()

    assert link.token not in links
    assert [tuple(act) for act in acts[1:]] == [
        (BY, "password_link_made", "account/lan"),
        ("account:lan", "password_set", "account/lan"),
    ]
