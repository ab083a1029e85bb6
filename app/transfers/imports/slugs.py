"""Codes made from names, the same at every import."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "AE", "ł": "l", "Ł": "L"})


def slug(name: str) -> str:
    """Write a name with the characters of a code: `Tribüne Süd` becomes `Tribune-Sud`.

    Two names can have the same slug; whoever stores them finds out by the code.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    kept = "".join(one for one in plain if not unicodedata.combining(one))
    return re.sub(r"[^A-Za-z0-9._/]+", "-", kept).strip("-")
