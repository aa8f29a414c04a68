"""docs/api.md is true: its commands are typed into a shell, in their order, and print what stands below them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from payments_hub.store.session import Database
from tests.support.repository import read
from tests.support.sender import new_key
from tests.support.small_hub import make_small_hub
from tests.support.web import make_app, served

pytestmark = pytest.mark.database

PAGE = "docs/api.md"
PARTNER = "AEON-HP"
EXAMPLE = re.compile(r"```sh\n(?P<typed>.*?)```\n\n```(?P<kind>json)?\n(?P<printed>.*?)```", re.DOTALL)
# What differs from run to run.
PASSING = {
    "id",
    "issued_at",
    "received_at",
    "position",
    "known_at",
    "request_id",
    "bytes_sha256",
    "prefix",
    "rules_version",
}


def masked(value: Any, name: str = "") -> Any:
    """Leave out what differs from run to run, and keep that it was there."""
    if isinstance(value, dict):
        return {key: masked(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [masked(part) for part in value]
    return "…" if name in PASSING and value is not None else value


def compared(printed: str, kind: str | None) -> Any:
    """Read what was printed: text, or JSON with what follows it."""
    if kind is None:
        return printed.strip()
    value, end = json.JSONDecoder().raw_decode(printed.strip())
    return masked(value), printed.strip()[end:].strip()


def typed(command: str, folder: Path, address: str, key: str) -> str:
    """Type a command into a shell, and tell what it prints."""
    environment = {**os.environ, "HUB": address, "KEY": key}
    ran = subprocess.run(  # noqa: S603  the page's own words
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr


@pytest.mark.skipif(shutil.which("curl") is None and not os.environ.get("CI"), reason="left out: there is no curl")
def test_every_command_of_the_page_prints_what_the_page_says(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, [PARTNER])
    examples = list(EXAMPLE.finditer(read(PAGE)))
    found, expected = [], []

    with served(make_app(database)) as address:
        key = new_key(database, PARTNER)
        for one in examples:
            found.append(compared(typed(one["typed"], tmp_path, address, key), one["kind"]))
            expected.append(compared(one["printed"], one["kind"]))

    assert found == expected
    assert len(examples) == read(PAGE).count("```sh\n") == 10
