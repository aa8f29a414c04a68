"""How often one may guess: the limit holds for many at once, for all processes, and for names that nobody has."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from payments_hub.services.attempts import MOST_BY_ACCOUNT, MOST_BY_ADDRESS, WINDOW, Attempt
from payments_hub.services.security_events import Kind
from payments_hub.services.signing_in import Credentials, Refusal, SignedIn, try_sign_in
from payments_hub.store.session import Database
from tests.support.overviews import NOW
from tests.support.web import PASSWORD, add_person

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

GUESSERS = 4


def outcome(database: Database, name: str, address: str, password: str = "", passed: timedelta = timedelta()) -> str:
    """Try once, and tell what came of it."""
    attempt = Attempt(Kind.SIGN_IN, None, address, "accounts.enter", "01K")
    with database.transaction() as session:
        came = try_sign_in(session, Credentials(name, password), attempt, secret_key="k" * 32, now=NOW + passed)
    return "signed in" if isinstance(came, SignedIn) else came.value


def guessed(database: Database, tries: list[tuple[str, str]]) -> Counter[str]:
    """Try names from addresses, four at a time, and count what came of it."""
    with ThreadPoolExecutor(GUESSERS) as guessers:
        return Counter(guessers.map(lambda one: outcome(database, *one), tries))


@pytest.mark.parametrize("name", ["lan", "nobody"])
def test_of_a_thousand_guesses_at_one_name_from_everywhere_ten_are_judged(database: Database, name: str) -> None:
    add_person(database)

    counted = guessed(database, [(name, f"2001:db8::{number:x}") for number in range(1000)])

    assert counted == {Refusal.NOT_PROVED: MOST_BY_ACCOUNT, Refusal.TOO_MANY: 1000 - MOST_BY_ACCOUNT}
    assert outcome(database, "lan", "2001:db8:1::1", PASSWORD) == ("too many" if name == "lan" else "signed in")


def test_of_a_thousand_names_guessed_from_one_address_thirty_are_judged(database: Database) -> None:
    counted = guessed(database, [(f"name{number}", "203.0.113.9") for number in range(1000)])

    assert counted == {Refusal.NOT_PROVED: MOST_BY_ADDRESS, Refusal.TOO_MANY: 1000 - MOST_BY_ADDRESS}
    assert outcome(database, "name", "203.0.113.10") == Refusal.NOT_PROVED


def test_one_may_try_again_when_the_failures_are_a_quarter_of_an_hour_old(database: Database) -> None:
    add_person(database)
    guessed(database, [("lan", "203.0.113.9")] * 12)

    came = [outcome(database, "lan", "203.0.113.9", PASSWORD, passed) for passed in (WINDOW / 2, WINDOW)]

    assert came == ["too many", "signed in"]


def test_signing_in_rightly_is_not_counted(database: Database) -> None:
    add_person(database)

    came = [outcome(database, "lan", "203.0.113.9", PASSWORD) for _time in range(12)]

    assert came == ["signed in"] * 12
