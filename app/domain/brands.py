"""How a club shows itself: its logo and its colour, on reports and in e-mails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode

if TYPE_CHECKING:
    from app.domain.validation import Check

LOGO_BYTES = 500_000
"""How large a picture may be that is taken as a logo."""
_COLOUR = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Brand:
    """A club's logo, always PNG, with its SHA-256 in hexadecimal digits, and its colour."""

    colour: str | None = None
    logo: bytes | None = field(default=None, repr=False)
    logo_sha256: str | None = None


def check_colour(colour: str | None, check: Check) -> None:
    """Accept None or a colour as pages write it."""
    if colour is not None and not _COLOUR.fullmatch(colour):
        message = "write the colour as # and six hexadecimal digits, such as #1f5fa8"
        check.add(ErrorCode.INPUT_INVALID, message, "colour")
