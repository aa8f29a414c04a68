"""What every row class builds on: names of constraints, and which column type a Python type becomes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Double,
    Enum,
    LargeBinary,
    MetaData,
    Numeric,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""A migration can drop only what has a known name; a check constraint brings the last part of its own."""


class Instant(TypeDecorator[datetime]):
    """An instant as `timestamptz`: a naive datetime is refused on its way in, and what comes out is in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """
        Hand an aware datetime to the driver.

        Raises:
            ValueError: The datetime names no zone, so it is no instant.

        """
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} names no time zone; instants are aware")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Turn what the driver read into UTC."""
        return None if value is None else value.astimezone(UTC)


def _values(members: type[StrEnum]) -> list[str]:
    return [str(member) for member in members]


class Base(DeclarativeBase):
    """
    The root of every row class.

    A whole number is a `bigint` (money is whole currency, 64 bits) and text is `text`: a length belongs to the
    contract that takes the text in. A closed set is text too, kept by its values, so that adding a member needs no
    `ALTER TYPE`.
    """

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        bool: Boolean(),
        int: BigInteger(),
        float: Double(),
        Decimal: Numeric(),
        str: Text(),
        bytes: LargeBinary(),
        date: Date(),
        datetime: Instant(),
        StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=_values),
        list[str]: ARRAY(Text()),
        dict[str, object]: JSONB(),
        list[dict[str, object]]: JSONB(),
    }
