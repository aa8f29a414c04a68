"""What is recorded with an act, in words: by the detail's name and, where a name says two things, by the action."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from payments_hub.domain import formatting
from payments_hub.domain.audit import Details
from payments_hub.domain.keys import KeyScope
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import ROLE_WORDS, Role
from payments_hub.domain.warnings import ANSWER_WORDS, AnswerKind
from payments_hub.kernel.periods import Frequency
from payments_hub.web.feeds.calendars import FREQUENCIES
from payments_hub.web.partner_keys.pages import SCOPE_WORDS

_LANGUAGES = {Language.VI: Words("tiếng Việt", "Vietnamese"), Language.EN: Words("tiếng Anh", "English")}

DETAIL_WORDS: dict[str, Words] = {
    "algorithm": Words("thuật toán", "algorithm"),
    "added": Words("thêm", "added"),
    "answer": Words("trả lời", "answer"),
    "before": Words("ngày cuối trước đó", "last day before"),
    "changed": Words("đổi", "changed"),
    "code": Words("mã", "code"),
    "count": Words("số biên nhận", "receipts"),
    "currency": Words("đồng tiền", "currency"),
    "deliveries": Words("lần nhận", "deliveries"),
    "due_days": Words("hạn, số ngày sau kỳ", "due, days after the period"),
    "expires_at": Words("hết hạn", "expires"),
    "first": Words("từ ngày", "from"),
    "frequency": Words("tần suất", "frequency"),
    "group": Words("nhóm", "group"),
    "group_before": Words("nhóm trước đó", "group before"),
    "instrument": Words("phương tiện thanh toán", "instrument"),
    "label": Words("nhãn", "label"),
    "language": Words("ngôn ngữ", "language"),
    "language_before": Words("ngôn ngữ trước đó", "language before"),
    "last": Words("đến hết ngày", "to"),
    "last_day": Words("ngày cuối", "last day"),
    "lock": Words("khóa số", "lock"),
    "offset": Words("đọc tiếp từ vị trí", "goes on at offset"),
    "offset_before": Words("vị trí trước đó", "offset before"),
    "partner": Words("đối tác", "partner"),
    "partner_before": Words("đối tác trước đó", "partner before"),
    "pointer": Words("ở chỗ", "at"),
    "reason": Words("lý do", "reason"),
    "receipts": Words("số biên nhận", "receipts"),
    "rejected": Words("số lần bị từ chối", "refusals"),
    "role": Words("vai trò", "role"),
    "role_before": Words("vai trò trước đó", "role before"),
    "scopes": Words("quyền", "rights"),
    "security_events": Words("số lần từ chối", "refusals"),
    "security_events_folded": Words("gộp thêm", "folded"),
    "selection": Words("chọn theo", "chosen by"),
    "sessions": Words("số máy", "browsers"),
    "settled": Words("được nhận", "settled"),
    "simulated": Words("dữ liệu mô phỏng", "simulated data"),
    "slice": Words("lát", "slice"),
    "slices": Words("số lát", "slices"),
    "topic_id": Words("mã chủ đề", "topic id"),
    "topic_id_before": Words("mã chủ đề trước đó", "topic id before"),
    "valid_to": Words("đến hết ngày", "to"),
    "waiting": Words("lát còn chờ", "slices still waiting"),
}
"""Every detail that the hub records; a test looks for those that are missing."""

UNTOLD = frozenset({"after", "day", "form", "sha256"})
"""What the subject says already, or only a machine reads; the file has it."""

_OF_ACTION: Mapping[tuple[str, str], Words] = {
    ("deliveries_replayed", "deliveries"): Words("số lần nhận", "deliveries"),
    ("receipts_digested", "last"): Words("tới biên nhận số", "up to receipt number"),
}
"""Details whose name says something else of this action."""


def details_words(action: str, details: Details, language: Language) -> str:
    """Word an act's details in one line; what has no words any more is shown as it was recorded."""
    told = ((name, value) for name, value in sorted(details.items()) if name not in UNTOLD and value not in {None, ""})
    return "; ".join(f"{_name(action, name, language)}: {_value(name, value, language)}" for name, value in told)


def _name(action: str, name: str, language: Language) -> str:
    words = _OF_ACTION.get((action, name), DETAIL_WORDS.get(name))
    return name if words is None else words.of(language)


def _value(name: str, value: str | int | None, language: Language) -> str:
    if isinstance(value, int):
        return formatting.whole(value, language)
    text = str(value)
    worded = _VALUES[name](text) if name in _VALUES else None
    return text if worded is None else worded.of(language)


def _from(names: Mapping[str, Words]) -> Callable[[str], Words | None]:
    return names.get


def _scopes(text: str) -> Words | None:
    if not set(text.split()) <= set(KeyScope):
        return None
    found = [SCOPE_WORDS[KeyScope(scope)] for scope in text.split()]
    return Words(", ".join(each.vi.lower() for each in found), ", ".join(each.en.lower() for each in found))


def _day(text: str) -> Words | None:
    found = formatting.read_day(text)
    return None if found is None else Words(*(formatting.day(found, each) for each in (Language.VI, Language.EN)))


def _instant(text: str) -> Words | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        return None
    return Words(*(formatting.instant(found, each) for each in (Language.VI, Language.EN)))


_CHOICE = re.compile(
    r"all rejected(?: of (?P<of>\S+))?(?: code (?P<code>\S+))?(?: field (?P<field>\S+))?"
    r"(?: got (?P<got>.*?))?(?: flow (?P<flow>\S+))?",
    re.DOTALL,
)
_CHOSEN_BY = {
    "of": Words("của {}", "of {}"),
    "code": Words("mã lỗi {}", "with code {}"),
    "field": Words("ở trường {}", "at the field {}"),
    "got": Words("ghi “{}”", "that say “{}”"),
    "flow": Words("thuộc luồng {}", "of the flow {}"),
}


def selection_words(text: str) -> Words | None:
    """Word by what a replay's deliveries were chosen; None for what was recorded in another form."""
    numbers = text.removeprefix("deliveries ")
    if numbers != text:
        return Words(f"các lần nhận {numbers}", f"the deliveries {numbers}")
    found = _CHOICE.fullmatch(text)
    if found is None:
        return None
    parts = [(words, found[name]) for name, words in _CHOSEN_BY.items() if found[name] is not None]
    vi = ["mọi thông điệp bị từ chối", *(words.vi.format(value) for words, value in parts)]
    en = ["all rejected messages", *(words.en.format(value) for words, value in parts)]
    return Words(" ".join(vi), " ".join(en))


_ROLES = _from({role.value: ROLE_WORDS[role] for role in Role})
_LANGUAGE = _from({each.value: words for each, words in _LANGUAGES.items()})
_VALUES: Mapping[str, Callable[[str], Words | None]] = {
    "answer": _from({kind.value: ANSWER_WORDS[kind] for kind in AnswerKind}),
    "before": _day,
    "expires_at": _instant,
    "first": _day,
    "frequency": _from({each.value: FREQUENCIES[each] for each in Frequency}),
    "language": _LANGUAGE,
    "language_before": _LANGUAGE,
    "last": _day,
    "last_day": _day,
    "role": _ROLES,
    "role_before": _ROLES,
    "scopes": _scopes,
    "selection": selection_words,
    "simulated": _from({"yes": Words("có", "yes"), "no": Words("không", "no")}),
    "valid_to": _day,
}
