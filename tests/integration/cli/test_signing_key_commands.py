"""`payments-hub signing-key`: what an operator types for a partner that has no account."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from payments_hub.store.session import Database
from tests.support.commands import run_command
from tests.support.signing import pem_of
from tests.support.small_hub import make_small_hub

pytestmark = pytest.mark.database

PARTNER = "AEON-HP"


def acts(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(text("SELECT action FROM audit_entry ORDER BY number")))


def test_a_key_is_added_listed_and_revoked_and_each_act_is_kept(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, [PARTNER])
    pem = tmp_path / "public.pem"
    pem.write_text(pem_of(Ed25519PrivateKey.generate()))

    kid = run_command(database, tmp_path, "signing-key", "add", PARTNER, "--ed25519", str(pem)).output.strip()
    secret = run_command(database, tmp_path, "signing-key", "add", PARTNER, "--hmac", "--label", "till 1").output
    third = run_command(database, tmp_path, "signing-key", "add", PARTNER, "--hmac")
    revoked = run_command(database, tmp_path, "signing-key", "revoke", kid).output
    listed = run_command(database, tmp_path, "signing-key", "list", PARTNER).output

    assert "whsec_" in secret
    assert (third.exit_code, "Revoke the one that is no longer used" in third.output) == (2, True)
    assert revoked == f"Revoked {kid}.\n"
    assert "hmac-sha256  till 1" in listed
    assert kid in listed
    assert "whsec_" not in listed
    assert acts(database) == ["signing_key_added", "signing_key_added", "signing_key_revoked"]


@pytest.mark.parametrize("options", [(), ("--hmac", "--ed25519", "-")], ids=["neither", "both"])
def test_which_kind_of_key_has_to_be_said(database: Database, tmp_path: Path, options: tuple[str, ...]) -> None:
    result = run_command(database, tmp_path, "signing-key", "add", PARTNER, *options)

    assert (result.exit_code, "Say either --ed25519 FILE or --hmac." in result.output) == (2, True)


def test_a_private_key_is_refused_with_advice(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, [PARTNER])

    result = run_command(database, tmp_path, "signing-key", "add", PARTNER, "--ed25519", "-", typed="whsk_AAAA")

    assert (result.exit_code, "treat it as disclosed" in result.output) == (2, True)
