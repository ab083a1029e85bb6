"""Questions to the semantic layer on behalf of a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError, ErrorCode, refuse
from app.resolvers.semantic.questions import Answered, answered, as_of_filters, query_of

if TYPE_CHECKING:
    from app.resolvers.context import Context


async def ask(context: Context, given: Any) -> Answered:  # noqa: ANN401 - an input object
    """Answer a question on behalf of the caller."""
    actor = context.caller
    organisation = await context.row("organisation", actor.organisation_id)
    try:
        if context.semantics is None or organisation is None:
            refuse(ErrorCode.SEMANTIC_UNAVAILABLE, "this process knows no semantic layer")
        query = query_of(given)
        if given.as_of is not None:
            subjects = await context.semantics.meta(actor, organisation)
            query["filters"] += as_of_filters(query, given.as_of, subjects)
        found = await context.semantics.load(actor, organisation, query)
    except DomainError as error:
        return Answered(violations=error.violations)
    return answered(found)


async def describe(context: Context, view: str | None) -> list[dict[str, Any]]:
    """Return the cubes and views that the caller may see, all or one."""
    actor = context.caller
    organisation = await context.row("organisation", actor.organisation_id)
    if context.semantics is None or organisation is None:
        refuse(ErrorCode.SEMANTIC_UNAVAILABLE, "this process knows no semantic layer")
    found = await context.semantics.meta(actor, organisation)
    return [one for one in found if view is None or one["name"] == view]
