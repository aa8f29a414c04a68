"""
The hub fetches no address that somebody gives it: there is no import from a URL and no call back.

So nobody can make it knock at doors inside its network. Whoever needs a client here brings the checks with it: a list
of hosts, one look-up of the name, no private addresses, no redirects.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from payments_hub.kernel.settings import load_settings
from tests.support.repository import ROOT

PACKAGES = ("payments_hub", "consumers", "models", "sme_registry")
CLIENTS = {
    *("requests", "httpx", "aiohttp", "urllib3", "pycurl", "http.client", "urllib.request", "ftplib", "smtplib"),
    *("telnetlib", "webbrowser", "xmlrpc.client", "websockets", "paramiko"),
}
# Where one is used all the same, and why nobody of outside can say where it goes.
ALLOWED = {"payments_hub/cli/client.py": "the demonstration speaks to its own web, on 127.0.0.1 alone"}
SOCKETS = {
    "payments_hub/cli/broker.py": "looks whether a port of this machine is taken",
    "consumers/reaching.py": "tries whether a Kafka server of the settings answers",
    "payments_hub/store/cluster.py": "asks the system for a free port",
    "payments_hub/cli/demonstration.py": "asks the system for a free port",
    "payments_hub/jobs/runner.py": "names this machine",
    "payments_hub/web/worker.py": "bounds how long a caller may take",
}
ADDRESSES = {"database_url"}
_ADDRESS = re.compile(r"url|uri|webhook|callback|endpoint", re.IGNORECASE)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_no_module_can_fetch_an_address() -> None:
    found = {str(path): imported(tree) & CLIENTS for path, tree in modules() if imported(tree) & CLIENTS}

    assert found.keys() - ALLOWED.keys() == set()


def test_sockets_are_opened_where_the_reason_is_known() -> None:
    assert {str(path) for path, tree in modules() if "socket" in imported(tree)} <= SOCKETS.keys()


def test_the_only_address_among_the_settings_is_the_database_s() -> None:
    names = set(load_settings({}).__slots__)

    assert {name for name in names if _ADDRESS.search(name)} == ADDRESSES


@pytest.mark.parametrize("folder", ["payments_hub/web/templates"])
def test_no_form_asks_for_an_address(folder: str) -> None:
    fields = [
        f"{path.name}: {name}"
        for path in sorted((ROOT / folder).rglob("*.html"))
        for name in re.findall(r'<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"', path.read_text(encoding="utf-8"))
        if _ADDRESS.search(name)
    ]

    assert fields == []


def test_a_client_would_be_found() -> None:
    assert imported(ast.parse("from urllib import request\nimport httpx")) & CLIENTS == {"urllib.request", "httpx"}
