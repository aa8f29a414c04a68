"""A partner and a reader of the running hub, over HTTP as they would come."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import orjson

from payments_hub.contracts.batches import MAX_BATCH_BYTES, NDJSON
from payments_hub.demo.messages import Message
from payments_hub.kernel.errors import UnavailableError

_HOST = "127.0.0.1"
_STRUCTURED = "application/cloudevents+json"
_TIMEOUT_SECONDS = 30
_MESSAGES_A_BATCH = 500
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_DRAWN = re.compile(r'src="/charts/')


class HubClient:
    """
    One reader with one browser's cookies; not to be shared between threads.

    Args:
        port: Of the web server on this machine.

    """

    def __init__(self, port: int) -> None:
        self._address = f"http://{_HOST}:{port}"
        self._browser: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def is_ready(self) -> bool:
        """Tell whether the hub can serve."""
        try:
            self._get("/readyz")
        except (URLError, ConnectionError):
            return False
        return True

    def sign_in(self, username: str, password: str) -> None:
        """
        Sign in as a person does.

        Raises:
            UnavailableError: The form was not there, or the sign-in was refused.

        """
        token = _TOKEN.search(self._get("/sign-in"))
        form = {"csrf_token": token[1] if token else "", "next": "/", "username": username, "password": password}
        try:
            self._browser.open(f"{self._address}/sign-in", urlencode(form).encode(), _TIMEOUT_SECONDS).read()
        except HTTPError as error:
            raise UnavailableError(f"Signing in was answered with {error.code}.") from error

    def shows_chart(self) -> bool:
        """Tell whether the overview holds its drawing; looking asks for it to be drawn."""
        return _DRAWN.search(self._get("/")) is not None

    def headline(self, code: str) -> int:
        """
        Read a headline figure with all its digits from the page.

        Raises:
            UnavailableError: The page shows no such figure.

        """
        found = re.search(rf'<data id="{code}" value="([0-9]+)"', self._get("/"))
        if found is None:
            raise UnavailableError(f"The overview shows no figure for {code}.")
        return int(found[1])

    def shown_sums(self) -> dict[str, tuple[int, int]]:
        """Add up by flow what the figures' file shows: payments and amount."""
        found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for row in csv.DictReader(io.StringIO(self._get("/figures.csv").removeprefix("\ufeff"))):
            count, amount = found[row["flow"]]
            found[row["flow"]] = count + int(row["count"] or 0), amount + int(row["amount"] or 0)
        return found

    def send(self, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Send one message as a partner, and give the status and the receipt."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": _STRUCTURED}
        request = Request(f"{self._address}/api/v1/slices", body, headers)  # noqa: S310 - this machine's own server
        try:
            with build_opener().open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return answer.status, orjson.loads(answer.read())
        except HTTPError as error:
            return error.code, orjson.loads(error.read())

    def _get(self, path: str) -> str:
        with self._browser.open(f"{self._address}{path}", timeout=_TIMEOUT_SECONDS) as answer:
            text: str = answer.read().decode()
            return text


def send_feed(port: int, keys: Mapping[str, str], sent: Sequence[Message]) -> None:
    """
    Send messages over HTTP in batches, each partner's one after the other, the partners side by side.

    Raises:
        UnavailableError: The hub could not take a message.

    """
    bodies: dict[str, list[bytes]] = defaultdict(list)
    for message in sent:
        bodies[message.partner].append(message.body)
    with ThreadPoolExecutor(max_workers=len(bodies)) as pool:
        running = [pool.submit(_send_all, port, keys[partner], listed) for partner, listed in bodies.items()]
    for one in running:
        one.result()


def _send_all(port: int, key: str, bodies: Sequence[bytes]) -> None:
    connection = HTTPConnection(_HOST, port, timeout=_TIMEOUT_SECONDS)
    for batch in batches_of(bodies):
        wait: int | None = 0
        while wait is not None:
            time.sleep(wait)
            wait = _send_batch(connection, key, batch)
    connection.close()


def batches_of(bodies: Iterable[bytes]) -> Iterator[bytes]:
    r"""
    Put messages together, one a line, into bodies that the hub takes.

    >>> [batch.count(b"\n") for batch in batches_of([b"{}"] * 1_100)]
    [500, 500, 100]
    """
    lines: list[bytes] = []
    size = 0
    for body in bodies:
        if len(lines) == _MESSAGES_A_BATCH or size + len(body) + 1 > MAX_BATCH_BYTES:
            yield b"".join(lines)
            lines, size = [], 0
        lines.append(body + b"\n")
        size += len(body) + 1
    if lines:
        yield b"".join(lines)


def _send_batch(connection: HTTPConnection, key: str, batch: bytes) -> int | None:
    """Send one batch; tell in how many seconds it must come again, None where it was taken in."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": NDJSON}
    try:
        connection.request("POST", "/api/v1/slices", batch, headers)
        answer = connection.getresponse()
        said = answer.read()
    except (HTTPException, OSError) as error:
        raise UnavailableError(f"The hub took no more messages: {error}") from error
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return int(answer.headers["Retry-After"])
    if answer.status != HTTPStatus.OK:
        raise UnavailableError(f"The hub answered {answer.status}: {said[:200].decode(errors='replace')}")
    return None
