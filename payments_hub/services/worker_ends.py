"""How a worker ended, in both languages; the consumers say it in English, as their log does."""

from __future__ import annotations

from payments_hub.domain.languages import Words

_IN_VIETNAMESE = {
    "hung: it did not come round any more": "treo, không còn phản hồi",
    "did not stop in time": "không dừng kịp khi được yêu cầu",
    "out of memory": "hết bộ nhớ cho phép",
    "refused Kafka: it does not keep partners apart": "từ chối Kafka vì không tách biệt các đối tác",
    "could not be started:": "không khởi động được:",
    "killed by": "bị dừng bởi",
    "status": "mã kết thúc",
}


def end_words(said: str) -> Words:
    """
    Say in both languages how a worker ended.

    >>> end_words("out of memory (status 72)").vi
    'hết bộ nhớ cho phép (mã kết thúc 72)'
    """
    vi = said
    for english, vietnamese in _IN_VIETNAMESE.items():
        vi = vi.replace(english, vietnamese)
    return Words(vi, said)
