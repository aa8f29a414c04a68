"""Support programmes as data: who may take part, by which law, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sme_registry.enterprises import SizeClass
from sme_registry.errors import UnknownProgrammeError


@dataclass(frozen=True, slots=True)
class Programme:
    """
    One programme.

    Args:
        code: Names it in files and in the register.
        name_vi: Its name in Vietnamese.
        name_en: Its name in English.
        classes: The size classes that may take part.
        legal_ref: The law that says so.
        valid_from: First day it can be entered.
        valid_to: Last day; None while it is open.

    """

    code: str
    name_vi: str
    name_en: str
    classes: frozenset[SizeClass]
    legal_ref: str
    valid_from: date
    valid_to: date | None

    def open_on(self, day: date) -> bool:
        """Tell whether the programme can be entered on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


DIGITAL_SUPPORT = Programme(
    code="ND80-11",
    name_vi="Hỗ trợ chuyển đổi số theo Nghị định 80/2021/NĐ-CP",
    name_en="Digital transformation support under Decree 80/2021/ND-CP",
    classes=frozenset({SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM}),
    legal_ref="Nghị định 80/2021/NĐ-CP, Điều 11",
    valid_from=date(2021, 10, 15),
    valid_to=None,
)
"""Half of the cost of digital advice and solutions, for small and medium-sized enterprises."""

PROGRAMMES: dict[str, Programme] = {DIGITAL_SUPPORT.code: DIGITAL_SUPPORT}
"""Every programme by its code."""


def programme_called(code: str) -> Programme:
    """
    Find a programme by its code.

    Raises:
        UnknownProgrammeError: There is none.

    >>> programme_called("ND80-11").name_en
    'Digital transformation support under Decree 80/2021/ND-CP'
    """
    try:
        return PROGRAMMES[code]
    except KeyError as error:
        raise UnknownProgrammeError(code) from error
