"""
A PostgreSQL server of our own: made by `initdb`, started and stopped by us, reached over loopback with a password.

Whether a server is alive is asked of the kernel, not of a process number: the server inherits a locked file, and the
lock is free once the last of its processes has ended. A number says less. A killed server that nobody has reaped
keeps its number, and after a restart of the machine or the container another program may have it.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType
from urllib.parse import quote

import psycopg
from psycopg import sql

from payments_hub.store.errors import EmbeddedServerError
from payments_hub.store.file_locks import held, waiting_for
from payments_hub.store.reading import READERS
from payments_hub.store.seat import Seat, find_seat

OWNER = "payments_hub"
"""The role the hub works as: it owns the hub's database and is no superuser."""

DATABASE = "payments_hub"
SERVER_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "max_connections": "100",
        "shared_buffers": "256MB",
        "effective_cache_size": "1GB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",  # the disks of today
        "jit": "off",  # the hub's statements are short; compiling one takes longer than running it
        "timezone": "UTC",
        "log_timezone": "UTC",
        # A log line must not hold an amount, a tax code or a whole message: DETAIL and STATEMENT would.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
    }
)
"""For two cores and a share of 4 GB; how safely data is written stays PostgreSQL's default."""

_SUPERUSER = "postgres"
_START_SECONDS = 120
_STOP_SECONDS = 60
_INITDB_SECONDS = 300
_POLL_SECONDS = 0.02
_BUILTIN_LOCALE_SINCE = 17
_PORT_TRIES = 5
_LOG_TAIL_LINES = 12
_LOG_KEEP_BYTES = 5_000_000
# Above the highest number Linux can give a process, so it never names a living one.
_NOBODYS_PID = 4_194_305
_HOW_TO_GO_ON = "Mend the cause and start again, or set PAYMENTS_HUB_DATABASE_URL to a PostgreSQL server of yours."


