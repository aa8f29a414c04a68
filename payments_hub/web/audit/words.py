"""Acts, refusals and who they were, in words."""

from __future__ import annotations

from payments_hub.domain.languages import Language, Words
from payments_hub.domain.security_events import Kind

ACTION_WORDS: dict[str, Words] = {
    "account_created": Words("Tạo tài khoản", "Created an account"),
    "account_disabled": Words("Khóa tài khoản", "Disabled an account"),
    "account_enabled": Words("Mở lại tài khoản", "Enabled an account"),
    "account_language_changed": Words("Đổi ngôn ngữ của tài khoản", "Changed an account's language"),
    "account_role_changed": Words("Đổi vai trò", "Changed a role"),
    "day_closed": Words("Chốt sổ một ngày", "Closed a day"),
    "deliveries_replayed": Words("Xét lại thông điệp đã từ chối", "Judged rejected messages again"),
    "feed_restarted": Words("Cho nguồn đứng lại đọc tiếp", "Let a blocked feed go on"),
    "feed_resumed": Words("Cho đọc lại nguồn bị tạm ngừng", "Resumed a suspended feed"),
    "held_refused": Words("Từ chối lát tạm giữ", "Refused held slices"),
    "held_released": Words("Cho nhận lát tạm giữ", "Released held slices"),
    "key_made": Words("Tạo khóa", "Made a key"),
    "key_revoked": Words("Thu hồi khóa", "Revoked a key"),
    "obligation_added": Words("Thêm nghĩa vụ báo cáo", "Added an obligation"),
    "obligation_ended": Words("Kết thúc nghĩa vụ báo cáo", "Ended an obligation"),
    "obligations_imported": Words("Nhập tệp nghĩa vụ báo cáo", "Imported obligations"),
    "other_sessions_ended": Words("Đăng xuất các máy khác", "Signed other browsers out"),
    "warning_answered": Words("Trả lời cảnh báo", "Answered a warning"),
    "partner_moved": Words("Chuyển nhóm đọc dữ liệu của đối tác", "Moved a partner's feed to another group"),
    "partner_registered": Words("Đăng ký đối tác", "Registered a partner"),
    "password_changed": Words("Đổi mật khẩu", "Changed the password"),
    "password_link_made": Words("Tạo liên kết đặt mật khẩu", "Made a link for a password"),
    "password_set": Words("Đặt mật khẩu bằng liên kết", "Set a password by a link"),
    "period_locked": Words("Khóa kỳ", "Locked a period"),
    "period_unlocked": Words("Mở khóa kỳ", "Unlocked a period"),
    "receipts_digested": Words("Ghi mã băm biên nhận trong ngày", "Digested a day's receipts"),
    "session_ended": Words("Đăng xuất một máy", "Signed a browser out"),
    "signing_key_added": Words("Thêm khóa ký", "Added a signing key"),
    "signing_key_revoked": Words("Thu hồi khóa ký", "Revoked a signing key"),
    "site_closed": Words("Đóng một địa điểm trong những ngày", "Closed a site for some days"),
    "site_opened": Words("Mở một địa điểm trong những ngày", "Opened a site for some days"),
}
"""Every action that the hub records; a test looks for those that are missing."""

KIND_WORDS: dict[Kind, Words] = {
    Kind.KEY_MISSING: Words("Gọi mà không kèm khóa", "Call without a key"),
    Kind.KEY_UNKNOWN: Words("Khóa không đúng", "Unknown key"),
    Kind.KEY_REVOKED: Words("Khóa đã thu hồi", "Revoked key"),
    Kind.KEY_EXPIRED: Words("Khóa đã hết hạn", "Expired key"),
    Kind.KEY_SCOPE: Words("Khóa không được cấp cho việc đó", "Key not made for that"),
    Kind.KEY_IN_ADDRESS: Words("Khóa nằm trong địa chỉ: coi như đã lộ", "Key in the address: take it as disclosed"),
    Kind.FOREIGN_SOURCE: Words("Gửi với tên của đối tác khác", "Sent under another partner's name"),
    Kind.SIGNATURE: Words("Thiếu chữ ký hoặc chữ ký không đúng", "Signature missing or not good"),
    Kind.SIGN_IN: Words("Đăng nhập không thành công", "Failed sign-in"),
    Kind.LINK: Words("Liên kết đặt mật khẩu không còn dùng được", "Link for a password that is not good"),
    Kind.SESSION_MISSING: Words("Gửi biểu mẫu khi chưa đăng nhập", "Form sent without having signed in"),
    Kind.SESSION_ENDED: Words("Phiên đăng nhập đã hết hoặc không có", "Session that has ended or never was"),
    Kind.ROLE: Words("Vai trò không được làm việc đó", "Role that may not do that"),
    Kind.ELSEWHERE: Words("Chỉ máy chủ này mới được gọi", "Only for calls from this machine"),
    Kind.FORM: Words("Biểu mẫu hết hạn hoặc giả mạo", "Form that is old or forged"),
    Kind.TOO_MANY: Words("Thử quá nhiều lần", "Too many attempts"),
    Kind.TOO_LARGE: Words("Gửi quá cỡ", "Too large"),
    Kind.CONTENT_TYPE: Words("Loại nội dung không nhận", "Content type that is not taken"),
}


def action_words(action: str, language: Language) -> str:
    """Word an action; one that the hub has no words for any more is shown as it was recorded."""
    return ACTION_WORDS[action].of(language) if action in ACTION_WORDS else action


def actor_words(actor: str | None, language: Language) -> str:
    """Word who it was."""
    kind, _, name = (actor or "").partition(":")
    if kind not in _ACTORS:
        return actor or Words("Chưa biết là ai", "Not known").of(language)
    return f"{_ACTORS[kind].of(language)} {name}"


_ACTORS = {
    "account": Words("Tài khoản", "Account"),
    "command": Words("Dòng lệnh, người dùng", "Command line, user"),
    "job": Words("Việc định kỳ", "Job"),
    "key": Words("Khóa", "Key"),
    "partner": Words("Đối tác", "Partner"),
}
