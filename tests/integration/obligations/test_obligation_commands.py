"""Files of obligations on the command line: whole or not at all, first shown, told by line, kept apart, recorded."""

from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from click.testing import CliRunner, Result

from payments_hub.cli import main
from payments_hub.domain.coverage import Obligation
from payments_hub.kernel.errors import ConflictError
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import all_obligations, save_obligations
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER, obligation
from tests.support.hub import MARKET, RIVAL, SmallHub, small_hub

pytestmark = pytest.mark.database

HEADER = "partner,flow,place,frequency,due_days,valid_from,valid_to"
ENDED = f"{PARTNER},POS_SALES,{MALL},D,1,2020-01-01,2026-06-30"
LATER = f"{PARTNER},POS_SALES,{MALL},D,3,2026-07-01,"


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> dict[str, str]:
    url = database.engine.url.render_as_string(hide_password=False)
    return {"PAYMENTS_HUB_DATABASE_URL": url, "PAYMENTS_HUB_VAR_DIR": str(tmp_path / "var")}


def run(environment: dict[str, str], *arguments: str, lines: tuple[str, ...] = ()) -> Result:
    content = "\n".join((HEADER, *lines))
    return CliRunner(env=environment).invoke(main, [*arguments], input=content)


def saved(hub: SmallHub) -> set[Obligation]:
    with hub.database.transaction() as session:
        return set(all_obligations(session))


def test_a_file_ends_one_agreement_and_begins_the_next(hub: SmallHub, environment: dict[str, str]) -> None:
    result = run(environment, "obligations", "import", "-", lines=(ENDED, LATER))

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (
        0,
        "saved: lines=2 added=1 changed=1 unchanged=0 faults=0",
    )
    assert saved(hub) >= {
        obligation(valid_to=date(2026, 6, 30)),
        obligation(due_days=3, valid_from=date(2026, 7, 1)),
    }
    assert hub.rows("SELECT action FROM audit_entry") == [("obligations_imported",)]


def test_a_dry_run_shows_the_difference_and_saves_nothing(hub: SmallHub, environment: dict[str, str]) -> None:
    before = saved(hub)

    result = run(environment, "obligations", "import", "-", "--dry-run", lines=(ENDED, LATER))

    assert result.exit_code == 0
    assert f"+ {PARTNER} POS_SALES {MALL} D +3 2026-07-01.." in result.stdout
    assert f"~ {PARTNER} POS_SALES {MALL} D +1 2020-01-01.. → " in result.stdout
    assert saved(hub) == before


