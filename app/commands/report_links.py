"""Links that show one report in pages of other sites: made, revoked; which sites a club allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.permissions import Permission, Role, require
from app.domain.report_links import (
    FRAME_LIMIT,
    LINK_LIMIT,
    ReportFrame,
    ReportLink,
    check_frame,
    check_link,
)
from app.domain.validation import Check
from app.storage.organisations import read_organisation
from app.storage.report_links import count_open_links, remove_frames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.errors import Violation
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewLink:
    """What a link shows and until when; `origins` None are all that the club allows."""

    report_key: str
    title: str
    parameters: Mapping[str, Any]
    language: str
    origins: tuple[str, ...] | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RevokeLink:
    """A link."""

    link_id: UUID


@dataclass(frozen=True, slots=True)
class SetFrames:
    """All origins in whose pages reports may be shown from now on."""

    origins: tuple[str, ...]


def create_link(
    work: UnitOfWork, actor: Actor, request: NewLink, violations: tuple[Violation, ...]
) -> Outcome:
    """Make a link.

    Args:
        work: the transaction.
        actor: whose sight the report is shown with.
        request: the link.
        violations: what is wrong with its report and parameters, as they were planned beforehand.
    """
    require(actor, Permission.REPORT_CHANGE)
    if actor.token_id is None:
        message = "a link is a token's, which is asked what it may see when nobody is there"
        refuse(ErrorCode.PERMISSION_DENIED, message)
    if violations:
        raise DomainError(*violations)
    if count_open_links(work) >= LINK_LIMIT:
        message = f"a club has at most {LINK_LIMIT} links that work; revoke some"
        refuse(ErrorCode.TOO_MANY_ITEMS, message)
    allowed = {one.origin for one in work.find(ReportFrame)}
    origins = tuple(sorted(allowed)) if request.origins is None else request.origins
    link = ReportLink(
        id=work.new_id(),
        report_key=request.report_key,
        title=request.title,
        parameters=request.parameters,
        language=request.language,
        origins=origins,
        owner=actor.person,
        owner_token_id=actor.token_id,
        expires_at=request.expires_at,
        is_revoked=False,
        created_at=work.now,
    )
    check = Check()
    check_link(link, allowed, check)
    check.refuse_if_any()
    work.insert([link])
    work.record("report_link", link.id, "report_link.created", None, link)
    return Outcome({"report_link": link.id})


def revoke_link(work: UnitOfWork, actor: Actor, request: RevokeLink) -> Outcome:
    """Make a link show nothing any more, for good; once more changes nothing."""
    require(actor, Permission.REPORT_CHANGE)
    before = work.get(ReportLink, request.link_id, "reportLinkId", lock=True)
    if actor.role is not Role.ROOT and before.owner != actor.person:
        refuse(ErrorCode.NOT_FOUND, "no such report link", "reportLinkId")
    if not before.is_revoked:
        after = replace(before, is_revoked=True)
        work.update([after])
        work.record("report_link", before.id, "report_link.revoked", before, after)
    return Outcome({"report_link": before.id})


def set_frames(work: UnitOfWork, actor: Actor, request: SetFrames) -> Outcome:
    """Say in whose pages the club lets reports be shown; only root does."""
    require(actor, Permission.REPORT_CHANGE)
    if actor.role is not Role.ROOT:
        message = "only root says in whose pages reports may be shown"
        refuse(ErrorCode.PERMISSION_DENIED, message)
    check = Check()
    check.size("origins", request.origins, FRAME_LIMIT)
    for index, origin in enumerate(request.origins):
        check_frame(origin, check, "origins", str(index))
    check.refuse_if_any()
    read_organisation(work, lock=True)
    before = {one.origin for one in work.find(ReportFrame)}
    after = set(request.origins)
    remove_frames(work, before - after)
    work.insert([ReportFrame(one, work.now) for one in sorted(after - before)])
    if before != after:
        told = {"origins": sorted(before)}, {"origins": sorted(after)}
        work.record_values("organisation", work.organisation_id, "report_frames.set", *told)
    return Outcome({"organisation": work.organisation_id})
