"""The codes a slice is written in: how it was paid, how it was started, what for, and what the partner says of it."""

from __future__ import annotations

from enum import StrEnum


class Instrument(StrEnum):
    """What was paid with."""

    CARD = "CARD"
    ACCOUNT_TRANSFER = "ACCOUNT_TRANSFER"
    E_WALLET = "E_WALLET"
    MOBILE_MONEY = "MOBILE_MONEY"
    PREPAID = "PREPAID"
    CASH = "CASH"
    OTHER = "OTHER"


class Initiation(StrEnum):
    """How the payment was started."""

    QR = "QR"
    NFC = "NFC"
    CHIP = "CHIP"
    MAGSTRIPE = "MAGSTRIPE"
    ECOMMERCE = "ECOMMERCE"
    APP = "APP"
    OTHER = "OTHER"


class Purpose(StrEnum):
    """What the payment was for."""

    MERCHANT = "MERCHANT"
    P2P = "P2P"
    BILLS = "BILLS"
    FINANCIAL = "FINANCIAL"
    OTHER = "OTHER"
    ALL = "ALL"


class CellStatus(StrEnum):
    """What the partner says of one cell's figures; the letters are SDMX's own."""

    NORMAL = "A"
    ESTIMATED = "E"
    MISSING = "M"
    BREAK = "B"


class Finality(StrEnum):
    """Whether the partner still expects to change the slice."""

    PROVISIONAL = "PROVISIONAL"
    FINAL = "FINAL"


class Action(StrEnum):
    """What a slice does to the slice before it."""

    REPLACE = "REPLACE"
    DELETE = "DELETE"
    NIL = "NIL"


class RevisionReason(StrEnum):
    """Why a slice was changed."""

    LATE_DATA = "LATE_DATA"
    CORRECTION = "CORRECTION"
    RECLASSIFICATION = "RECLASSIFICATION"
    METHOD_CHANGE = "METHOD_CHANGE"
    BOUNDARY = "BOUNDARY"
    BACKCAST = "BACKCAST"
