"""What a partner may answer to a warning, and how a warning stands after it."""

from __future__ import annotations

from enum import StrEnum

from payments_hub.domain.languages import Words


class AnswerKind(StrEnum):
    """A partner's typed answer to a warning."""

    RIGHT_ONCE = "RIGHT_ONCE"
    """The figures are right: something happened that does not come again; a note says what."""
    NORMAL = "NORMAL"
    """The figures are right and will be like this: the warning is not raised again for a year."""
    WILL_CORRECT = "WILL_CORRECT"
    """The figures are wrong: the warning stays open until a higher revision is accepted."""


ANSWER_WORDS = {
    AnswerKind.RIGHT_ONCE: Words("Đúng, sự kiện một lần", "Right, a one-time event"),
    AnswerKind.NORMAL: Words("Đúng, từ nay là bình thường", "Right, and normal from now on"),
    AnswerKind.WILL_CORRECT: Words("Sai, sẽ gửi bản sửa", "Wrong, a correction follows"),
}

ANSWER_HINTS = {
    AnswerKind.RIGHT_ONCE: Words(
        "Cần ghi chú: chuyện gì đã xảy ra, ví dụ hội chợ hoặc khuyến mại lớn.",
        "A note is due: what happened, such as a fair or a large sale.",
    ),
    AnswerKind.NORMAL: Words(
        "Trong một năm hệ thống không cảnh báo lại điều này cho chuỗi số liệu này.",
        "For a year the hub does not raise this again for this series.",
    ),
    AnswerKind.WILL_CORRECT: Words(
        "Cảnh báo còn mở đến khi bản sửa, hoặc lát còn thiếu, được chấp nhận.",
        "The warning stays open until the correction, or what is missing, is accepted.",
    ),
}

_ALL = (AnswerKind.RIGHT_ONCE, AnswerKind.NORMAL, AnswerKind.WILL_CORRECT)
_OF_ONE_REVISION = (AnswerKind.RIGHT_ONCE, AnswerKind.WILL_CORRECT)
_ANSWERS = {
    **dict.fromkeys(("W4002", "W5001", "W5002", "W5003", "W5004", "W5005", "W5007"), _ALL),
    # What one revision dropped is never normal for the next one.
    "W5006": _OF_ONE_REVISION,
}

LONGEST_NOTE = 500


class WarningState(StrEnum):
    """How a warning stands."""

    OPEN = "open"
    """Nobody has answered."""
    PROMISED = "promised"
    """A correction was announced and has not come."""
    ANSWERED = "answered"
    CORRECTED = "corrected"
    """A higher revision was accepted, or what was missing came."""


STATE_WORDS = {
    WarningState.OPEN: Words("Chưa trả lời", "Not answered"),
    WarningState.PROMISED: Words("Chờ bản sửa", "Correction to come"),
    WarningState.ANSWERED: Words("Đã trả lời", "Answered"),
    WarningState.CORRECTED: Words("Đã hết", "Settled"),
}


def answer_kinds(code: str) -> tuple[AnswerKind, ...]:
    """
    Tell what may be answered to a code; nothing to an error, and to a manifest's warning by a manifest or slices.

    >>> [kind.value for kind in answer_kinds("W5006")], answer_kinds("E2101"), answer_kinds("W3008")
    (['RIGHT_ONCE', 'WILL_CORRECT'], (), ())
    """
    return _ANSWERS.get(code, ())


def state_of(answer: AnswerKind | None, *, settled: bool) -> WarningState:
    """
    Tell how a warning stands.

    >>> state_of(AnswerKind.WILL_CORRECT, settled=False), state_of(None, settled=True)
    (<WarningState.PROMISED: 'promised'>, <WarningState.CORRECTED: 'corrected'>)
    """
    if answer is AnswerKind.WILL_CORRECT:
        return WarningState.CORRECTED if settled else WarningState.PROMISED
    if answer is not None:
        return WarningState.ANSWERED
    return WarningState.CORRECTED if settled else WarningState.OPEN
