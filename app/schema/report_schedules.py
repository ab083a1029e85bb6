"""Schedules of reports in the API: what is sent, when, to whom, and what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, Optional

import strawberry

from app.commands import report_schedules as commands
from app.domain.report_schedules import Cadence, ReportDeliveryStatus
from app.resolvers import report_schedule_requests as requests
from app.resolvers import reports
from app.resolvers.ids import encode_id
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import (
    Info,
    Node,
    column,
    connected,
    created_column,
    lazy,
    node,
    to_one,
    version_column,
    wrap,
)
from app.schema.inputs import described, expected_version, key, where
from app.schema.payloads import action_mutation, input_argument, payload
from app.schema.scalars import Json
from app.storage.conditions import Comparison

described(
    Cadence,
    "How often a report is sent.",
    {"DAILY": "Every day.", "WEEKLY": "On a day of the week.", "MONTHLY": "On a day of the month."},
)
described(
    ReportDeliveryStatus,
    "How far the sending of a report is.",
    {
        "PENDING": "It is to be tried, now or again later.",
        "SENDING": "The server of e-mail is being given it.",
        "SENT": "The server of e-mail has it.",
        "FAILED": "It was not sent; `error` says why.",
        "UNKNOWN": "The connection ended meanwhile: it may have arrived, so it is not sent again.",
    },
)
_SCHEDULE, _DELIVERY = "report_schedule", "report_delivery"


@strawberry.input(description="Which schedules of reports.")
class ReportScheduleFilter:
    """Conditions on schedules."""

    is_active: bool | None = where("Active or not.", "is_active", how=Comparison.EQUAL)


@strawberry.enum(description="Orders of schedules of reports.")
class ReportScheduleSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which sendings of reports.")
class ReportDeliveryFilter:
    """Conditions on deliveries."""

    schedule_id: list[strawberry.ID] | None = where(
        "Of any of these schedules.", "schedule_id", refers=_SCHEDULE
    )
    status: list[ReportDeliveryStatus] | None = where("Any of these statuses.", "status")


@strawberry.enum(description="Orders of sendings of reports.")
class ReportDeliverySort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@node(_SCHEDULE, "A report that is sent by e-mail by itself, as its owner sees it then.")
class ReportSchedule(Node):
    """A row of report_schedule."""

    title = column("title", str, "The subject of the message.")
    parameters = column("parameters", Json, "What is chosen in the report, by name.")
    language = column("language", str, "The language of titles and texts.")
    format = column("format", str, "What the report is written as, such as `csv`.")
    cadence = column("cadence", Cadence, "How often it is sent.")
    weekday = column("weekday", Optional[int], "The day of the week, 1 is Monday; if weekly.")
    day_of_month = column("day_of_month", Optional[int], "The day of the month; if monthly.")
    minute_of_day = column("minute_of_day", int, "Minutes since midnight in `timeZone`.")
    time_zone = column("time_zone", str, "On whose clock.")
    recipients = column("recipients", list[str], "To whom.")
    is_active = column("is_active", bool, "Whether it is sent.")
    next_due_at = column("next_due_at", datetime, "When it is due next, while it is active.")
    version = version_column()
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When it was changed.")
    deliveries = connected(
        _DELIVERY,
        "ReportDelivery",
        "What was sent, or is to be.",
        filters=ReportDeliveryFilter,
        sorts=ReportDeliverySort,
        via="schedule_id",
    )

    @strawberry.field(
        description="The report; null when the caller does not see it any more.",
        graphql_type=Optional[lazy("Report")],
    )
    async def report(self, info: Info) -> Any:  # noqa: ANN401 - a report or None
        """Find it."""
        return wrap("report", await reports.find_report(info.context, None, self.row["report_key"]))


@node(_DELIVERY, "One sending of a report.")
class ReportDelivery(Node):
    """A row of report_delivery."""

    schedule = to_one("schedule_id", _SCHEDULE, "ReportSchedule", "Its schedule.")
    due_at = column("due_at", datetime, "When it was due.")
    status = column("status", ReportDeliveryStatus, "How far it is.")
    attempt_count = column("attempt_count", int, "How often it was tried.")
    next_attempt_at = column("next_attempt_at", Optional[datetime], "When it is tried next.")
    error = column("error", Optional[str], "What went wrong the last time.")
    recipients = column("recipients", list[str], "To whom.")
    created_at = created_column()
    settled_at = column("settled_at", Optional[datetime], "When it was sent or given up.")


@strawberry.input(description="A new schedule of a report.")
class ReportScheduleCreateInput:
    """What, when, to whom."""

    idempotency_key: str = key()
    report_id: strawberry.ID = strawberry.field(description="The report; it may be a standard one.")
    title: str = strawberry.field(description="The subject of the message.")
    cadence: Cadence = strawberry.field(description="How often it is sent.")
    minute_of_day: int = strawberry.field(description="When: minutes since midnight, 0 to 1439.")
    recipients: list[str] = strawberry.field(
        description="To whom, 1 to 50 addresses that `reportRecipients` allows."
    )
    format: str = strawberry.field(description="What it is written as.", default="csv")
    language: str = strawberry.field(description="`en`, `nl` or `fr`.", default="en")
    parameters: Json | None = strawberry.field(
        description="What is chosen in the report, by name; the rest has its default.", default=None
    )
    weekday: int | None = strawberry.field(description="1, Monday, to 7; if weekly.", default=None)
    day_of_month: int | None = strawberry.field(
        description="1 to 31, at most the last of the month; if monthly.", default=None
    )
    time_zone: str | None = strawberry.field(
        description="On whose clock; the club's when omitted.", default=None
    )
    is_active: bool = strawberry.field(description="Whether it is sent.", default=True)


@strawberry.input(description="A schedule of a report as it is to be from now on, as a whole.")
class ReportScheduleUpdateInput(ReportScheduleCreateInput):
    """The whole schedule; it becomes the caller's."""

    id: strawberry.ID = strawberry.field(description="The schedule.")
    expected_version: int = expected_version()


