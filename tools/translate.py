"""
Bring the English catalogue up to date with the templates' Vietnamese words, and compile it.

Usage: translate.py    A word without translation is listed, and left empty for you to fill in; run it again then.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parent.parent / "payments_hub" / "web"
CATALOGUE = WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po"
LINE_WIDTH = 118
_NO_MATTER = datetime(2000, 1, 1, tzinfo=UTC)


def words_of_templates() -> set[str]:
    """Find every text that a template asks to be translated."""
    found = extract_from_dir(WEB / "templates", method_map=[("**.html", "jinja2")])
    return {str(message) for _file, _line, message, _comments, _context in found}


def read_catalogue() -> Catalog:
    """Read the English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def compiled(catalogue: Catalog) -> bytes:
    """Compile a catalogue, without its header's dates: the same words give the same bytes."""
    plain = Catalog(locale="en", fuzzy=False)
    plain.creation_date = plain.revision_date = _NO_MATTER
    for message in catalogue:
        if message.id:
            plain.add(message.id, message.string)
    buffer = BytesIO()
    write_mo(buffer, plain)
    return buffer.getvalue()


def main() -> int:
    """Write the catalogue with exactly the templates' words."""
    old, new = read_catalogue(), Catalog(locale="en", fuzzy=False)
    for words in words_of_templates():
        kept = old.get(words)
        new.add(words, kept.string if kept else "")
    with CATALOGUE.open("wb") as file:
        write_po(file, new, width=LINE_WIDTH, sort_output=True, omit_header=True)
    CATALOGUE.with_suffix(".mo").write_bytes(compiled(new))
    missing = [str(message.id) for message in new if message.id and not message.string]
    for words in missing:
        print(f"without translation: {words}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
