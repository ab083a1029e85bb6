"""A club's own reports: whose they are, who is shown them, and every version of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.permissions import Actor
    from app.domain.validation import Check

REPORT_LIMIT = 1_000
"""Reports of one club that are not deleted."""
DEFINITION_BYTES = 100_000
"""How large a definition may be."""
DEFINITION_DEPTH = 24
"""How deep a definition may nest."""
KEY_PREFIX = "own_"
"""What the keys of a club's own reports begin with; no standard report's does."""
AUDIENCE = frozenset({Role.ROOT, Role.SALES, Role.FINANCE, Role.OPERATIONS, Role.ANALYST})
"""The roles that reports are for; callers from outside the club see none."""


class ReportSharing(StrEnum):
    """Who beside its owner is shown a report."""

    PRIVATE = "PRIVATE"
    GROUPS = "GROUPS"
    EVERYONE = "EVERYONE"


@dataclass(frozen=True, slots=True)
class Report:
    """A saved report; `definition` is what the package of reports reads.

    `owner` is whose it is, as `Actor.person` names callers, and `owner_name` how that is shown.
    `groups` are the roles that see it while it is shared with groups. `copied_from` is the key of
    the report that it began as. A deleted one is kept, so that its owner can have it back.
    """

    id: UUID
    owner: str
    owner_name: str
    title: str
    category: str
    definition: Mapping[str, Any]
    sharing: ReportSharing
    groups: tuple[str, ...]
    copied_from: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """A definition as it was; `author` made it, as audit entries name callers."""

    id: UUID
    report_id: UUID
    version: int
    title: str
    definition: Mapping[str, Any] = field(repr=False)
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReportFavourite:
    """A report, by its key, that somebody wants to find quickly."""

    person: str
    report_key: str
    created_at: datetime


def key_of(report_id: UUID) -> str:
    """Return the key of a club's own report: what addresses and favourites name it by."""
    return f"{KEY_PREFIX}{report_id.hex}"


def own_id(key: str) -> UUID | None:
    """Return the id of the club's own report of a key; None for any other key."""
    digits = key.removeprefix(KEY_PREFIX)
    if digits == key:
        return None
    try:
        return UUID(hex=digits)
    except ValueError:
        return None


def may_change(report: Report, actor: Actor) -> bool:
    """Tell whether a report is an actor's to change, share and delete."""
    return actor.role is Role.ROOT or report.owner == actor.person


def may_see(report: Report, actor: Actor) -> bool:
    """Tell whether a report is shown to an actor; what is in it, the models' policies decide."""
    if actor.role not in AUDIENCE:
        return False
    if may_change(report, actor):
        return True
    is_in = report.sharing is ReportSharing.GROUPS and actor.role in report.groups
    return report.deleted_at is None and (report.sharing is ReportSharing.EVERYONE or is_in)


def require_change(report: Report, actor: Actor) -> None:
    """Refuse whoever may not change a report: as unknown if they may not see it either."""
    if not may_see(report, actor):
        refuse(ErrorCode.NOT_FOUND, "no such report", "id")
    if not may_change(report, actor):
        message = "only its owner and root change a report; copy it, and change the copy"
        refuse(ErrorCode.PERMISSION_DENIED, message, "id")


def shared(
    report: Report, sharing: ReportSharing, groups: tuple[Role, ...], check: Check
) -> Report:
    """Return a report shared anew, or collect what is wrong with that."""
    chosen = tuple(sorted(set(groups)))
    if sharing is not ReportSharing.GROUPS and chosen:
        message = f"groups belong to the sharing GROUPS, not to {sharing}"
        check.add(ErrorCode.INPUT_INVALID, message, "groups")
    if sharing is ReportSharing.GROUPS and not chosen:
        check.add(ErrorCode.INPUT_INVALID, "name at least one group", "groups")
    strangers = sorted(set(chosen) - AUDIENCE)
    if strangers:
        known = ", ".join(sorted(AUDIENCE))
        message = f"{', '.join(strangers)} sees no reports; these do: {known}"
        check.add(ErrorCode.INPUT_INVALID, message, "groups")
    return replace(report, sharing=sharing, groups=tuple(map(str, chosen)))
