"""The demonstration's steps: each is what an operator, a partner or a reader would do, in their own way."""

from __future__ import annotations

import shlex
import shutil
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.broker import Broker, free_port
from payments_hub.cli.client import HubClient, send_feed
from payments_hub.cli.demonstration_closing import PASSWORD, USERNAME, account_names, close_a_period, invite_people
from payments_hub.cli.processes import Running, hub_parts, prepare_own_database, running
from payments_hub.demo.city import City, build_city
from payments_hub.demo.firms import firms_csv
from payments_hub.demo.loading import register_city
from payments_hub.demo.messages import Message, messages
from payments_hub.demo.next_slice import NextSlice, next_slice
from payments_hub.demo.steps import Steps
from payments_hub.demo.targets import TARGETS, SimulatedTarget
from payments_hub.demo.truth import sums_sent
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.pulse import read_pulse
from payments_hub.kernel.errors import ConflictError, UnavailableError
from payments_hub.kernel.settings import Settings
from payments_hub.services.partners import create_key
from payments_hub.services.pulse import register_pulse, send_pulse
from payments_hub.services.readers import CITY
from payments_hub.services.registry import household_key, import_firms
from payments_hub.store import embedded
from payments_hub.store.analysis import Target, latest_forecast, save_target
from payments_hub.store.backlog import drain_backlog
from payments_hub.store.figures import stored_sums
from payments_hub.store.leases import last_slot
from payments_hub.store.partners import all_partners
from payments_hub.store.receipts import verdict_counts

HEADLINE, FORECAST = "MERCHANT_RECEIPTS", "CASHLESS_SHARE_AMOUNT"
_PATIENCE_SECONDS = 420
_LOOK_SECONDS = 0.2

_OF_ANOTHER_KAFKA = tuple(
    f"PAYMENTS_HUB_KAFKA_{name}"
    for name in ("PROTOCOL", "USER", "PASSWORD_FILE", "CA_FILE", "ADMIN_USER", "ADMIN_PASSWORD_FILE", "CHECKED_BY")
)


def begin_anew(settings: Settings) -> Settings:
    """Empty the demonstration's own folder, once an earlier run's servers are stopped, and give settings for it."""
    folder = settings.var_dir / "demo"
    if folder.exists():
        Broker(folder / "kafka", settings.var_dir).stop()
        embedded.stop(folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    # Its account's password is known to everybody, so it listens on this machine alone; its Kafka is its own.
    return replace(settings, var_dir=folder, host="127.0.0.1", port=_port(settings.port), kafka_servers=None)


def aiming(settings: Settings) -> str:
    """Write the variables by which another terminal's commands are about this demonstration."""
    known = {"PAYMENTS_HUB_VAR_DIR": str(settings.var_dir), "PAYMENTS_HUB_KAFKA_SERVERS": settings.kafka_servers}
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in known.items() if value)