@strawberry.input(description="The schedule to delete.")
class ReportScheduleDeleteInput:
    """A schedule."""

    idempotency_key: str = key()
    schedule_id: strawberry.ID = strawberry.field(description="The schedule.")
    expected_version: int = expected_version()


@strawberry.input(description="The schedule to run at once.")
class ReportScheduleRunNowInput:
    """A schedule."""

    idempotency_key: str = key()
    schedule_id: strawberry.ID = strawberry.field(description="The schedule.")


@strawberry.input(description="To whom the club lets reports be sent.")
class ReportRecipientsSetInput:
    """All of them."""

    idempotency_key: str = key()
    patterns: list[str] = strawberry.field(
        description="Addresses, and domains like `@club.example`, in small letters; at most 200."
    )


@strawberry.type(description="To whom the club lets reports be sent.")
class ReportRecipients:
    """All of them."""

    patterns: list[str] = strawberry.field(
        description="Addresses, and domains like `@club.example`."
    )


ReportScheduleCreatePayload = payload(
    "ReportScheduleCreatePayload", _SCHEDULE, "ReportSchedule", "What reportScheduleCreate answers."
)
ReportScheduleUpdatePayload = payload(
    "ReportScheduleUpdatePayload", _SCHEDULE, "ReportSchedule", "What reportScheduleUpdate answers."
)


@strawberry.type(description="What reportScheduleDelete answers.")
class ReportScheduleDeletePayload:
    """The id of what is gone."""

    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id that it had; null when nothing was changed.", default=None
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty when all went well.", default_factory=list
    )


async def _put(info: Info, given: Any, operation: str, build: Any, answer: type[Any]) -> Any:  # noqa: ANN401 - an input, a function, the payload
    """Make or replace a schedule, if its report can be written."""
    violations = await requests.examined_schedule(info.context, given)
    done = await perform(
        info.context,
        operation,
        given.idempotency_key,
        partial(build, given),
        partial(commands.put_schedule, violations=violations),
    )
    if done.outcome is None:
        return answer(user_errors=user_errors(done.violations))
    row = await info.context.row(_SCHEDULE, done.outcome.ids[_SCHEDULE])
    return answer(report_schedule=wrap(_SCHEDULE, row))


@strawberry.type
class ReportSchedulesQuery:
    """Reads of schedules."""

    report_schedules = connected(
        _SCHEDULE,
        "ReportSchedule",
        "The caller's schedules of reports; root sees everybody's.",
        filters=ReportScheduleFilter,
        sorts=ReportScheduleSort,
    )
    report_deliveries = connected(
        _DELIVERY,
        "ReportDelivery",
        "What was sent of the caller's schedules; root sees everybody's.",
        filters=ReportDeliveryFilter,
        sorts=ReportDeliverySort,
    )

    @strawberry.field(description="To whom the club lets reports be sent.")
    async def report_recipients(self, info: Info) -> ReportRecipients | None:
        """List them."""
        return ReportRecipients(patterns=await reports.allowed_recipients(info.context))


@strawberry.type
class ReportSchedulesMutation:
    """Changes of schedules."""

    @strawberry.mutation(
        graphql_type=Optional[ReportScheduleCreatePayload],
        description="Have a report sent by e-mail; what is sent is what the caller may see then.",
    )
    async def report_schedule_create(
        self,
        info: Info,
        input: input_argument(ReportScheduleCreateInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Make it."""
        answer, build = ReportScheduleCreatePayload, requests.new_schedule
        return await _put(info, input, "reportScheduleCreate", build, answer)

    @strawberry.mutation(
        graphql_type=Optional[ReportScheduleUpdatePayload],
        description="Replace a schedule as a whole; it becomes the caller's.",
    )
    async def report_schedule_update(
        self,
        info: Info,
        input: input_argument(ReportScheduleUpdateInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Replace it."""
        answer, build = ReportScheduleUpdatePayload, requests.edited_schedule
        return await _put(info, input, "reportScheduleUpdate", build, answer)

    @strawberry.mutation(
        graphql_type=Optional[ReportScheduleDeletePayload],
        description="Delete a schedule with its history.",
    )
    async def report_schedule_delete(
        self,
        info: Info,
        input: input_argument(ReportScheduleDeleteInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Delete it."""
        done = await perform(
            info.context,
            "reportScheduleDelete",
            input.idempotency_key,
            partial(requests.deleted_schedule, input),
            commands.delete_schedule,
        )
        if done.outcome is None:
            return ReportScheduleDeletePayload(user_errors=user_errors(done.violations))
        gone = strawberry.ID(encode_id(_SCHEDULE, done.outcome.ids[_SCHEDULE]))
        return ReportScheduleDeletePayload(deleted_id=gone)

    report_schedule_run_now = action_mutation(
        "reportScheduleRunNow",
        _DELIVERY,
        "ReportDelivery",
        ReportScheduleRunNowInput,
        requests.run_schedule,
        commands.run_schedule,
        "Have a report sent at once.",
    )
    report_recipients_set = action_mutation(
        "reportRecipientsSet",
        "organisation",
        "Organisation",
        ReportRecipientsSetInput,
        requests.set_recipients,
        commands.set_recipients,
        "Say to whom reports may be sent; for root only.",
    )
