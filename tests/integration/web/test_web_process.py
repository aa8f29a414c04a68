import http.client
import os
import subprocess
import sys
from pathlib import Path

import pytest

from payments_hub.store.session import Database
from payments_hub.web.api.v1.slices import LARGEST_MESSAGE
from tests.support.commands import address_of
from tests.support.repository import ROOT
from tests.support.sender import new_key
from tests.support.small_hub import make_small_hub, nothing_to_report
from tests.support.web_process import answers, started

pytestmark = pytest.mark.database

# What a worker does after its start, with its modules named at the end.
ASK = """
import sys
from payments_hub.web.wsgi import make_app

client = make_app().test_client()
asked = [client.get(path) for path in ("/livez", "/readyz", "/sign-in", "/figures.csv", "/metrics")]
headers = {"Authorization": "Bearer " + sys.argv[1], "Content-Type": "application/json"}
asked.append(client.post("/api/v1/slices", data=sys.argv[2], headers=headers))
print(*[answer.status_code for answer in asked])
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
HEAVY = ("pandas", "sklearn", "statsmodels", "scipy", "statsforecast", "vl_convert")


def send(port: int, key: str, pieces: list[bytes]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
    try:
        connection.request("POST", "/api/v1/slices", body=iter(pieces), headers=headers, encode_chunked=True)
        return connection.getresponse().status
    finally:
        connection.close()


def mapped_files(process: subprocess.Popen[bytes]) -> str:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return "".join(Path(f"/proc/{pid}/maps").read_text() for pid in [str(process.pid), *children])


def test_a_web_process_that_has_answered_every_route_has_loaded_neither_models_nor_kafka(
    database: Database, tmp_path: Path
) -> None:
    make_small_hub(database, ["AEON-HP"])
    environment = {
        **os.environ,
        "PAYMENTS_HUB_DATABASE_URL": address_of(database),
        "PAYMENTS_HUB_VAR_DIR": str(tmp_path),
        "PAYMENTS_HUB_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-c", ASK, new_key(database, "AEON-HP"), nothing_to_report("AEON-HP", 1).decode()]

    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  our own words

    statuses, loaded = ran.stdout.splitlines()
    assert statuses == "200 200 200 303 200 201"
    assert set(loaded.split()).isdisjoint({*HEAVY, "models", "kafka", "consumers", "apscheduler"})


def test_the_started_server_serves_takes_slices_in_chunks_and_maps_no_heavy_library(
    database: Database, tmp_path: Path
) -> None:
    make_small_hub(database, ["AEON-HP"])
    key = new_key(database, "AEON-HP")
    message = nothing_to_report("AEON-HP", 1)

    with started(database, tmp_path) as (process, port):
        assert (answers(port, "/readyz"), answers(port, "/"), answers(port, "/metrics")) == (200, 303, 200)
        assert send(port, key, [message[:50], message[50:]]) == 201
        assert send(port, key, [b"x" * 65_536] * (LARGEST_MESSAGE // 65_536) + [b"x"]) == 413
        assert [name for name in HEAVY if f"/{name}" in mapped_files(process)] == []

    assert process.returncode == 0
