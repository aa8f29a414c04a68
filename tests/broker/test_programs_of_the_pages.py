"""docs/sending.md and docs/signing.md are true over Kafka: their programs are run as they stand, against TLS."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consumers.topics import topic_of
from payments_hub.store.session import Database
from tests.support.commands_in_processes import run_until
from tests.support.consuming import stored_position
from tests.support.publishing import nothing_waits
from tests.support.repository import read
from tests.support.secure_kafka import SecureKafka, set_up
from tests.support.signing import Signer, ed25519_signer, private_pem
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts

pytestmark = [pytest.mark.broker, pytest.mark.database]

PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)
SEND, READ_RECEIPTS = PROGRAM.findall(read("docs/sending.md"))
SIGN = PROGRAM.findall(read("docs/signing.md"))[-1]


def test_a_partner_sends_signs_and_reads_its_receipts_by_the_programs_of_the_pages(
    secure: SecureKafka, database: Database, tmp_path: Path
) -> None:
    plain, signing = f"PLAIN{os.getpid()}", f"SIGNS{os.getpid()}"
    make_small_hub(database, [plain, signing])
    set_up(secure, [plain, signing])
    signer, stranger = ed25519_signer(database, signing), Signer("unknown", Ed25519PrivateKey.generate())
    folders = {name: folder_of(secure, tmp_path, name) for name in (plain, signing)}

    first, second = say(SEND, secure, folders[plain], "0.json", "1.json")
    (folders[signing] / "signing.pem").write_bytes(private_pem(signer))
    signed = say(SIGN, secure, folders[signing], "0.json")
    (folders[signing] / "signing.pem").write_bytes(private_pem(stranger))
    say(SIGN, secure, folders[signing], "1.json")
    environment = secure.environment(database)
    read_to = {topic_of(plain): 2, topic_of(signing): 2}
    run_until(
        lambda: all(stored_position(database, topic) == end for topic, end in read_to.items()), environment, "run"
    )
    run_until(nothing_waits(database), environment, "receipts")
    receipts = read_receipts(secure, folders[plain], 2)

    assert (first, second, signed) == ("0.json is at offset 0", "1.json is at offset 1", ["at offset 0"])
    assert verdicts(database, plain) == {"ACCEPTED": 2}
    assert verdicts(database, signing) == {"ACCEPTED": 1, "REJECTED": 1}
    assert [one["event_id"] for one in receipts] == [f"{plain}-0", f"{plain}-1"]


def folder_of(secure: SecureKafka, where: Path, partner: str) -> Path:
    """Make a partner's folder, with what the pages say that is in it."""
    folder = where / partner
    folder.mkdir()
    shutil.copy(secure.folder / "tls/ca.pem", folder)
    shutil.copy(secure.login(partner).password_file, folder / "kafka.password")
    for number in range(2):
        (folder / f"{number}.json").write_bytes(nothing_to_report(partner, number))
    return folder


def environment_of(secure: SecureKafka, folder: Path) -> dict[str, str]:
    return {**os.environ, "BROKER": secure.address, "CODE": folder.name}


def say(program: str, secure: SecureKafka, folder: Path, *files: str) -> list[str]:
    """Run a program of the pages in a partner's folder, and give the lines that it printed."""
    ran = subprocess.run(  # noqa: S603  the page's own words
        [sys.executable, "-c", program, *files],
        cwd=folder,
        env=environment_of(secure, folder),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return ran.stdout.splitlines()


def read_receipts(secure: SecureKafka, folder: Path, number: int) -> list[dict[str, object]]:
    """Let the page's reader print so many receipts, and end it."""
    with subprocess.Popen(  # noqa: S603  the page's own words
        [sys.executable, "-c", READ_RECEIPTS],
        cwd=folder,
        env=environment_of(secure, folder),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("the program has no standard output")
            return [json.loads(process.stdout.readline()) for _ in range(number)]
        finally:
            process.terminate()