@dataclass(frozen=True, slots=True)
class Cluster:
    """
    One server, named by its home directory; any number of processes and threads may hold a `Cluster` for one home.

    Args:
        home: Holds the data, the passwords, the port, the log and the locks; readable by its owner alone.
        binaries: The folder of `postgres`, `initdb` and `pg_ctl`, version 15 or later.
        settings: Lines of the server's configuration.

    """

    home: Path
    binaries: Path
    settings: Mapping[str, str] = field(default_factory=lambda: SERVER_SETTINGS)

    def ensure_running(self) -> str:
        """
        Start the server if it does not answer, and make it first if it was never there.

        Returns:
            The URL of the hub's database, with its password.

        Raises:
            EmbeddedServerError: It could not be made or started.

        """
        self._make_home()
        if not self.is_running():
            with waiting_for(self.home / "start.lock", _START_SECONDS + _STOP_SECONDS):
                seat = find_seat(self.home, self.binaries)
                if not seat.data.exists():
                    self._initialise(seat)
                self._start(seat)
                self._ensure_database()
        elif not self._has_readers():
            self._ensure_database()  # it was started by an earlier version, which knew of none
        return self.url()

    def is_running(self) -> bool:
        """Tell whether the server answers with the hub's database."""
        return self._answers(DATABASE, OWNER)

    def stop(self) -> None:
        """
        Stop the server, its open transactions undone, and wait until its last process has ended.

        Raises:
            EmbeddedServerError: It did not end in time.

        """
        if not self.home.exists():
            return
        with waiting_for(self.home / "start.lock", _START_SECONDS + _STOP_SECONDS):
            seat = find_seat(self.home, self.binaries)
            server = living_server(seat.data)
            if server is not None:
                with suppress(ProcessLookupError):
                    os.kill(server, signal.SIGINT)
            self._wait_until_gone(seat)

    def url(self, database: str = DATABASE) -> str:
        """Write the URL of a database for the hub's own role."""
        return self._url(database, OWNER)

    def superuser_url(self, database: str = _SUPERUSER) -> str:
        """Write the URL of a database for the server's superuser, who may make and drop databases."""
        return self._url(database, _SUPERUSER)

    def _url(self, database: str, role: str) -> str:
        port = _read(self.home / "port")
        # The server must know the password too (SCRAM proves it both ways): while ours is down, another program of
        # this machine may take its port and ask for the password in clear text.
        query = "sslmode=disable&require_auth=scram-sha-256"
        return f"postgresql://{role}:{quote(self._password(role))}@127.0.0.1:{port}/{database}?{query}"

    def _make_home(self) -> None:
        try:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            self.home.mkdir(mode=0o700, exist_ok=True)
            self.home.chmod(0o700)
        except OSError as error:
            raise EmbeddedServerError(
                f"{self.home} cannot be made, or is another user's: {error.strerror}. Run the hub as the user who owns "
                "it, or set PAYMENTS_HUB_VAR_DIR or PAYMENTS_HUB_DATABASE_URL."
            ) from error

    def _password(self, role: str) -> str:
        return _read(self.home / f"{role}.password")

    def _ensure_password(self, role: str) -> str:
        path = self.home / f"{role}.password"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(32))
        return self._password(role)

    def _initialise(self, seat: Seat) -> None:
        """Make the data directory under another name first, so that a half-made one is never taken for whole."""
        partial = seat.directory / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        password = seat.directory / "initdb.password"
        _write_private(password, self._ensure_password(_SUPERUSER))
        seat.own(password)
        try:
            self._run(seat, ["initdb", *self._initdb_arguments(seat, partial, password)], _INITDB_SECONDS)
        finally:
            password.unlink()
        with (partial / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists = 'payments_hub.conf'\n")
        partial.rename(seat.data)

    def _initdb_arguments(self, seat: Seat, data: Path, password: Path) -> list[str]:
        # No locale of the system is named: it may not be there, and it must not decide how text sorts.
        locale = ["--locale=C.UTF-8"]
        if self._version(seat) >= _BUILTIN_LOCALE_SINCE:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["--auth=scram-sha-256", f"--username={_SUPERUSER}", f"--pwfile={password}"]
        return [f"--pgdata={data}", "--encoding=UTF8", "--data-checksums", *locale, *access]

    def _version(self, seat: Seat) -> int:
        told = self._run(seat, ["postgres", "--version"], _STOP_SECONDS)
        found = re.search(r"\) (\d+)", told)
        if found is None:
            raise self._failure(seat, f"its programs tell no version: {told}")
        return int(found[1])

    def _start(self, seat: Seat) -> None:
        deadline = monotonic() + _START_SECONDS
        while not self._answers(_SUPERUSER, _SUPERUSER):
            with held(self.home / "server.lock") as lock:
                if lock is not None and living_server(seat.data) is None:
                    self._launch(seat, lock)
                    return
            if monotonic() > deadline:
                raise self._failure(seat, "An earlier server has not ended, and does not answer.")
            sleep(_POLL_SECONDS)

    def _launch(self, seat: Seat, lock: int) -> None:
        _forget_dead_server(seat.data)
        _shorten(seat.log)
        for attempt in range(_PORT_TRIES):
            self._configure(seat, _free_port() if attempt or not (self.home / "port").exists() else None)
            begin = seat.log.stat().st_size if seat.log.exists() else 0
            try:
                start = ["pg_ctl", "start", "-w", "-s", "-t", str(_START_SECONDS), "-D", str(seat.data)]
                self._run(seat, [*start, "-l", str(seat.log)], _START_SECONDS + _STOP_SECONDS, lock)
            except EmbeddedServerError:
                taken = "could not create any TCP/IP sockets" in _read_from(seat.log, begin)
                if not taken or attempt == _PORT_TRIES - 1:
                    raise
            else:
                return

    def _configure(self, seat: Seat, new_port: int | None) -> None:
        if new_port is not None:
            _write_private(self.home / "port", str(new_port))
        lines = {
            **self.settings,
            "listen_addresses": "127.0.0.1",
            "port": _read(self.home / "port"),
            # No socket file: its path may be too long, and its lock file would name a process too.
            "unix_socket_directories": "",
        }
        path = seat.data / "payments_hub.conf"
        path.write_text("".join(f"{name} = '{value}'\n" for name, value in lines.items()), encoding="utf-8")
        seat.own(path)

    def _ensure_database(self) -> None:
        password = self._ensure_password(OWNER)
        with psycopg.connect(self.superuser_url(), autocommit=True, options="") as connection:
            role, database = sql.Identifier(OWNER), sql.Identifier(DATABASE)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
            self._ensure_readers(connection)

    def _ensure_readers(self, connection: psycopg.Connection) -> None:
        """Make the roles that reading is done as; the hub's own role may make none."""
        for reader in READERS:
            with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(reader)))
            with suppress(psycopg.errors.UniqueViolation):
                order = sql.SQL("GRANT {} TO {}").format(sql.Identifier(reader), sql.Identifier(OWNER))
                connection.execute(order)

    def _has_readers(self) -> bool:
        with psycopg.connect(self.url(), options="") as connection:
            found = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY (%s)", [list(READERS)])
            return found.fetchone() == (len(READERS),)

    def _answers(self, database: str, role: str) -> bool:
        if not ((self.home / "port").exists() and (self.home / f"{role}.password").exists()):
            return False
        try:
            # No options: PGOPTIONS may speak of another server.
            psycopg.connect(self._url(database, role), connect_timeout=2, options="").close()
        except psycopg.OperationalError:
            return False
        return True

    def _wait_until_gone(self, seat: Seat) -> None:
        deadline = monotonic() + _STOP_SECONDS
        while True:
            with held(self.home / "server.lock") as lock:
                if lock is not None and living_server(seat.data) is None:
                    return
            if monotonic() > deadline:
                raise self._failure(seat, "It did not stop.")
            sleep(_POLL_SECONDS)

    def _run(self, seat: Seat, command: list[str], timeout_seconds: int, lock: int | None = None) -> str:
        program, *arguments = command
        try:
            done = subprocess.run(  # noqa: S603  our own programs and paths
                [*seat.prefix, str(seat.binaries / program), *arguments],
                user=seat.user,
                group=seat.group,
                extra_groups=None if seat.user is None else [],
                cwd=seat.directory,
                # LANG may name a locale that is not there; PGPORT, PGOPTIONS and their like speak of other servers.
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout_seconds,
                pass_fds=() if lock is None else (lock,),
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._failure(seat, f"{program} could not run: {error}") from error
        if done.returncode != 0:
            raise self._failure(seat, f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _failure(self, seat: Seat, what: str) -> EmbeddedServerError:
        tail = "\n".join(_read_from(seat.log, 0).splitlines()[-_LOG_TAIL_LINES:])
        log = f"\nThe end of its log, {seat.log}:\n{tail}" if tail else ""
        return EmbeddedServerError(f"The hub's own PostgreSQL in {self.home}: {what} {_HOW_TO_GO_ON}{log}")


def living_server(data: Path) -> int | None:
    """Read which process serves a data directory; one that has ended, or is another program by now, is none."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        # Field 3, behind the name in brackets, is the state: Z has ended, and waits for its parent to look.
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        serves = Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except (OSError, ValueError):
        return None
    return pid if serves and state not in "ZX" else None


def _forget_dead_server(data: Path) -> None:
    """
    Take the process number out of a dead server's pid file.

    The rest stays: PostgreSQL reads there which shared memory must be unused before it starts on the data.
    """
    with suppress(FileNotFoundError):
        path = data / "postmaster.pid"
        _, rest = path.read_text(encoding="utf-8").split("\n", 1)
        path.write_text(f"{_NOBODYS_PID}\n{rest}", encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _shorten(log: Path) -> None:
    """Put a long log aside, over the one before, so that no log of a quiet server fills the disk."""
    if log.exists() and log.stat().st_size > _LOG_KEEP_BYTES:
        log.replace(log.with_name("log.old"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise EmbeddedServerError(f"{path} is missing. Put it back from a backup. {_HOW_TO_GO_ON}") from error


def _read_from(path: Path, begin: int) -> str:
    try:
        return path.read_bytes()[begin:].decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _write_private(path: Path, content: str) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    partial.rename(path)
