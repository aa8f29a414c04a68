import crc32c
import kafka.record.util
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.batch import arrival, content_type
from consumers.broker import Polled, Record
from consumers.topics import TOPIC_SETTINGS, Feed, topics_of
from payments_hub.ingest.arrivals import Arrival, Transport
from payments_hub.kernel.clock import SystemClock

FEED = Feed("feeds.BIDV", 0)


def test_a_record_becomes_an_arrival_of_its_topics_partner() -> None:
    now = SystemClock().now()
    headers = (("content-type", b"application/json"), ("sig", None))
    record = Record(17, b"{}", headers)

    made = arrival(Polled(FEED, 17, (record,), 18), record, now)

    assert made == Arrival("BIDV", Transport.KAFKA, "feeds.BIDV-0-17", b"{}", headers, "application/json", now)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        ([("Content-Type", b"application/json")], "application/json"),
        ([("content-type", b"a"), ("Content-Type", b"b")], None),
        ([("content-type", None)], None),
        ([("content-type", b"\xff")], None),
    ],
    ids=["absent", "other case", "repeated", "null", "no text"],
)
def test_a_content_type_is_read_only_where_it_is_plain(
    headers: list[tuple[str, bytes | None]], expected: str | None
) -> None:
    assert content_type(headers) == expected


@given(st.lists(st.integers(1, 3), max_size=30), st.integers(0, 3), st.integers(1, 40))
def test_pieces_join_up_to_the_whole_poll(gaps: list[int], markers: int, size: int) -> None:
    offsets = [100 + sum(gaps[: number + 1]) for number in range(len(gaps))]
    records = tuple(Record(offset, b"", ()) for offset in offsets)
    polled = Polled(FEED, 100, records, (offsets[-1] if offsets else 100) + 1 + markers)

    pieces = list(polled.pieces(size))

    assert tuple(record for piece in pieces for record in piece.records) == records
    assert [pieces[0].start, *(piece.position for piece in pieces)] == [
        *(piece.start for piece in pieces),
        polled.position,
    ]
    assert all(piece.start <= record.offset < piece.position for piece in pieces for record in piece.records)
    assert all(len(piece.records) <= size for piece in pieces)


def test_what_packs_to_nothing_is_cut_by_what_it_unpacks_to() -> None:
    sizes = [3, 3, 20, 3, 3, 3, 4]
    records = tuple(Record(100 + number, b"x" * size, ()) for number, size in enumerate(sizes))

    pieces = list(Polled(FEED, 100, records, 110).pieces(500, most_bytes=10))

    assert [[len(record.value or b"") for record in piece.records] for piece in pieces] == [
        [3, 3],
        [20],
        [3, 3, 3],
        [4],
    ]
    assert [(piece.start, piece.position) for piece in pieces] == [(100, 102), (102, 103), (103, 106), (106, 110)]


def test_five_hundred_of_the_largest_bodies_are_thirty_transactions_and_not_one() -> None:
    body = b"x" * 256 * 1024
    records = tuple(Record(number, body, ()) for number in range(500))

    pieces = list(Polled(FEED, 0, records, 500).pieces(500))

    assert {len(piece.records) for piece in pieces[:-1]} == {16}


def test_each_partner_has_one_topic() -> None:
    assert topics_of(["BIDV", "VCB"]) == {"feeds.BIDV", "feeds.VCB"}


def test_a_topic_is_never_compacted_and_stamps_the_time_itself() -> None:
    assert (TOPIC_SETTINGS["cleanup.policy"], TOPIC_SETTINGS["message.timestamp.type"]) == ("delete", "LogAppendTime")


def test_checksums_are_computed_by_the_compiled_library() -> None:
    # The private place where kafka-python chooses; its own way in Python makes reading ten times slower.
    assert kafka.record.util._crc32c is crc32c.crc32c
