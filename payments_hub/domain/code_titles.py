"""What the contract's codes are called, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from payments_hub.domain.instruments import (
    Action,
    CellStatus,
    Finality,
    Initiation,
    Instrument,
    Purpose,
    RevisionReason,
)
from payments_hub.domain.languages import Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.money import Currency

CODE_TITLES: Mapping[type[StrEnum], Mapping[str, Words]] = MappingProxyType(
    {
        Instrument: {
            Instrument.CARD: Words("Thẻ ngân hàng", "Bank card"),
            Instrument.ACCOUNT_TRANSFER: Words("Chuyển khoản", "Account transfer"),
            Instrument.E_WALLET: Words("Ví điện tử", "E-wallet"),
            Instrument.MOBILE_MONEY: Words("Mobile Money", "Mobile Money"),
            Instrument.PREPAID: Words("Thẻ trả trước", "Prepaid card"),
            Instrument.CASH: Words("Tiền mặt", "Cash"),
            Instrument.OTHER: Words("Khác", "Other"),
        },
        Initiation: {
            Initiation.QR: Words("Mã QR", "QR code"),
            Initiation.NFC: Words("Chạm không tiếp xúc", "Contactless"),
            Initiation.CHIP: Words("Chip trên thẻ", "Chip"),
            Initiation.MAGSTRIPE: Words("Dải từ trên thẻ", "Magnetic stripe"),
            Initiation.ECOMMERCE: Words("Thương mại điện tử", "E-commerce"),
            Initiation.APP: Words("Ứng dụng", "App"),
            Initiation.OTHER: Words("Khác", "Other"),
        },
        Purpose: {
            Purpose.MERCHANT: Words("Trả cho đơn vị bán hàng", "Paid to merchants"),
            Purpose.P2P: Words("Giữa người với người", "Person to person"),
            Purpose.BILLS: Words("Hóa đơn, tiền điện, nước", "Bills"),
            Purpose.FINANCIAL: Words("Dịch vụ tài chính", "Financial services"),
            Purpose.OTHER: Words("Khác", "Other"),
            Purpose.ALL: Words("Tất cả, không chia", "All, not told apart"),
        },
        CellStatus: {
            CellStatus.NORMAL: Words("Bình thường", "Normal"),
            CellStatus.ESTIMATED: Words("Ước tính", "Estimated"),
            CellStatus.MISSING: Words("Thiếu số liệu", "Missing"),
            CellStatus.BREAK: Words("Ngắt chuỗi", "Break in the series"),
        },
        Finality: {
            Finality.PROVISIONAL: Words("Tạm tính", "Provisional"),
            Finality.FINAL: Words("Chính thức", "Final"),
        },
        Action: {
            Action.REPLACE: Words("Thay cả lát", "Replace the whole slice"),
            Action.DELETE: Words("Rút lại", "Take back"),
            Action.NIL: Words("Không phát sinh", "Nothing to report"),
        },
        RevisionReason: {
            RevisionReason.LATE_DATA: Words("Số liệu đến muộn", "Late data"),
            RevisionReason.CORRECTION: Words("Sửa sai", "Correction"),
            RevisionReason.RECLASSIFICATION: Words("Phân loại lại", "Reclassification"),
            RevisionReason.METHOD_CHANGE: Words("Đổi cách tính", "Change of method"),
            RevisionReason.BOUNDARY: Words("Đổi địa giới", "Change of boundaries"),
            RevisionReason.BACKCAST: Words("Tính lại quá khứ", "Backcast"),
        },
        Currency: {
            Currency.VND: Words("Đồng Việt Nam", "Vietnamese dong"),
            Currency.INR: Words("Rupee Ấn Độ", "Indian rupee"),
        },
        Verdict: {
            Verdict.ACCEPTED: Words("Chấp nhận", "Accepted"),
            Verdict.SUPERSEDED: Words("Bị thay thế", "Superseded"),
            Verdict.NO_CHANGE: Words("Không đổi", "No change"),
            Verdict.DUPLICATE: Words("Trùng", "Duplicate"),
            Verdict.REJECTED: Words("Từ chối", "Rejected"),
            Verdict.HELD: Words("Tạm giữ", "Held"),
        },
    }
)
"""The names of every code of each list."""
