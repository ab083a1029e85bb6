"""Whose report a file is, and when it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands at the head of a file.

    `made_at` is the wall clock of the plan's time zone. `logo` is a picture of the club, PNG or
    SVG by the suffix of `logo_name`; None where it has none. `colour` is the club's, as
    `#1f5fa8`, and None is Loge's own.
    """

    club: str
    made_at: datetime
    logo: bytes | None = None
    logo_name: str = "logo.svg"
    colour: str | None = None
