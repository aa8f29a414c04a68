"""Whether a Kafka is there, and why it does not speak with us: kafka-python says the same of both."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from consumers.errors import BrokerUnreachableError
from consumers.security import Security, tls_context
from consumers.settings import REQUEST_SECONDS, ConsumerSettings


def check_reachable(servers: Sequence[str]) -> None:
    """
    Knock before kafka-python does: it cannot tell an absent broker from one that refuses to speak.

    Raises:
        BrokerUnreachableError: Nothing listens at any of the addresses.

    """
    if _listening(servers) is None:
        raise BrokerUnreachableError(
            f"No Kafka listens at {', '.join(servers)}. Is it running, and is the address right?"
        )


def silent(settings: ConsumerSettings) -> BrokerUnreachableError:
    """Say as nearly as can be told why a broker that listens does not speak with us."""
    server = _listening(settings.servers)
    if settings.security is None or server is None:
        return BrokerUnreachableError(
            f"Something listens at {', '.join(settings.servers)} but does not speak Kafka with us. "
            "Does it want TLS or a password, or is it still starting?"
        )
    return BrokerUnreachableError(_refused(server, settings.security))


def tls_fault(server: str, security: Security, *, timeout_seconds: float) -> str | None:
    """Say why TLS cannot be spoken with a server that listens; None if it can."""
    host, _, port = server.rpartition(":")
    host = host.strip("[]")
    context = tls_context(security.ca_file)
    try:
        with (
            socket.create_connection((host, int(port)), timeout=timeout_seconds) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return None
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message
        return f"its certificate is not to be trusted: {why}. Is PAYMENTS_HUB_KAFKA_CA_FILE its authority?"
    except (OSError, ValueError) as error:
        return f"it does not speak TLS 1.2 or later ({type(error).__name__}). Is it the right port?"


def _refused(server: str, security: Security) -> str:
    fault = tls_fault(server, security, timeout_seconds=REQUEST_SECONDS / 2)
    if fault is not None:
        return f"Something listens at {server}, but {fault}"
    login = security.login
    return (
        f"Kafka at {server} speaks TLS but does not let {login.user} in. Is there such a user, is the password in "
        f"{login.password_file} right, and has the broker finished starting?"
    )


def _listening(servers: Sequence[str]) -> str | None:
    for server in servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=REQUEST_SECONDS / 2).close()
        except (OSError, ValueError):
            continue
        return server
    return None
