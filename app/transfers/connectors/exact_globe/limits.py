"""What Globe can hold: lengths and characters of its fields.

Source: the length of a debtor's number is the only one that Exact's schema states. The others are
the widths of Globe's own columns; a longer value would be cut there, or refused at the import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.transfers.connectors.exact_globe.amounts import refused


@dataclass(frozen=True, slots=True)
class Limit:
    """The width of a field of Globe, and the characters that a code may have."""

    title: str
    characters: int
    is_code: bool = True


DEBTOR = Limit("a debtor's code", 20)
DEBTOR_NUMBER = Limit("a debtor's number", 6)
ITEM = Limit("an item's code", 30)
VAT = Limit("a VAT code", 3)
CONDITION = Limit("a payment condition", 2)
WAREHOUSE = Limit("a warehouse", 4)
COSTCENTER = Limit("a cost centre", 8)
SELECTION = Limit("a selection code", 2)
JOURNAL = Limit("a journal", 3)
LEDGER = Limit("a general ledger account", 9)
UNIT = Limit("a unit", 8)
COUNTRY = Limit("a country", 3)
LANGUAGE = Limit("a language", 3)
REFERENCE = Limit("a reference", 30, is_code=False)
DESCRIPTION = Limit("a description", 60, is_code=False)
NAME = Limit("a name", 50, is_code=False)
LINE = Limit("a text of one line", 128, is_code=False)
FREE_TEXT = Limit("a free text", 80, is_code=False)

_CODE = re.compile(r"[A-Za-z0-9._/+&#*-](?:[A-Za-z0-9 ._/+&#*-]*[A-Za-z0-9._/+&#*-])?")
_BLANKS = re.compile(r"\s+")


def fit(value: object, limit: Limit, path: str) -> str:
    """Return a text that Globe can hold whole, or say which field is too long or odd."""
    text = plain(value, path)
    if not text:
        raise refused(f"is empty, and Globe needs {limit.title}", path)
    if len(text) > limit.characters:
        message = (
            f"{text!r} has {len(text)} characters, and {limit.title} in Globe has at most "
            f"{limit.characters}; map it to a shorter one"
        )
        raise refused(message, path)
    if limit.is_code and not _CODE.fullmatch(text):
        message = (
            f"{text!r} has characters that {limit.title} in Globe cannot have; letters without "
            "accents, digits, blanks inside and . _ / + & # * - are allowed"
        )
        raise refused(message, path)
    return text


def plain(value: object, path: str) -> str:
    """Return a text in one line; what XML cannot hold is refused."""
    if not isinstance(value, str):
        raise refused(f"{value!r} is no text", path)
    text = _BLANKS.sub(" ", value).strip()
    odd = [one for one in text if not one.isprintable()]
    if odd:
        raise refused(f"has the character U+{ord(odd[0]):04X}, which no file can hold", path)
    return text


def shortened(text: str, limit: Limit) -> str:
    """Return the beginning of a text, cut between words where there is a place for it."""
    if len(text) <= limit.characters:
        return text
    head = text[: limit.characters - 1]
    at_word = head.rpartition(" ")[0]
    return (at_word if len(at_word) > limit.characters // 2 else head).rstrip() + "…"
