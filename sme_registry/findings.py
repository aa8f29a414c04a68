"""What can be wrong with a spreadsheet of firms: a code that never changes, and words that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sme_registry.identifiers import mask_long_numbers

GOT_LENGTH = 60
"""A report shows this much of a cell, no more."""


class Severity(StrEnum):
    """What a finding does."""

    REFUSED = "refused"
    """The line, or the whole file where it names no line, is not taken in."""
    NOTICE = "notice"
    """It is taken in; somebody should look."""


class FindingCode(StrEnum):
    """Every kind of finding."""

    FILE_EMPTY = "file-empty"
    FILE_TOO_LARGE = "file-too-large"
    FILE_ENCODING = "file-encoding"
    FILE_ENCODING_ASSUMED = "file-encoding-assumed"
    FILE_UNREADABLE = "file-unreadable"
    FILE_WITHOUT_LINES = "file-without-lines"
    HEADER_MISSING = "header-missing"
    HEADER_UNKNOWN = "header-unknown"
    HEADER_DUPLICATE = "header-duplicate"
    LINE_LENGTH = "line-length"
    LINE_TOTAL = "line-total"
    LINE_CONTRADICTS = "line-contradicts"
    CELL_CONTROL = "cell-control"
    CELL_REQUIRED = "cell-required"
    CELL_TOO_LONG = "cell-too-long"
    CELL_PERSONAL_NUMBER = "cell-personal-number"
    TAX_CODE_SCIENTIFIC = "tax-code-scientific"
    TAX_CODE_SHAPE = "tax-code-shape"
    TAX_CODE_ZERO_LOST = "tax-code-zero-lost"
    TAX_CODE_CHECK_DIGIT = "tax-code-check-digit"
    TAX_CODE_NEVER_ISSUED = "tax-code-never-issued"
    HOUSEHOLD_OLD_CODE = "household-old-code"
    AREA_UNKNOWN = "area-unknown"
    SECTOR_UNKNOWN = "sector-unknown"
    NUMBER_SHAPE = "number-shape"
    NUMBER_SCIENTIFIC = "number-scientific"
    NUMBER_TOO_LARGE = "number-too-large"
    YEAR_SHAPE = "year-shape"
    YEAR_RANGE = "year-range"
    DATE_SHAPE = "date-shape"
    DATE_FUTURE = "date-future"
    PROGRAMME_UNKNOWN = "programme-unknown"
    ENROLMENT_HALF = "enrolment-half"
    ENROLMENT_BEFORE_PROGRAMME = "enrolment-before-programme"
    ENROLMENT_OPEN = "enrolment-open"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing wrong with one cell, line or file.

    Args:
        code: The kind.
        line: Line of the file, the header being line 1; None for the whole file.
        column: Name of the column; None for the whole line.
        got: What was found, shortened, long numbers masked.
        suggestion: What was probably meant, or what the rule allows; may be empty.
        text_vi: What happened and what to do, in Vietnamese.
        text_en: The same in English.

    """

    code: FindingCode
    line: int | None
    column: str | None
    got: str
    suggestion: str
    text_vi: str
    text_en: str

    @property
    def severity(self) -> Severity:
        """Tell whether it refuses."""
        return Severity.NOTICE if self.code is FindingCode.FILE_ENCODING_ASSUMED else Severity.REFUSED


def finding(
    code: FindingCode, *, line: int | None = None, column: str | None = None, got: str = "", suggestion: str = ""
) -> Finding:
    """
    Build a finding; the only way to, so that no cell reaches a report unmasked.

    >>> finding(FindingCode.TAX_CODE_SHAPE, line=4, column="tax_code", got="031090001212x").got
    '0*********12x'
    """
    text_vi, text_en = TEXTS[code]
    shown = " ".join(mask_long_numbers(got).split())
    cut = shown if len(shown) <= GOT_LENGTH else shown[:GOT_LENGTH] + "…"
    return Finding(code, line, column, cut, suggestion, text_vi, text_en)


