"""Codes made from names, the same at every import."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "AE", "ł": "l", "Ł": "L"})

_DIGEST_DIGITS = 8


def slug(name: str) -> str:
    """Write a name with the characters of a code: `Tribüne Süd` becomes `Tribune-Sud`.

    A name with letters of another script gets a digest of itself, so that two of them differ. Two
    other names can have the same slug; whoever stores them finds out by the code.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    kept = "".join(one for one in plain if not unicodedata.combining(one))
    found = re.sub(r"[^A-Za-z0-9]*[^A-Za-z0-9._/][^A-Za-z0-9]*", "-", kept).strip("-._/")
    if all(one.isascii() for one in kept if one.isalnum()):
        return found
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_DIGITS]
    return f"{found}-{digest}".strip("-")
