"""Inputs of links to reports as requests of commands, and their reports planned beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.report_links import NewLink, RevokeLink, SetFrames
from app.domain.errors import DomainError, Violation
from app.domain.reports import key_of
from app.resolvers.ids import checked_id
from app.resolvers.report_library import standard_key
from app.resolvers.report_plans import Asked, bounded, planned

if TYPE_CHECKING:
    from app.domain.validation import Check
    from app.resolvers.context import Context


def new_link(given: Any, check: Check) -> NewLink:  # noqa: ANN401 - an input object, as below
    """Turn a ReportLinkCreateInput into its request."""
    report_id = checked_id("report", given.report_id, check, "reportId")
    parameters = {} if given.parameters is None else given.parameters
    return NewLink(
        report_key=standard_key(report_id) or key_of(report_id),
        title=given.title,
        parameters=bounded(parameters, check, "parameters"),
        language=given.language,
        origins=None if given.origins is None else tuple(dict.fromkeys(given.origins)),
        expires_at=given.expires_at,
    )


def revoked_link(given: Any, check: Check) -> RevokeLink:  # noqa: ANN401
    """Turn a ReportLinkRevokeInput into its request."""
    return RevokeLink(checked_id("report_link", given.report_link_id, check, "reportLinkId"))


def set_frames(given: Any, _check: Check) -> SetFrames:  # noqa: ANN401
    """Turn a ReportFramesSetInput into its request."""
    return SetFrames(tuple(given.origins))


async def examined_link(context: Context, given: Any) -> tuple[Violation, ...]:  # noqa: ANN401
    """Plan the report of a link; return what is wrong with it or its parameters."""
    try:
        asked = Asked(given.report_id, None, None, given.parameters, given.language)
        await planned(context, asked)
    except DomainError as error:
        return error.violations
    return ()
