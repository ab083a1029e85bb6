"""References by which payments find what they pay: structured ones, and any other text."""

from __future__ import annotations

import re

from stdnum import iso11649
from stdnum.be import ogm_vcs

_BELGIAN = re.compile(r"(?<!\d)\d{3}\s*/?\s*\d{4}\s*/?\s*\d{5}(?!\d)")
_CREDITOR = re.compile(r"\bRF\d{2}[A-Z0-9 ]{1,26}", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[^A-Z0-9]")


def reference_key(reference: str | None) -> str | None:
    """Return a reference without what people write differently; None when nothing is left.

    A Belgian structured communication is its twelve digits, an ISO 11649 creditor reference its
    compact form, whatever text stands around them; anything else its letters and digits, in
    capitals.
    """
    keys = reference_keys(reference)
    return keys[0] if keys else None


def reference_keys(text: str | None) -> tuple[str, ...]:
    """Return everything that a payment's text may be a reference by, the surest first.

    Structured references with valid check digits come first, then the whole text, then its words.
    """
    if text is None:
        return ()
    structured = [*_belgian(text), *_creditor(text)]
    words = [text, *text.split()]
    keys = [*structured, *(_PUNCTUATION.sub("", word.upper()) for word in words)]
    return tuple(dict.fromkeys(key for key in keys if key))


def _belgian(text: str) -> list[str]:
    """Find Belgian structured communications: +++090/9337/55493+++."""
    found = [re.sub(r"\D", "", match) for match in _BELGIAN.findall(text)]
    return [digits for digits in found if ogm_vcs.is_valid(digits)]


def _creditor(text: str) -> list[str]:
    """Find ISO 11649 creditor references: RF18 5390 0754 7034, the longest that is valid."""
    found = []
    for match in _CREDITOR.findall(text):
        words = match.split()
        for length in range(len(words), 0, -1):
            candidate = "".join(words[:length]).upper()
            if iso11649.is_valid(candidate):
                found.append(candidate)
                break
    return found
