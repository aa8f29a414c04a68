"""docs/signing.md is true: its programs are run as they stand, with a key of each kind."""

import os
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.signatures import LARGEST_SKEW_SECONDS, MOST_SIGNATURES, SIGNATURE_HEADERS
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.support.repository import read
from tests.support.sender import new_key
from tests.support.signing import Signer, ed25519_signer, hmac_signer, private_pem
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web import SettableClock, make_hub, served

pytestmark = pytest.mark.database

PAGE = "docs/signing.md"
PARTNER = "AEON-HP"
ED25519, SHARED, _OVER_KAFKA = re.findall(r"```python\n(.*?)```", read(PAGE), re.DOTALL)
WITH_SECRET = ED25519.replace("headers = {", f"{SHARED}headers = {{", 1)


def test_every_program_of_the_page_sends_a_slice_that_is_accepted(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, [PARTNER])
    pair, shared = ed25519_signer(database, PARTNER), hmac_signer(database, PARTNER)
    (tmp_path / "signing.pem").write_bytes(private_pem(pair))
    known = {"KEY": new_key(database, PARTNER), "SECRET": f"whsec_{b64encode(shared.secret).decode()}"}

    # The programs sign at the time of this machine, and so the hub has to know it.
    with served(create_app(make_hub(database, SettableClock(SystemClock().now())))) as address:
        for number, program in enumerate((ED25519, WITH_SECRET)):
            (tmp_path / "slice.json").write_bytes(nothing_to_report(PARTNER, number))
            subprocess.run(  # noqa: S603  the page's own words
                [sys.executable, "-c", program, "slice.json"],
                cwd=tmp_path,
                env={**os.environ, **known, "HUB": address},
                check=True,
                stdout=subprocess.DEVNULL,
            )

    assert verdicts(database, PARTNER) == {"ACCEPTED": 2}


def test_the_program_of_the_page_prints_why_it_was_refused(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, [PARTNER])
    ed25519_signer(database, PARTNER)
    (tmp_path / "signing.pem").write_bytes(private_pem(Signer("unknown", Ed25519PrivateKey.generate())))
    (tmp_path / "slice.json").write_bytes(nothing_to_report(PARTNER, 0))

    with served(create_app(make_hub(database, SettableClock(SystemClock().now())))) as address:
        ran = subprocess.run(  # noqa: S603  the page's own words
            [sys.executable, "-c", ED25519, "slice.json"],
            cwd=tmp_path,
            env={**os.environ, "KEY": new_key(database, PARTNER), "HUB": address},
            check=False,
            capture_output=True,
            text=True,
        )

    assert ran.returncode == 1
    assert ran.stderr.startswith("401: {")
    assert '"SIGNATURE_WRONG"' in ran.stderr


def test_the_page_names_the_headers_the_limits_and_the_code() -> None:
    page = read(PAGE)

    assert all(f"| `{name}` |" in page for name in SIGNATURE_HEADERS)
    assert f"1 to {MOST_SIGNATURES} signatures" in page
    assert f"over {LARGEST_SKEW_SECONDS} s from ours" in page
    assert set(re.findall(r"\b[EWH][0-9]{4}\b", page)) <= set(CODES)