def _port(wanted: int) -> int:
    """Take the port of the settings, or a free one where somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
    return wanted


class Demonstration:
    """
    One run: a context that stops all that it started.

    Owned by one command; not to be shared between threads.
    """

    def __init__(self, settings: Settings, *, say: Callable[[str], None]) -> None:
        self.settings = settings
        self.running = Running()
        self.transport = "http"
        self._say = say
        self._steps = Steps(say)
        self._stack = ExitStack()
        self._sent: list[Message] = []
        self._key_of_bank = ""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop every process that this run started."""
        self._stack.close()

    def prepare(self, over: str) -> None:
        """Start database, broker and the hub's processes, with the city's partners and places registered."""
        with self._steps.step("database", "Starting the database and building its schema"):
            self._hub = self._open_hub()
        with self._steps.step("city", "Simulating eighteen months of a city (dữ liệu mô phỏng), while Kafka starts"):
            broker = self._begin_broker(over)
            self._city = build_city(self._hub.clock.now())
            self._sent = list(messages(self._city))
            self._keys = self._register()
        with self._steps.step("broker", "Waiting for Kafka"):
            self._use_broker(broker)
        with self._steps.step("processes", "Starting the web server" + " and the consumers" * self._over_kafka):
            self.running = self._stack.enter_context(running([], self._environment()))
            self._parts = {part.name: part for part in hub_parts(self.settings)}
            for name in self._parts.keys() - {"jobs"}:
                self.running.start(self._parts[name])
            self._client = HubClient(self.settings.port)
            self._until(self._client.is_ready, "the web server answers")

    def feed(self) -> None:
        """Send every message, and wait until each has its receipt."""
        with self._steps.step("feed", f"Sending {len(self._sent):,} messages over {self.transport}"):
            if self._over_kafka:
                self._broker.push(self._feed_folder(), self._environment())
            else:
                send_feed(self.settings.port, self._keys, self._sent)
            self._until(lambda: self._receipt_count() >= len(self._sent), "all messages have a receipt")

    def close_a_period(self) -> None:
        """Lock a period, send what is held for it, and manifests."""
        with self._steps.step("closing", "Locking a period; a late slice is held; two manifests"):
            close_a_period(self._hub, self._client, self._city, self._keys)

    def add_firms(self) -> None:
        """Import the simulated register of firms."""
        with self._steps.step("firms", "Importing 200 firms"), self._hub.database.transaction() as session:
            now = self._hub.clock.now()
            key = household_key(self._hub.secret_key)
            report = import_firms(session, firms_csv(self._city), source="simulated", key=key, now=now)
            if not report.clean:
                raise ConflictError(f"The simulated register has findings: {report.findings[0]}")

    def add_pulse(self, folder: Path) -> None:
        """Import public data beside the city."""
        with self._steps.step("pulse", f"Importing PhonePe Pulse from {folder}"):
            imported = read_pulse(folder)
            with self._hub.database.transaction() as session:
                register_pulse(session, imported, now=self._hub.clock.now())
            verdicts = send_pulse(self._hub.database, imported, clock=self._hub.clock)
            self._say(f"  {verdicts.total():,} slices, {len(imported.warnings)} warnings")

    def work_out(self) -> None:
        """Wait for rollups, forecasts and drawn charts."""
        with self._steps.step("rollups", "Adding up, as known on each day"):
            self.running.start(self._parts["jobs"])
            self._until(self._is_drained, "the rollups hold every slice")
        with self._steps.step("forecast", "Forecasting"):
            drained_at = self._hub.clock.now()
            self._until(lambda: self._was_forecast_after(drained_at), "the forecast is made from all that came in")
        with self._steps.step("charts", "Drawing"):
            self._client.sign_in(USERNAME, PASSWORD)
            self._until(self._client.shows_chart, "the chart is drawn")

    def invite(self) -> None:
        """Tell where to look, and what to try."""
        prepared = self._prepare_next()
        address = f"http://127.0.0.1:{self.settings.port}"
        path = self.settings.var_dir / "next-slice.json"
        path.write_bytes(prepared.body)
        total = sum(self._steps.seconds.values())
        self._say(f"\nReady after {total:.0f} s. Everything shown is simulated.\n")
        self._say(f"  {address}/   sign in as {USERNAME} / {PASSWORD}")
        self._say(f"  the same password opens all of {account_names()}\n")
        self._say("Send one more slice as the bank; its receipt comes back, and within seconds merchants' receipts")
        self._say(f"rise by exactly {prepared.amount_change:,} đồng (the account bank sees the receipt's page):\n")
        self._say(
            f"  curl {address}/api/v1/slices -H 'Authorization: Bearer {self._key_of_bank}' "
            f"-H 'Content-Type: application/cloudevents+json' --data-binary @{path}\n"
        )
        if self.settings.kafka_servers:
            self._say(f"Kafka runs at {self.settings.kafka_servers}, without passwords.")
        self._say("From another terminal, commands are aimed at this demonstration by:\n")
        self._say(f"  export {aiming(self.settings)}\n")
        self._say("Ctrl-C stops it.")

    def prove(self) -> dict[str, object]:
        """Compare what was sent, stored and shown, send one more slice, and collect the figures."""
        with self._steps.step("proof", "Comparing sent, stored and shown; sending one more slice"):
            verdicts, sums = self._verdicts(), self._sums()
            exact = self._correction_is_exact()
        return {
            "slices": verdicts,
            "sums": sums,
            "curl_delta_exact": exact,
            "transport": self.transport,
            "forecast": self._forecast(),
            "seconds": {**self._steps.seconds, "total": round(sum(self._steps.seconds.values()), 1)},
        }

    def _open_hub(self) -> Hub:
        url = self.settings.database_url
        if url is None:
            url = prepare_own_database(self.settings)
            self._stack.callback(embedded.stop, self.settings.var_dir)
        self.settings = replace(self.settings, database_url=url)
        hub = open_hub(self.settings, application_name="payments-hub demo", connections=2)
        self._stack.callback(hub.close)
        with hub.database.transaction() as session:
            if all_partners(session):
                raise ConflictError("A demonstration begins with an empty database; name one that holds no partner.")
        return hub

    def _register(self) -> dict[str, str]:
        """Register the city, its targets and a reader; make a key for each partner."""
        now = self._hub.clock.now()
        with self._hub.database.transaction() as session:
            register_city(session, self._city)
            for target in TARGETS:
                save_target(session, _target(target, self._city))
            keys = {partner.code: create_key(session, partner.code, now) for partner in self._city.partners}
        invite_people(self._hub, self._city)
        return keys

    @property
    def _over_kafka(self) -> bool:
        return self.transport == "kafka"

    def _begin_broker(self, over: str) -> Future[str] | None:
        """Start Kafka beside what comes next; None where the messages go over HTTP."""
        self._broker = Broker(self.settings.var_dir / "kafka", self.settings.var_dir.parent)
        missing = self._broker.missing() if over != "http" else "HTTP was asked for"
        if missing is None:
            self._stack.callback(self._broker.stop)
            beside = self._stack.enter_context(ThreadPoolExecutor(max_workers=1))
            return beside.submit(self._broker.start)
        if over == "kafka":
            raise UnavailableError(f"The demonstration cannot use Kafka: {missing}.")
        self._say(f"  no Kafka ({missing}): the messages go over HTTP")
        return None

    def _use_broker(self, broker: Future[str] | None) -> None:
        if broker is None:
            return
        self.settings = replace(self.settings, kafka_servers=broker.result())
        self.transport = "kafka"
        self._broker.make_topics(self._environment())

    def _environment(self) -> dict[str, str]:
        return {
            "PAYMENTS_HUB_DATABASE_URL": self.settings.database_url or "",
            "PAYMENTS_HUB_VAR_DIR": str(self.settings.var_dir),
            "PAYMENTS_HUB_HOST": self.settings.host,
            "PAYMENTS_HUB_PORT": str(self.settings.port),
            "PAYMENTS_HUB_KAFKA_SERVERS": self.settings.kafka_servers or "",
            # Its own Kafka asks nobody who they are, whatever is set for another one.
            **dict.fromkeys(_OF_ANOTHER_KAFKA, ""),
            "PAYMENTS_HUB_LOG_LEVEL": "warning",
            # Eighteen months come in minutes, which no working partner does.
            "PAYMENTS_HUB_API_MESSAGES_A_MINUTE": "1000000",
        }

    def _feed_folder(self) -> Path:
        """Write each partner's messages, one a line, into a file of the partner's name."""
        folder = self.settings.var_dir / "feeds"
        folder.mkdir()
        lines: dict[str, list[bytes]] = {}
        for message in self._sent:
            lines.setdefault(message.partner, []).append(message.body)
        for partner, bodies in lines.items():
            (folder / f"{partner}.ndjson").write_bytes(b"\n".join(bodies) + b"\n")
        return folder

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            self.running.check()
            if time.monotonic() > deadline:
                raise UnavailableError(f"After {_PATIENCE_SECONDS} s it is still not so that {what}.")
            time.sleep(_LOOK_SECONDS)

    def _receipt_count(self) -> int:
        with self._hub.database.transaction() as session:
            return sum(verdict_counts(session).values())

    def _is_drained(self) -> bool:
        with self._hub.database.transaction() as session:
            return drain_backlog(session).slices == 0

    def _was_forecast_after(self, instant: datetime) -> bool:
        """Tell whether the forecasting job looked at the series after an instant; unchanged ones keep theirs."""
        with self._hub.database.transaction() as session:
            slot = last_slot(session, "forecasting")
        return slot is not None and slot >= instant

    def _forecast(self) -> dict[str, object]:
        """Read the outlook of the first target."""
        with self._hub.database.transaction() as session:
            kept = latest_forecast(session, FORECAST, CITY)
        if kept is None:
            raise UnavailableError("There is no forecast; the jobs' log says why.")
        outlook = kept.body["targets"][TARGETS[0].code]
        return {name: outlook[name] for name in ("median", "low", "high", "probability")}

    def _verdicts(self) -> dict[str, int]:
        with self._hub.database.transaction() as session:
            counted = verdict_counts(session)
        return {verdict.value.lower(): counted.get(verdict.value, 0) for verdict in Verdict}

    def _sums(self) -> dict[str, dict[str, dict[str, int]]]:
        sent, shown = sums_sent(self._sent), self._client.shown_sums()
        with self._hub.database.transaction() as session:
            stored = stored_sums(session)
        return {
            flow: {
                name: {"count": pair[0], "amount": pair[1]}
                for name, pair in (("sent", sent[flow]), ("stored", stored[flow]), ("shown", shown[flow]))
            }
            for flow in sorted(sent)
        }

    def _prepare_next(self) -> NextSlice:
        prepared = next_slice(self._sent, self._hub.clock.now())
        self._key_of_bank = self._keys[prepared.partner]
        return prepared

    def _correction_is_exact(self) -> bool:
        """Send the slice that the invitation offers, and see whether the headline moved by just its change."""
        prepared = self._prepare_next()
        before = self._client.headline(HEADLINE)
        status, receipt = self._client.send(self._key_of_bank, prepared.body)
        if (status, receipt["verdict"]) != (201, Verdict.ACCEPTED.value):
            raise ConflictError(f"The slice was answered with {status} {receipt['verdict']}.")
        self._until(self._is_drained, "the rollups hold the correction")
        return self._client.headline(HEADLINE) - before == prepared.amount_change


def _target(found: SimulatedTarget, city: City) -> Target:
    return Target(
        code=found.code,
        indicator=found.indicator,
        place=CITY,
        value=found.value,
        due_on=found.due,
        title_vi=found.title_vi,
        title_en=found.title_en,
        source=f"simulated, seed {city.seed}",
        simulated=True,
    )
