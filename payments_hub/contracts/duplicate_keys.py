"""
Keys that stand twice in one JSON object: of the decoders we use each silently keeps the last.

The exact way is to read every object's pairs, at about the price of the whole decoding. The cheap sure sign comes
first: each key is followed by a quotation mark and a colon, perhaps with white space between. A text may hold the same
characters, which only adds to the count; so where the count equals the keys that were read, none was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHITE_SPACE = b" \t\r\n"


def every_key_stands_once(text: bytes, message: Mapping[str, Any]) -> bool:
    """
    Tell for sure that no key was lost in reading; False says only that the exact way must decide.

    Args:
        text: The JSON as it was read.
        message: The slice message that came of it, with nothing added.

    """
    return text.translate(None, _WHITE_SPACE).count(b'":') == _count_keys(message)


def _count_keys(message: Mapping[str, Any]) -> int:
    data = message["data"]
    parts = [message, data, *(data.get(name, ()) for name in ("coverage", "contributors", "control"))]
    cells = data.get("cells", ())
    in_cells = sum([len(cell) for cell in cells])
    in_contributors = sum([len(cell["contributors"]) for cell in cells if "contributors" in cell])
    return sum(map(len, parts)) + in_cells + in_contributors