def test_one_fault_refuses_the_whole_file_and_every_fault_is_told(hub: SmallHub, environment: dict[str, str]) -> None:
    before = saved(hub)
    wrong = f"{PARTNER},POS_SALES,MALL-0999,W,1,2026-07-01,"

    result = run(environment, "obligations", "import", "-", "--language", "en", lines=(ENDED, LATER, wrong, LATER))

    assert result.exit_code == 1
    assert [text.partition(":")[0] for text in result.stdout.splitlines()[:3]] == [
        "line 4, frequency",
        "line 4, place",
        "line 5, valid_from",
    ]
    assert saved(hub) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"partner;flow;plaec\n", "plaec"),
        (b"\xff\xfe\x00", "file"),
        (HEADER.encode() + b"\nAEON-HP,POS_SALES\n", "line 2"),
        (HEADER.encode() + b'\n"AEON-HP,POS_SALES\n', "line 2"),
    ],
    ids=["empty", "header", "encoding", "short-line", "open-quote"],
)
def test_a_file_that_is_no_such_file_is_refused(
    hub: SmallHub, environment: dict[str, str], tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "obligations.csv"
    file.write_bytes(content)

    result = CliRunner(env=environment).invoke(main, ["obligations", "import", str(file), "--language", "en"])

    assert result.exit_code == 1
    assert said in result.stdout
    assert "refused:" in result.stdout


def test_the_same_file_again_changes_nothing(hub: SmallHub, environment: dict[str, str]) -> None:
    run(environment, "obligations", "import", "-", lines=(ENDED, LATER))

    again = run(environment, "obligations", "import", "-", lines=(ENDED, LATER))

    assert "added=0 changed=0 unchanged=2" in again.stdout
    assert hub.number("SELECT count(*) FROM audit_entry") == 1


def test_what_is_exported_can_be_imported_and_changes_nothing(
    hub: SmallHub, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "obligations.csv"
    CliRunner(env=environment).invoke(main, ["obligations", "export", "--output", str(file)])

    again = CliRunner(env=environment).invoke(main, ["obligations", "import", str(file)])

    assert file.read_bytes().startswith(b"\xef\xbb\xbfpartner,flow,place")
    assert f"lines={len(saved(hub))} added=0 changed=0 unchanged={len(saved(hub))} faults=0" in again.stdout


def test_obligations_of_one_partner_are_listed(hub: SmallHub, environment: dict[str, str]) -> None:
    result = run(environment, "obligations", "list", "--partner", RIVAL, "--flow", "POS_SALES")

    assert result.stdout.splitlines() == [
        f"{RIVAL} POS_SALES {MALL} D +1 2020-01-01..",
        f"{RIVAL} POS_SALES {MARKET} D +1 2020-01-01..",
    ]


def test_overlapping_agreements_are_refused_when_saved(hub: SmallHub) -> None:
    before = saved(hub)

    with pytest.raises(ConflictError, match="two agreements at a time"), hub.database.transaction() as session:
        save_obligations(session, [obligation(Frequency.DAY, valid_from=date(2026, 7, 1))])

    assert saved(hub) == before


def test_of_two_who_save_overlapping_agreements_at_once_one_is_refused(hub: SmallHub) -> None:
    outcomes: list[str] = []
    start = Barrier(2)

    def save(day: int) -> None:
        try:
            with hub.database.transaction() as session:
                start.wait(10)
                save_obligations(
                    session, [obligation(place="MALL-0021", flow="ACCEPTANCE_POINTS", valid_from=day_of(day))]
                )
            outcomes.append("saved")
        except ConflictError:
            outcomes.append("refused")

    threads = [Thread(target=save, args=(day,)) for day in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["refused", "saved"]


def test_a_partner_is_registered_and_listed(hub: SmallHub, environment: dict[str, str]) -> None:
    added = run(environment, "partner", "add", "BANK-TEST", "--name-vi", "Ngân hàng Thử")
    wrong = run(environment, "partner", "add", "bank_test", "--name-vi", "Ngân hàng Thử")

    assert (added.exit_code, wrong.exit_code) == (0, 2)
    assert "BANK-TEST VND main Ngân hàng Thử\n" in run(environment, "partner", "list").stdout
    assert hub.rows("SELECT action, subject FROM audit_entry") == [("partner_registered", "BANK-TEST")]


def test_a_partner_is_moved_to_another_group_and_who_did_it_is_recorded_once(
    hub: SmallHub, environment: dict[str, str]
) -> None:
    run(environment, "partner", "add", "BANK-TEST", "--name-vi", "Ngân hàng Thử")

    moved = run(environment, "partner", "group", "BANK-TEST", "banks")
    again = run(environment, "partner", "group", "BANK-TEST", "banks")

    assert (moved.output, again.output) == (
        "BANK-TEST is read in banks; it was read in main.\n",
        "BANK-TEST is in banks.\n",
    )
    assert "BANK-TEST VND banks Ngân hàng Thử\n" in run(environment, "partner", "list").stdout
    assert hub.rows("SELECT action, subject, details FROM audit_entry")[1:] == [
        ("partner_moved", "BANK-TEST", {"group": "banks", "group_before": "main"})
    ]


@pytest.mark.parametrize(
    ("partner", "group", "code"),
    [("NOBODY", "banks", "NOT_FOUND"), ("NOBODY", "Banks", "INVALID_VALUE"), ("NOBODY", "a" * 33, "INVALID_VALUE")],
    ids=["nobody", "capitals", "too long"],
)
def test_a_group_that_is_no_name_and_a_partner_that_is_not_there_are_refused(
    partner: str, group: str, code: str, environment: dict[str, str]
) -> None:
    refused = run(environment, "partner", "group", partner, group)

    assert (refused.exit_code, refused.output.startswith(f"Error {code}")) == (2, True)


def test_places_are_listed_with_their_open_days(hub: SmallHub, environment: dict[str, str]) -> None:
    sites = run(environment, "place", "list").stdout
    everything = run(environment, "place", "list", "--areas").stdout

    assert sites.splitlines() == [f"{MALL} MALL {MALL} 2020-01-01..", f"{MARKET} MARKET {MARKET} 2020-01-01.."]
    assert "TEST-COMMUNE-2020-01-01:31 AREA Thành phố" in everything


def test_a_site_is_closed_and_opened_with_a_reason(hub: SmallHub, environment: dict[str, str]) -> None:
    closed = run(environment, "place", "close", MARKET, "2026-06-08", "2026-06-17", "--reason", "repairs")
    opened = run(environment, "place", "open", MARKET, "2026-06-10", "--reason", "done early")
    unknown = run(environment, "place", "close", "MALL-0999", "2026-06-08", "--reason", "x")

    assert closed.stdout == f"{MARKET} is open 2020-01-01..2026-06-07, 2026-06-18..\n"
    assert opened.stdout == f"{MARKET} is open 2020-01-01..2026-06-07, 2026-06-10..\n"
    assert unknown.exit_code == 2
    assert hub.rows("SELECT action FROM audit_entry ORDER BY number") == [("site_closed",), ("site_opened",)]


def day_of(number: int) -> date:
    return date(2026, 7, number)
