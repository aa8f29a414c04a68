"""The two languages that people read, and words that exist in both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language of the pages, charts and papers; Vietnamese comes first."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """
    One text in both languages.

    >>> Words("chợ", "market").of(Language.EN)
    'market'
    """

    vi: str
    en: str

    def of(self, language: Language) -> str:
        """Take the text in one language."""
        return self.vi if language is Language.VI else self.en
