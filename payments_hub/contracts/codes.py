"""Every code a receipt may carry: whose side it is on, and the words for it in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from payments_hub.domain.languages import Words

RULES_VERSION = "1.2.0"
"""Which rules judged a message. Any change that could change a verdict raises it; receipts keep it."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the contract; E rejects, W warns, H holds."""

    code: str
    side: str
    title: Words


def _partner(code: str, vi: str, en: str) -> Code:
    return Code(code, "partner", Words(vi, en))


def _both(code: str, vi: str, en: str) -> Code:
    return Code(code, "both", Words(vi, en))


CODES: Mapping[str, Code] = MappingProxyType(
    {
        code.code: code
        for code in (
            _partner("E1001", "Không phải JSON hoặc không phải CloudEvent", "Not JSON, or not a CloudEvent"),
            _partner("E1002", "Loại thông điệp hoặc phiên bản không rõ", "Unknown message type or schema version"),
            _partner("E1003", "Vượt giới hạn kích thước hoặc số ô", "Over the size or cell limit"),
            _partner("E1101", "Nguồn không khớp với thông tin xác thực", "The source is not this credential's"),
            _partner("E1102", "Mã sự kiện đã dùng cho nội dung khác", "Id reused for other content"),
            _partner("E1103", "Thiếu chữ ký, hoặc chữ ký không đúng", "Signature missing or not good"),
            _partner("E2001", "Thiếu trường bắt buộc", "Field missing"),
            _partner("E2002", "Sai kiểu hoặc ngoài khoảng cho phép", "Wrong type, or out of range"),
            _partner("E2003", "Trường không có trong hợp đồng dữ liệu", "Unknown field"),
            _partner("E2004", "Có dữ liệu cá nhân", "Personal data where none belongs"),
            _both("E2101", "Mã không có trong danh mục", "Code not in the list"),
            _both("E2102", "Đơn vị hành chính không có hiệu lực trong kỳ", "Area or scheme not valid in that period"),
            _both("E2103", "Địa điểm đóng cửa trong kỳ", "Site closed in that period"),
            _partner("E3001", "Kỳ báo cáo chưa kết thúc", "Period not over yet"),
            _both("E3002", "Tần suất, chiều hoặc số đo không thuộc luồng", "Wrong frequency, measure or dimension"),
            _partner("E3003", "Một ô xuất hiện hai lần", "The same cell twice"),
            _partner("E3004", "Tổng không khớp số kiểm soát", "The sum is not the control total"),
            _partner(
                "E3005", "Có số tiền mà không có số lượng, hoặc ngược lại", "Amount without count, or the reverse"
            ),
            _partner(
                "E3007",
                "Tỷ trọng không thể có với số đơn vị đóng góp đó",
                "Shares impossible for that number of owners",
            ),
            _partner("E4001", "Lần sửa này đã có nội dung khác", "Revision conflict"),
            _both("H4003", "Kỳ đã khóa sổ", "Period locked"),
            _both("W3008", "Bảng kê và các lát không khớp", "Manifest and slices disagree"),
            _partner("W4002", "Bỏ cách một lần sửa", "Revision gap"),
            _both("W5001", "Lệch khỏi lịch sử của chính nó", "Outside its own history"),
            _partner("W5002", "Không còn báo cáo sau một chuỗi đều", "Nothing after a steady series"),
            _partner("W5003", "Giá trị bình quân ngoài khoảng thường gặp", "Mean ticket out of band"),
            _both("W5004", "Hai nguồn của một địa điểm không khớp", "Two sources for one site disagree"),
            _partner("W5005", "Giống hệt kỳ trước", "Same as the last period"),
            _partner("W5006", "Lần sửa làm mất hơn một phần ba", "A revision drops over a third"),
            _partner("W5007", "Hoàn tiền lớn hơn doanh số gộp", "Refund above gross"),
        )
    }
)
"""The codes in the order of the contract's own table."""