TEXTS: dict[FindingCode, tuple[str, str]] = {
    FindingCode.FILE_EMPTY: (
        "Tệp rỗng. Hãy xuất lại từ bảng tính và gửi lại.",
        "The file is empty. Export it again from the spreadsheet.",
    ),
    FindingCode.FILE_TOO_LARGE: (
        "Tệp quá lớn. Hãy chia thành nhiều tệp nhỏ hơn.",
        "The file is too large. Split it into smaller files.",
    ),
    FindingCode.FILE_ENCODING: (
        "Không đọc được bảng mã chữ. Hãy lưu lại dưới dạng CSV UTF-8.",
        "The character encoding is not readable. Save the file again as CSV UTF-8.",
    ),
    FindingCode.FILE_ENCODING_ASSUMED: (
        "Tệp không phải UTF-8; đã đọc theo bảng mã ghi bên. Hãy xem tên doanh nghiệp có đúng dấu không.",
        "The file is not UTF-8; it was read in the encoding beside. Check that the names have the right accents.",
    ),
    FindingCode.FILE_UNREADABLE: (
        "Từ dòng này không đọc được, thường do thiếu dấu ngoặc kép đóng. Không dòng nào được nhận; hãy sửa và gửi lại.",
        "The file cannot be read from this line on, mostly for an open quote. No line was taken in; mend it first.",
    ),
    FindingCode.FILE_WITHOUT_LINES: (
        "Tệp chỉ có dòng tiêu đề. Hãy thêm dữ liệu.",
        "The file has a header and nothing below it. Add the lines.",
    ),
    FindingCode.HEADER_MISSING: (
        "Thiếu cột này. Hãy thêm cột, hoặc đổi tên cột gợi ý bên cạnh; không có dữ liệu thì để ô trống.",
        "This column is missing. Add it, or rename the column suggested; leave its cells empty where nothing is known.",
    ),
    FindingCode.HEADER_UNKNOWN: (
        "Cột này không có trong mẫu. Hãy đổi tên theo gợi ý, hoặc xoá cột.",
        "The form has no such column. Rename it as suggested, or delete it.",
    ),
    FindingCode.HEADER_DUPLICATE: (
        "Tên cột này xuất hiện hai lần. Hãy giữ lại một cột.",
        "This column's name appears twice. Keep one of them.",
    ),
    FindingCode.LINE_LENGTH: (
        "Dòng có số ô khác với dòng tiêu đề. Hãy kiểm tra dấu phân cách và dấu ngoặc kép.",
        "The line has another number of cells than the header. Look at its separators and quotes.",
    ),
    FindingCode.LINE_TOTAL: (
        "Đây là dòng tổng cộng, không phải doanh nghiệp. Hãy xoá dòng này.",
        "This is a line of totals, not a firm. Delete it.",
    ),
    FindingCode.LINE_CONTRADICTS: (
        "Dòng này khác với dòng trước của cùng doanh nghiệp và cùng năm. Hãy giữ lại một dòng.",
        "This line says otherwise than an earlier one on the same firm and year. Keep one of them.",
    ),
    FindingCode.CELL_CONTROL: (
        "Ô có ký tự điều khiển hoặc xuống dòng. Hãy xoá chúng; nếu dòng quá dài, tìm dấu ngoặc kép chưa đóng.",
        "The cell holds a control character or a line break. Remove it; where a line runs on, look for an open quote.",
    ),
    FindingCode.CELL_REQUIRED: ("Ô này không được để trống.", "This cell must not be empty."),
    FindingCode.CELL_TOO_LONG: ("Nội dung quá dài. Hãy rút gọn.", "The text is too long. Shorten it."),
    FindingCode.CELL_PERSONAL_NUMBER: (
        "Ô chữ có dãy số dài, có thể là số định danh hoặc điện thoại của cá nhân. Hãy xoá số đó.",
        "The text holds a long number, maybe a person's identity or telephone number. Remove it.",
    ),
    FindingCode.TAX_CODE_SCIENTIFIC: (
        "Bảng tính đã làm tròn mã số. Hãy định dạng cột là Văn bản (Text) và nhập lại mã.",
        "The spreadsheet rounded the code. Format the column as text and enter the code again.",
    ),
    FindingCode.TAX_CODE_SHAPE: (
        "Không phải mã số thuế. Cần 10 số (doanh nghiệp), 13 số (đơn vị phụ thuộc) hoặc 12 số (hộ kinh doanh).",
        "This is no tax code. It takes 10 digits (enterprise), 13 (branch) or 12 (business household).",
    ),
    FindingCode.TAX_CODE_ZERO_LOST: (
        "Mã có vẻ mất số 0 ở đầu. Hãy định dạng cột là Văn bản (Text) và nhập đủ các chữ số.",
        "The code seems to have lost its leading zero. Format the column as text and enter all its digits.",
    ),
    FindingCode.TAX_CODE_CHECK_DIGIT: (
        "Chữ số kiểm tra không khớp: mã có chữ số gõ sai. Hãy đối chiếu với giấy chứng nhận đăng ký.",
        "The check digit does not fit, so a digit is mistyped. Compare it with the registration certificate.",
    ),
    FindingCode.TAX_CODE_NEVER_ISSUED: (
        "Cơ quan thuế không cấp mã có dãy số này. Hãy đối chiếu với giấy chứng nhận đăng ký.",
        "The tax office never issues such a number. Compare it with the registration certificate.",
    ),
    FindingCode.HOUSEHOLD_OLD_CODE: (
        "Tên là hộ kinh doanh nhưng mã có 10 số; từ 1/7/2025 hộ kinh doanh dùng mã 12 số. Hãy nhập mã mới.",
        "The name is a business household's but the code has 10 digits; since 1 July 2025 theirs has 12. Enter that.",
    ),
    FindingCode.AREA_UNKNOWN: (
        "Không có đơn vị hành chính này. Ghi mã kèm danh mục, ví dụ VN-COMMUNE-2025-07-01:11359, hoặc để trống.",
        "There is no such area. Write the code with its scheme, as VN-COMMUNE-2025-07-01:11359, or leave it empty.",
    ),
    FindingCode.SECTOR_UNKNOWN: (
        "Không có mã ngành này. Ghi mã kèm danh mục, ví dụ VSIC-2025:G47, hoặc để trống.",
        "There is no such sector. Write the code with its scheme, as VSIC-2025:G47, or leave it empty.",
    ),
    FindingCode.NUMBER_SHAPE: (
        "Cần số nguyên chỉ gồm chữ số, không dấu chấm, dấu phẩy hay đơn vị; để trống nếu không biết.",
        "It takes a whole number of digits alone, without separators or unit; leave it empty if it is not known.",
    ),
    FindingCode.NUMBER_SCIENTIFIC: (
        "Bảng tính đã làm tròn số này. Hãy định dạng cột là số nguyên và xuất lại.",
        "The spreadsheet rounded this number. Format the column as whole numbers and export again.",
    ),
    FindingCode.NUMBER_TOO_LARGE: (
        "Số lớn bất thường. Hãy kiểm tra đơn vị: cột tiền tính bằng đồng.",
        "The number is beyond reason. Check its unit: money is in dong.",
    ),
    FindingCode.YEAR_SHAPE: ("Cần năm gồm bốn chữ số.", "It takes a year of four digits."),
    FindingCode.YEAR_RANGE: (
        "Năm nằm ngoài khoảng cho phép ghi bên.",
        "The year lies outside the years beside.",
    ),
    FindingCode.DATE_SHAPE: (
        "Cần ngày theo dạng năm-tháng-ngày, ví dụ 2026-07-03.",
        "It takes a date as year-month-day, for instance 2026-07-03.",
    ),
    FindingCode.DATE_FUTURE: ("Ngày này chưa tới.", "This day has not come yet."),
    FindingCode.PROGRAMME_UNKNOWN: (
        "Không có chương trình này. Dùng một trong các mã ghi bên, hoặc để trống cả hai ô.",
        "There is no such programme. Use one of the codes beside, or leave both cells empty.",
    ),
    FindingCode.ENROLMENT_HALF: (
        "Chương trình và ngày đăng ký phải cùng có hoặc cùng trống.",
        "A programme and its enrolment day are given together or not at all.",
    ),
    FindingCode.ENROLMENT_BEFORE_PROGRAMME: (
        "Ngày đăng ký nằm ngoài thời gian của chương trình.",
        "The enrolment day lies outside the time of the programme.",
    ),
    FindingCode.ENROLMENT_OPEN: (
        "Doanh nghiệp đã đăng ký chương trình này từ ngày khác. Hãy sửa ngày, hoặc kết thúc lần đăng ký trước.",
        "The firm is already enrolled in this programme since another day. Mend the day, or end that enrolment first.",
    ),
}
"""Each kind's words, in Vietnamese and in English."""
