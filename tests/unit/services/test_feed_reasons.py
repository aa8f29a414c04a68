"""Why a feed stands still, in Vietnamese: every text that the consumers can write has one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import consumers
from payments_hub.services.feed_halts import reason_words

WORDS_ARE_RETURNED_BY = {"obstacle", "_refused", "tls_fault", "_fault"}
WORDS_ARE_TAKEN_BY = {"block", "tell", "set_back", "lose_places"}
WORDS_ARE_NAMED = {"reason", "missing", "detail", "_NOT_READ_YET", "STOPPED"}
ERRORS = {"FencedError", "BrokerUnreachableError", "NotAllowedError"}
VALUES = {
    "words": "Kafka has not answered",
    "fault": "it does not speak TLS 1.2 or later (TimeoutError). Is it the right port?",
    "why": "self-signed certificate",
    "lost": "offsets 3 to 9",
    "MAKE_TOPICS": "payments-consumers topics",
    "receipts_topic_of(partner)": "receipts.GO-HP",
    "', '.join(servers)": "kafka1:9092, kafka2:9092",
}
NUMBER = "17"


def text_of(node: ast.expr | None) -> str | None:
    """Write a text as the program would, some value in the place of each that it names."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (
            VALUES.get(ast.unparse(part.value), NUMBER) if isinstance(part, ast.FormattedValue) else text_of(part) or ""
            for part in node.values
        )
        return "".join(parts)
    return None


def written(node: ast.AST) -> Iterator[ast.expr | None]:
    """List the expressions by which a piece of the program says why a feed stands still."""
    match node:
        case ast.FunctionDef(name=name) if name in WORDS_ARE_RETURNED_BY:
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in WORDS_ARE_TAKEN_BY:
            yield from args
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=args)) if name in ERRORS:
            yield from args
        case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
            yield value if name in WORDS_ARE_NAMED else None
        case ast.Assign(
            targets=[ast.Tuple(elts=[*_, ast.Attribute(attr="detail")])], value=ast.Tuple(elts=[*_, value])
        ):
            yield value
        case _:
            return


def texts() -> list[str]:
    trees = (ast.parse(path.read_text("utf-8")) for path in Path(consumers.__path__[0]).glob("*.py"))
    found = (text_of(value) for tree in trees for node in ast.walk(tree) for value in written(node))
    # What holds no word of ours, but an exception's name and text alone, can only stay as it is.
    return sorted({text for text in found if text and any(map(str.isalpha, text))})


def test_every_text_that_consumers_write_has_a_vietnamese_form() -> None:
    found = texts()

    assert [text for text in found if reason_words(text).vi == text] == []
    assert {
        "the topic was deleted and made anew: offsets mean nothing in it",
        "not read yet",
        "resumed",
        "its worker was stopped",
        "its records cannot be read: Kafka has not answered",
        "its record at offset 17 makes the reader end: 17 workers did",
        "a transaction of its sender stays open, and nothing behind it can be read",
        "too much of what its partner sent was refused; its records wait",
        "Kafka has not answered",
    } <= set(found)


@pytest.mark.parametrize(
    ("said", "vietnamese"),
    [
        ("17 records were deleted before they were read: offsets 3 to 19", "17 bản ghi bị xóa trước khi được đọc: vị"),
        ("the log ends at 4, before the stored position 9: it was cut", "dữ liệu trong Kafka kết thúc ở 4, trước vị"),
        ("DatabaseAwayError: The database does not answer. Is the server running?", "cơ sở dữ liệu không trả lời."),
        (
            "DatabaseBusyError: Others are working with the same rows. Try again in a moment.",
            "tiến trình khác đang làm việc với cùng các dòng",
        ),
        (
            "TransactionTooLongError: The transaction took 31 s of its 30 s and was undone. Do less in one of them.",
            "một giao dịch mất 31 giây trong 30 giây",
        ),
        (
            "TransactionTooLongError: A transaction took too long, and the server undid it.",
            "một giao dịch quá lâu, máy chủ đã hủy nó",
        ),
        (
            "its records cannot be read: Kafka did not answer: KafkaTimeoutError: 30 s",
            "không đọc được bản ghi: Kafka không trả lời: KafkaTimeoutError",
        ),
    ],
)
def test_numbers_and_names_stay_and_the_class_of_our_own_error_is_left_out(said: str, vietnamese: str) -> None:
    words = reason_words(said)

    assert words.vi.startswith(vietnamese)
    assert words.en == said


@pytest.mark.parametrize("said", ["CorruptRecordError: [Error 2] x", "BrokerUnreachableError: cut o", "{count}", ""])
def test_an_unknown_text_stays_as_it_is(said: str) -> None:
    assert (reason_words(said).vi, reason_words(said).en) == (said, said)


def test_one_record_is_said_of_one() -> None:
    words = reason_words("1 records were deleted before they were read: offsets 3 to 3")

    assert words.en == "1 record was deleted before it was read, at offset 3"
