"""Changes of reports."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

import strawberry

from app.commands import reports as commands
from app.domain.permissions import Role
from app.domain.reports import ReportSharing
from app.resolvers import report_requests as requests
from app.resolvers import reports
from app.resolvers.ids import encode_id
from app.resolvers.mutations import Performed, perform
from app.resolvers.report_library import library_for
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, wrap
from app.schema.inputs import expected_version, key
from app.schema.payloads import action_mutation, input_argument, payload
from app.schema.scalars import Json

_KIND = "report"
_DEFINITION = (
    "The definition: `category`, `title`, `queries`, `blocks`, and more; the guide for report "
    "builders describes it. Its key is given by Loge."
)


@strawberry.input(description="A new report.")
class ReportCreateInput:
    """A definition."""

    idempotency_key: str = key()
    definition: Json = strawberry.field(description=_DEFINITION)


@strawberry.input(description="The report to copy.")
class ReportCopyInput:
    """A report, standard or not, and the copy's title."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The report; it may be a standard one.")
    title: str | None = strawberry.field(
        description="What the copy is called; omitted, the same.", default=None
    )


@strawberry.input(description="A report as it is to be from now on.")
class ReportUpdateInput:
    """A report and its whole definition."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The report.")
    expected_version: int = expected_version()
    definition: Json = strawberry.field(description=_DEFINITION)


@strawberry.input(description="Who is to see a report.")
class ReportShareInput:
    """A report and its audience."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The report.")
    expected_version: int = expected_version()
    sharing: ReportSharing = strawberry.field(description="Who sees it beside its owner.")
    groups: list[Role] | None = strawberry.field(
        description="The roles, where it is shared with groups.", default=None
    )


@strawberry.input(description="The version of a report to go back to.")
class ReportRestoreInput:
    """A report and a version."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The report; it may be a deleted one.")
    expected_version: int = expected_version()
    version: int = strawberry.field(description="One of its `versions`.")


@strawberry.input(description="The report to delete.")
class ReportDeleteInput:
    """A report."""

    idempotency_key: str = key()
    report_id: strawberry.ID = strawberry.field(description="The report.")
    expected_version: int = expected_version()


@strawberry.input(description="A report that is to be a favourite of the caller, or no more.")
class ReportFavourInput:
    """A report and whether."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The report; it may be a standard one.")
    is_favourite: bool = strawberry.field(description="Whether it is one.", default=True)


ReportCreatePayload = payload("ReportCreatePayload", _KIND, "Report", "What reportCreate answers.")
ReportCopyPayload = payload("ReportCopyPayload", _KIND, "Report", "What reportCopy answers.")
ReportUpdatePayload = payload("ReportUpdatePayload", _KIND, "Report", "What reportUpdate answers.")
ReportFavourPayload = payload("ReportFavourPayload", _KIND, "Report", "What reportFavour answers.")


@strawberry.type(description="What reportDelete answers.")
class ReportDeletePayload:
    """The id of what is gone."""

    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id of the report; null when nothing was changed.", default=None
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty when all went well.", default_factory=list
    )


async def _answered(info: Info, answer: type[Any], done: Performed) -> Any:  # noqa: ANN401 - the payload
    """Answer with the report of an outcome."""
    if done.outcome is None:
        return answer(user_errors=user_errors(done.violations))
    row = await info.context.row(_KIND, done.outcome.ids[_KIND])
    return answer(report=wrap(_KIND, row))


@strawberry.type
class ReportsMutation:
    """Changes of reports."""

    @strawberry.mutation(
        graphql_type=Optional[ReportCreatePayload],
        description="Save a report; nobody but the caller sees it until it is shared.",
    )
    async def report_create(
        self,
        info: Info,
        input: input_argument(ReportCreateInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Save it, if the models can answer it."""
        examined = await requests.examined(info.context, input.definition)
        done = await perform(
            info.context,
            "reportCreate",
            input.idempotency_key,
            partial(requests.new_report, input),
            partial(commands.create_report, examined=examined),
        )
        return await _answered(info, ReportCreatePayload, done)

    @strawberry.mutation(
        graphql_type=Optional[ReportCopyPayload],
        description="Copy a report that the caller sees; the copy is the caller's to change.",
    )
    async def report_copy(
        self,
        info: Info,
        input: input_argument(ReportCopyInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Copy it."""
        library = library_for(info.context.caller)
        done = await perform(
            info.context,
            "reportCopy",
            input.idempotency_key,
            partial(requests.copied_report, input),
            partial(commands.copy_report, library=library),
        )
        return await _answered(info, ReportCopyPayload, done)

    @strawberry.mutation(
        graphql_type=Optional[ReportUpdatePayload],
        description="Give a report another definition; the one before stays among its versions.",
    )
    async def report_update(
        self,
        info: Info,
        input: input_argument(ReportUpdateInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Change it, if the models can answer it."""
        examined = await requests.examined(info.context, input.definition)
        done = await perform(
            info.context,
            "reportUpdate",
            input.idempotency_key,
            partial(requests.edited_report, input),
            partial(commands.edit_report, examined=examined),
        )
        return await _answered(info, ReportUpdatePayload, done)

    report_share = action_mutation(
        "reportShare",
        _KIND,
        "Report",
        ReportShareInput,
        requests.shared_report,
        commands.share_report,
        "Say who beside its owner sees a report.",
    )
    report_restore = action_mutation(
        "reportRestore",
        _KIND,
        "Report",
        ReportRestoreInput,
        requests.restored_report,
        commands.restore_report,
        "Go back to an older definition of a report, or have back one that was deleted.",
    )

    @strawberry.mutation(
        graphql_type=Optional[ReportDeletePayload],
        description="Delete a report; its owner can have it back by reportRestore.",
    )
    async def report_delete(
        self,
        info: Info,
        input: input_argument(ReportDeleteInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Delete it."""
        done = await perform(
            info.context,
            "reportDelete",
            input.idempotency_key,
            partial(requests.deleted_report, input),
            commands.delete_report,
        )
        if done.outcome is None:
            return ReportDeletePayload(user_errors=user_errors(done.violations))
        gone = strawberry.ID(encode_id(_KIND, done.outcome.ids[_KIND]))
        return ReportDeletePayload(deleted_id=gone)

    @strawberry.mutation(
        graphql_type=Optional[ReportFavourPayload],
        description="Make a report a favourite of the caller, or no more.",
    )
    async def report_favour(
        self,
        info: Info,
        input: input_argument(ReportFavourInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Choose it."""
        library = library_for(info.context.caller)
        done = await perform(
            info.context,
            "reportFavour",
            input.idempotency_key,
            partial(requests.favoured_report, input),
            partial(commands.favour_report, library=library),
        )
        if done.outcome is None:
            return ReportFavourPayload(user_errors=user_errors(done.violations))
        row = await reports.find_report(info.context, input.id, None)
        return ReportFavourPayload(report=wrap(_KIND, row))
