"""Inputs of schedules as requests of commands, and their reports planned beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.report_schedules import NameSchedule, PutSchedule, SetRecipients, Timetable
from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.reports import key_of
from app.resolvers.ids import checked_id
from app.resolvers.report_library import standard_key
from app.resolvers.report_plans import Asked, bounded, planned
from reports.render import UnwritableError, format_of

if TYPE_CHECKING:
    from app.domain.validation import Check
    from app.resolvers.context import Context

_KIND = "report_schedule"


def new_schedule(given: Any, check: Check) -> PutSchedule:  # noqa: ANN401 - an input object, as below
    """Turn a ReportScheduleCreateInput into its request."""
    return PutSchedule(_timetable(given, check))


def edited_schedule(given: Any, check: Check) -> PutSchedule:  # noqa: ANN401
    """Turn a ReportScheduleUpdateInput into its request."""
    target = checked_id(_KIND, given.id, check, "id")
    return PutSchedule(_timetable(given, check), target, given.expected_version)


def deleted_schedule(given: Any, check: Check) -> NameSchedule:  # noqa: ANN401
    """Turn a ReportScheduleDeleteInput into its request."""
    target = checked_id(_KIND, given.schedule_id, check, "scheduleId")
    return NameSchedule(target, given.expected_version)


def run_schedule(given: Any, check: Check) -> NameSchedule:  # noqa: ANN401
    """Turn a ReportScheduleRunNowInput into its request."""
    return NameSchedule(checked_id(_KIND, given.schedule_id, check, "scheduleId"))


def set_recipients(given: Any, _check: Check) -> SetRecipients:  # noqa: ANN401
    """Turn a ReportRecipientsSetInput into its request."""
    return SetRecipients(tuple(given.patterns))


async def examined_schedule(context: Context, given: Any) -> tuple[Violation, ...]:  # noqa: ANN401
    """Plan the report of a schedule; return what is wrong with it, its parameters or its form."""
    try:
        format_of(given.format)
        asked = Asked(given.report_id, None, None, given.parameters, given.language)
        await planned(context, asked)
    except UnwritableError as error:
        return (Violation(ErrorCode.INPUT_INVALID, str(error), ("format",)),)
    except DomainError as error:
        return error.violations
    return ()


def _timetable(given: Any, check: Check) -> Timetable:  # noqa: ANN401
    report_id = checked_id("report", given.report_id, check, "reportId")
    parameters = {} if given.parameters is None else given.parameters
    return Timetable(
        report_key=standard_key(report_id) or key_of(report_id),
        title=given.title,
        parameters=bounded(parameters, check, "parameters"),
        language=given.language,
        format=given.format,
        cadence=given.cadence,
        weekday=given.weekday,
        day_of_month=given.day_of_month,
        minute_of_day=given.minute_of_day,
        time_zone=given.time_zone,
        recipients=tuple(dict.fromkeys(given.recipients)),
        is_active=given.is_active,
    )
