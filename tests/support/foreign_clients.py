"""Clients of Kafka and writers of CloudEvents that nobody here wrote, as a partner would use them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloudevents.core.bindings.kafka import KafkaMessage, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from tests.support.consuming import producing
from tests.support.repository import ROOT

STRUCTURED = "application/cloudevents+json"
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
_JARS = ROOT / "var/kafka/jars"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A message as a client sends it: headers, key, value."""

    headers: Mapping[str, str]
    key: str
    value: bytes


Send = Callable[[str, str, Sequence[Wrapped], str], None]
"""Send messages to a topic: the broker's address, the topic, the messages, the codec."""


def structured(message: bytes) -> Wrapped:
    """Wrap a message as it stands."""
    return Wrapped({"content-type": STRUCTURED}, "key", message)


def binary(message: bytes) -> Wrapped:
    """Wrap a message by the Kafka binding's text: attributes as headers, the data alone as the value."""
    event = json.loads(message)
    data, stated = event.pop("data"), event.pop("datacontenttype")
    headers = {"content-type": stated, **{f"ce_{name}": str(value) for name, value in event.items()}}
    return Wrapped(headers, "key", json.dumps(data, separators=(",", ":")).encode())


def by_the_package(message: bytes, *, in_binary: bool) -> Wrapped:
    """Let the `cloudevents` package write a message; the ways in which it differs from ours are the point."""
    event = json.loads(message)
    data = event.pop("data")
    made = CloudEvent({**event, "time": datetime.fromisoformat(event["time"]), "partitionkey": "key"}, data)
    written: KafkaMessage = (to_binary if in_binary else to_structured)(made, JSONFormat())
    headers = {name: value.decode() for name, value in written.headers.items()}
    return Wrapped(headers, str(written.key), written.value)


def send_by_kafka_python(broker: str, topic: str, messages: Sequence[Wrapped], codec: str) -> None:
    """Send by kafka-python."""
    with producing(broker, compression_type=None if codec == "none" else codec) as producer:
        for one in messages:
            headers: Any = [(name, value.encode()) for name, value in one.headers.items()]
            producer.send(topic, one.value, key=one.key.encode(), headers=headers)


def send_by_kcat(broker: str, topic: str, messages: Sequence[Wrapped], codec: str) -> None:
    """Send by Debian's kcat, which is librdkafka; its headers are the same for all messages of a call."""
    for one in messages:
        stated = [word for name, value in one.headers.items() for word in ("-H", f"{name}={value}")]
        _run(["kcat", "-P", "-b", broker, "-t", topic, "-z", codec, "-k", one.key, *stated], one.value)


def send_by_java(broker: str, topic: str, messages: Sequence[Wrapped], codec: str) -> None:
    """Send by Kafka's own console producer, all in one call: a line is headers, a tab and the value."""
    lines = [
        "\x1f".join(f"{name}\x1e{value}" for name, value in one.headers.items()).encode() + b"\t" + one.value
        for one in messages
    ]
    reading = ("parse.headers=true", "headers.separator=\x1f", "headers.key.separator=\x1e")
    properties = [word for each in reading for word in ("--property", each)]
    command = ["java", "-cp", f"{_JARS}/*", "org.apache.kafka.tools.ConsoleProducer"]
    where = ["--bootstrap-server", broker, "--topic", topic, "--compression-codec", codec]
    _run([*command, *where, *properties], b"\n".join(lines))


def missing() -> str | None:
    """Name the client that this machine has not; in CI all are there."""
    return None if shutil.which("kcat") or os.environ.get("CI") else "kcat"


def _run(command: Sequence[str], given: bytes) -> None:
    ran = subprocess.run(command, input=given, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  a client under test
    if ran.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {ran.returncode}: {ran.stderr.decode(errors='replace')}")
