"""Inputs of cancelling a calendar item across all Sales, and the preview, which changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from app.commands.event_cancelling import CancelEvent, RetryEvent
from app.commands.event_preview import preview_event_cancellation
from app.domain.errors import DomainError, Violation
from app.domain.validation import Check
from app.resolvers.ids import checked_id

if TYPE_CHECKING:
    from app.commands.event_preview import EventPreview
    from app.resolvers.context import Context
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EventPreviewed:
    """A preview, or the reasons why the calendar item cannot be cancelled."""

    preview: EventPreview | None
    violations: tuple[Violation, ...] = ()


async def preview_event(context: Context, given: Any) -> EventPreviewed:  # noqa: ANN401 - an input object, as below
    """Work out in a thread what cancelling a calendar item would do."""
    actor = context.caller
    check = Check()
    try:
        request = event_to_cancel(given, check)
        check.refuse_if_any()

        def action(work: UnitOfWork) -> EventPreview:
            return preview_event_cancellation(work, actor, request)

        found = await to_thread.run_sync(
            context.runner.transact, actor.organisation_id, actor.name, action, context.request_id
        )
    except DomainError as error:
        return EventPreviewed(None, error.violations)
    return EventPreviewed(found)


def event_to_cancel(given: Any, check: Check) -> CancelEvent:  # noqa: ANN401
    """Turn an EventCancellationStartInput, or the one of its preview, into its request."""
    return CancelEvent(
        calendar_item_id=checked_id(
            "calendar_item", given.calendar_item_id, check, "calendarItemId"
        ),
        reason=getattr(given, "reason", ""),
        credit_where=given.credit_where,
        credit_notes=given.credit_notes,
        settlement=given.settlement,
    )


def event_to_retry(given: Any, check: Check) -> RetryEvent:  # noqa: ANN401
    """Turn an EventCancellationRetryInput into its request."""
    return RetryEvent(
        checked_id("event_cancellation", given.event_cancellation_id, check, "eventCancellationId"),
        given.expected_version,
    )
