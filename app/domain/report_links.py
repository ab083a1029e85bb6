"""Links by which one report, with fixed parameters, is shown in pages of other sites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.validation import Check

LINK_LIMIT = 500
"""Links of one club that are not revoked and have not ended."""
LIFE_LIMIT = timedelta(days=400)
"""How long a link works at most: a season, and some weeks to replace it."""
FRAME_LIMIT = 50
"""Origins in whose pages a club lets reports be shown."""
_ORIGIN_LIMIT = 255
_NAME = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"(?:https://{_NAME}(?:\.{_NAME})+|https?://localhost)(?::[1-9]\d{{0,4}})?")


@dataclass(frozen=True, slots=True)
class ReportLink:
    """A link to a report with parameters; it shows what its owner would see at that moment.

    The owner is a token, because somebody has to be asked what they may see when nobody is there.
    `origins` are the sites whose pages may frame it. But for `is_revoked` nothing of it changes.
    """

    id: UUID
    report_key: str
    title: str
    parameters: Mapping[str, Any]
    language: str
    origins: tuple[str, ...]
    owner: str
    owner_token_id: UUID
    expires_at: datetime
    is_revoked: bool
    created_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Tell whether the link still opens anything."""
        return not self.is_revoked and now < self.expires_at


@dataclass(frozen=True, slots=True)
class ReportFrame:
    """An origin in whose pages a club lets reports be shown."""

    origin: str
    created_at: datetime


def check_link(link: ReportLink, allowed: Collection[str], check: Check) -> None:
    """Collect what is wrong with a link that is made now."""
    check.text("title", link.title)
    check.instant("expiresAt", link.expires_at)
    check.refuse_if_any()
    if not link.created_at < link.expires_at <= link.created_at + LIFE_LIMIT:
        message = f"a link ends in the future, and within {LIFE_LIMIT.days} days"
        check.add(ErrorCode.INPUT_INVALID, message, "expiresAt")
    if not link.origins:
        message = "no page may show it: name one of reportFrames, which root can add to"
        check.add(ErrorCode.REPORT_FRAME_REFUSED, message, "origins")
    for index, origin in enumerate(link.origins):
        if origin not in allowed:
            message = f"the club does not let reports be shown in pages of {origin}; root can"
            place = check.below("origins")
            place.add(ErrorCode.REPORT_FRAME_REFUSED, f"{message} allow it", str(index))


def check_frame(origin: str, check: Check, *path: str) -> None:
    """Collect what is wrong with an origin: it goes into a header as it is."""
    if len(origin) > _ORIGIN_LIMIT or not _ORIGIN.fullmatch(origin):
        message = "write an origin in small letters, such as https://intranet.club.example"
        check.below(*path[:-1]).add(ErrorCode.INPUT_INVALID, message, path[-1])
