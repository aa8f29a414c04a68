import json
import re
import shlex
from itertools import pairwise

import pytest

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.decode import decode
from payments_hub.domain.verdicts import Verdict
from payments_hub.web.api.v1.slices import STATUSES
from tests.support.repository import read

PAGE = "docs/sending.md"
EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)


def test_the_examples_of_the_page_are_a_slice_its_withdrawal_and_a_manifest_without_fault() -> None:
    decoded = [decode(example.encode()) for example in EXAMPLE.findall(read(PAGE))]

    assert [one.findings for one in decoded] == [(), (), ()]
    assert [one.event.action if one.event else "manifest" for one in decoded] == ["REPLACE", "DELETE", "manifest"]
    assert decoded[2].manifest is not None


def test_the_withdrawal_of_the_page_is_of_the_slice_above_it_with_a_higher_revision() -> None:
    sent, withdrawn, _manifest = (json.loads(example) for example in EXAMPLE.findall(read(PAGE)))

    name = ("flow", "site", "period")
    assert [withdrawn["data"][one] for one in name] == [sent["data"][one] for one in name]
    assert withdrawn["data"]["revision"] > sent["data"]["revision"]
    assert withdrawn["id"] != sent["id"]


def test_the_headers_of_binary_mode_on_the_page_make_the_data_of_the_page_a_slice_without_fault() -> None:
    (command,) = (one for one in re.findall(r"```sh\n(.*?)```", read(PAGE), re.DOTALL) if "ce_id" in one)
    words = shlex.split(command)
    stated = [after.partition("=") for before, after in pairwise(words) if before == "-H"]
    data = json.loads(EXAMPLE.findall(read(PAGE))[0])["data"]

    decoded = decode(json.dumps(data).encode(), headers=[(name, value.encode()) for name, _, value in stated])

    assert words[-1] == "data.json"
    assert decoded.findings == ()
    assert decoded.event is not None


def test_a_message_sent_line_by_line_is_told_that_a_record_is_a_whole_message() -> None:
    lines = EXAMPLE.findall(read(PAGE))[0].splitlines()

    told = [decode(line.encode()).findings[0] for line in lines if line.strip().startswith('"')]

    assert {finding.code for finding in told} == {"E1001"}
    assert all("Each record is one whole message" in finding.text_en for finding in told)


def test_no_code_that_is_given_is_called_reserved() -> None:
    assert "reserved" not in read(PAGE)


@pytest.mark.parametrize("page", [PAGE, "docs/api.md"])
def test_the_pages_for_partners_say_where_keys_come_from(page: str) -> None:
    assert "`/keys`" in read(page)
    assert "operator" in read(page)


@pytest.mark.parametrize("page", [PAGE, "docs/contracts.md"])
def test_the_pages_for_partners_say_what_is_told_only_after_other_faults_are_mended(page: str) -> None:
    assert "compared only once every cell can be read" in read(page)


def test_the_page_names_every_status_that_a_verdict_is_answered_with() -> None:
    page = read(PAGE)
    issued = {status.value for verdict, status in STATUSES.items() if verdict is not Verdict.HELD}

    assert [status for status in issued if f"| {status} |" not in page] == []


def test_every_code_that_the_page_names_is_one_of_the_contract() -> None:
    assert set(re.findall(r"\b[EWH][0-9]{4}\b", read(PAGE))) <= set(CODES)
