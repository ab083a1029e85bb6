"""Questions to the semantic layer on behalf of a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError, ErrorCode, refuse
from app.resolvers.semantic.questions import Answered, answered, as_of_filters, query_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.resolvers.context import Context
    from app.resolvers.semantic.door import SemanticDoor


async def ask(
    context: Context,
    given: Any,  # noqa: ANN401 - an input object
    *,
    must_be_current: bool = False,
) -> Answered:
    """Answer a question on behalf of the caller."""
    actor = context.caller
    try:
        door, organisation = await _door(context)
        query = query_of(given)
        if given.as_of is not None:
            subjects = await door.meta(actor, organisation)
            query["filters"] += as_of_filters(query, given.as_of, subjects)
        found = await door.load(actor, organisation, query, must_be_current=must_be_current)
    except DomainError as error:
        return Answered(violations=error.violations)
    return answered(found)


async def describe(context: Context, view: str | None) -> list[dict[str, Any]]:
    """Return the cubes and views that the caller may see, all or one."""
    door, organisation = await _door(context)
    found = await door.meta(context.caller, organisation)
    return [one for one in found if view is None or one["name"] == view]


async def read_freshness(context: Context) -> dict[str, Any]:
    """Return how fresh the facts are."""
    door, _ = await _door(context)
    return await door.freshness()


async def _door(context: Context) -> tuple[SemanticDoor, Mapping[str, Any]]:
    """Return the way to the semantic layer, and the caller's club, which it is told about."""
    organisation = await context.row("organisation", context.caller.organisation_id)
    if context.semantics is None or organisation is None:
        refuse(ErrorCode.SEMANTIC_UNAVAILABLE, "this process knows no semantic layer")
    return context.semantics, organisation
