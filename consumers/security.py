"""How a connection to Kafka is kept from being listened to, and who we are on it."""

from __future__ import annotations

import ipaddress
import os
import ssl
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from payments_hub.kernel.errors import ConfigurationError

MECHANISM = "SCRAM-SHA-512"
"""The one way to sign in: the password itself never goes over the line, and the broker keeps only a hash of it."""


@dataclass(frozen=True, slots=True)
class Login:
    """
    A user of Kafka.

    Args:
        password_file: Read anew for each connection, so that a password may change while we run. It never stands in
            the environment or among a process's arguments, where other programs would see it.

    """

    user: str
    password_file: Path


@dataclass(frozen=True, slots=True)
class Security:
    """
    Signing in over TLS.

    Args:
        ca_file: The authority that the broker's certificate is by; None for those that the system trusts.

    """

    login: Login
    ca_file: Path | None = None


def is_loopback(server: str) -> bool:
    """
    Tell whether a server is this very machine, so that nobody can listen on the way.

    >>> is_loopback("127.0.0.1:9092"), is_loopback("[::1]:9092"), is_loopback("localhost:9092")
    (True, True, True)
    >>> is_loopback("kafka:9092"), is_loopback("localhost.example.vn:9092")
    (False, False)
    """
    host = server.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_listeners(servers: Sequence[str], security: Security | None) -> None:
    """
    Refuse a connection that others could listen to or answer in the broker's place.

    Raises:
        ConfigurationError: A server is not on this machine, and TLS is not set up.

    """
    outside = [server for server in servers if not is_loopback(server)]
    if security is None and outside:
        raise ConfigurationError(
            f"Kafka at {', '.join(outside)} is not this machine, and everybody on the way could read and change what "
            "goes there. Set PAYMENTS_HUB_KAFKA_PROTOCOL=SASL_SSL with a user and a password file."
        )


def connection_options(servers: Sequence[str], security: Security | None) -> Mapping[str, object]:
    """
    Spell out how any of kafka-python's clients connects.

    Raises:
        ConfigurationError: As `refuse_listeners`; or the password or the authority's file cannot be used.

    """
    refuse_listeners(servers, security)
    where: dict[str, object] = {"bootstrap_servers": list(servers)}
    if security is None:
        return {**where, "security_protocol": "PLAINTEXT"}
    return {
        **where,
        "security_protocol": "SASL_SSL",
        "ssl_context": tls_context(security.ca_file),
        "ssl_check_hostname": True,
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": security.login.user,
        "sasl_plain_password": read_password(security.login.password_file),
    }


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """
    Make what TLS is spoken by: version 1.2 or later, a certificate by the authority, and in the server's own name.

    Raises:
        ConfigurationError: The authority's file cannot be used.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        if ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f"The certificate of Kafka's authority, {ca_file}, cannot be used: {error}. "
            "PAYMENTS_HUB_KAFKA_CA_FILE must name a file in PEM form."
        ) from error
    return context


class _Hidden(str):
    """A text that does not show in a list of options: kafka-python writes them all to its log."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "(hidden)"


def read_password(file: Path) -> str:
    """
    Read a password that nobody else on this machine may read.

    Raises:
        ConfigurationError: It is not there, is empty, or others may read it.

    """
    try:
        # The file that is looked at must be the one that is read.
        with file.open(encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode) or mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigurationError(
                    f"The password file {file} may be read by others (mode {stat.S_IMODE(mode):04o}): "
                    f"chmod 600 {file}, and change the password if others are on this machine."
                )
            password = opened.read().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The password file {file} cannot be read: {type(error).__name__}.") from error
    if not password:
        raise ConfigurationError(f"The password file {file} is empty.")
    return _Hidden(password)


def write_password(file: Path, password: str) -> Path:
    """Write a password that nobody else may read, into a file that is new; tell the file."""
    # A file that is there may be open elsewhere, or somebody's link.
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(password + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return file
