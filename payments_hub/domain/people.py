"""Who may do what: roles of the people who sign in, and the one table of their permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from payments_hub.domain.languages import Words


class Role(StrEnum):
    """What a person is to the programme."""

    PARTNER = "partner"
    OFFICER = "officer"
    APPROVER = "approver"
    ANALYST = "analyst"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What a role may do; a route names the one it needs."""

    KEEP_OWN_ACCOUNT = "keep_own_account"
    SEE_OVERVIEW = "see_overview"
    SEE_CITY = "see_city"
    SEE_CHARTS = "see_charts"
    SEE_CHANGES = "see_changes"
    SEE_RECEIPTS = "see_receipts"
    SEE_FEEDS = "see_feeds"
    SEE_QUARANTINE = "see_quarantine"
    SEE_OBLIGATIONS = "see_obligations"
    SEE_LOCKS = "see_locks"
    SEE_OPERATIONS = "see_operations"
    SEE_AUDIT = "see_audit"
    ANSWER_WARNINGS = "answer_warnings"
    REPLAY = "replay"
    CHANGE_OBLIGATIONS = "change_obligations"
    LOCK_PERIODS = "lock_periods"
    MANAGE_KEYS = "manage_keys"
    MANAGE_ACCOUNTS = "manage_accounts"


_EVERYBODY = frozenset(
    {
        Action.KEEP_OWN_ACCOUNT,
        Action.SEE_OVERVIEW,
        Action.SEE_CHARTS,
        Action.SEE_CHANGES,
        Action.SEE_RECEIPTS,
        Action.SEE_FEEDS,
        Action.SEE_OBLIGATIONS,
    }
)
_CITY = _EVERYBODY | {Action.SEE_CITY, Action.SEE_LOCKS}
_OFFICE = _CITY | {Action.LOCK_PERIODS, Action.CHANGE_OBLIGATIONS}
_KEEPER = _CITY | {
    Action.SEE_QUARANTINE,
    Action.SEE_OPERATIONS,
    Action.SEE_AUDIT,
    Action.REPLAY,
    Action.CHANGE_OBLIGATIONS,
    Action.MANAGE_KEYS,
}

PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.PARTNER: _EVERYBODY | {Action.SEE_QUARANTINE, Action.ANSWER_WARNINGS, Action.MANAGE_KEYS},
    Role.OFFICER: _OFFICE,
    Role.APPROVER: _OFFICE,
    Role.ANALYST: _CITY,
    Role.OPERATOR: _KEEPER,
    Role.ADMINISTRATOR: _KEEPER | {Action.MANAGE_ACCOUNTS},
}
"""Every role and all that it may do; what is not here is denied. A partner does it to its own alone."""


ROLE_WORDS: dict[Role, Words] = {
    Role.PARTNER: Words("Đối tác", "Partner"),
    Role.OFFICER: Words("Cán bộ", "Officer"),
    Role.APPROVER: Words("Người duyệt", "Approver"),
    Role.ANALYST: Words("Phân tích viên", "Analyst"),
    Role.OPERATOR: Words("Vận hành", "Operator"),
    Role.ADMINISTRATOR: Words("Quản trị", "Administrator"),
}
"""What each role is called."""

ACTION_WORDS: dict[Action, Words] = {
    Action.KEEP_OWN_ACCOUNT: Words(
        "Đổi mật khẩu, ngôn ngữ và đóng phiên của chính mình", "Change one's own password and language, end sessions"
    ),
    Action.SEE_OVERVIEW: Words("Xem trang Tổng quan và tệp số liệu", "See the overview and the file of figures"),
    Action.SEE_CITY: Words("Xem số liệu toàn thành phố", "See figures of the whole city"),
    Action.SEE_CHARTS: Words("Xem biểu đồ", "See charts"),
    Action.SEE_CHANGES: Words(
        "Xem số liệu tại một ngày trước và điều đã đổi", "See figures as known on a day, and what changed since"
    ),
    Action.SEE_RECEIPTS: Words("Xem biên nhận", "See receipts"),
    Action.SEE_FEEDS: Words("Xem tình trạng nguồn số liệu", "See the state of feeds"),
    Action.SEE_QUARANTINE: Words("Xem tin bị từ chối", "See messages that were rejected"),
    Action.SEE_OBLIGATIONS: Words("Xem nghĩa vụ báo cáo", "See what is owed"),
    Action.SEE_LOCKS: Words("Xem kỳ đã khóa và tin tạm giữ", "See locked periods and held messages"),
    Action.SEE_OPERATIONS: Words("Xem vận hành của hệ thống", "See how the system runs"),
    Action.SEE_AUDIT: Words("Xem nhật ký việc đã làm và việc bị từ chối", "See what was done and what was refused"),
    Action.ANSWER_WARNINGS: Words("Trả lời cảnh báo về số liệu", "Answer warnings about figures"),
    Action.REPLAY: Words("Cho xử lý lại tin bị từ chối", "Replay messages that were rejected"),
    Action.CHANGE_OBLIGATIONS: Words("Sửa nghĩa vụ báo cáo", "Change what is owed"),
    Action.LOCK_PERIODS: Words(
        "Khóa, mở kỳ; nhận hoặc từ chối tin tạm giữ", "Lock and unlock periods; release or refuse held messages"
    ),
    Action.MANAGE_KEYS: Words("Tạo và thu hồi khóa truy cập", "Make and revoke partners' keys"),
    Action.MANAGE_ACCOUNTS: Words(
        "Tạo tài khoản, đổi vai trò, khóa tài khoản, cấp liên kết mật khẩu",
        "Create accounts, change roles, disable, give one-time links",
    ),
}
"""What each permission allows, in words: the page of accounts and docs/permissions.md say it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Who looks: with a partner's code, that partner's figures alone and never a total that holds another's.

    Args:
        role: What the person may do.
        partner: The partner's code for the partner role, else None.

    """

    role: Role
    partner: str | None

    def may(self, action: Action) -> bool:
        """Tell whether the role has a permission."""
        return action in PERMISSIONS[self.role]
