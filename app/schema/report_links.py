"""Links in the API that show one report in pages of other sites."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, Optional

import strawberry

from app.commands import report_links as commands
from app.resolvers import report_link_requests as requests
from app.resolvers import report_links, reports
from app.resolvers.mutations import perform
from app.schema.errors import user_errors
from app.schema.fields import Info, Node, column, connected, created_column, lazy, node, wrap
from app.schema.inputs import key, where
from app.schema.payloads import action_mutation, input_argument, payload
from app.schema.scalars import Json
from app.storage.conditions import Comparison

_LINK = "report_link"


@strawberry.input(description="Which links to reports.")
class ReportLinkFilter:
    """Conditions on links."""

    is_revoked: bool | None = where("Revoked or not.", "is_revoked", how=Comparison.EQUAL)


@strawberry.enum(description="Orders of links to reports.")
class ReportLinkSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@node(_LINK, "A link by which one report is shown in pages of other sites, as its owner sees it.")
class ReportLink(Node):
    """A row of report_link."""

    title = column("title", str, "What stands above it.")
    parameters = column("parameters", Json, "What is chosen in the report, by name, for good.")
    language = column("language", str, "The language of titles and texts.")
    origins = column("origins", list[str], "In whose pages it may be shown.")
    expires_at = column("expires_at", datetime, "When it ends.")
    is_revoked = column("is_revoked", bool, "Whether it was revoked.")
    created_at = created_column()

    @strawberry.field(
        description="The report; null when the caller does not see it any more.",
        graphql_type=Optional[lazy("Report")],
    )
    async def report(self, info: Info) -> Any:  # noqa: ANN401 - a report or None
        """Find it."""
        return wrap("report", await reports.find_report(info.context, None, self.row["report_key"]))

    @strawberry.field(
        description="Its address below the address of Loge. Whoever has it sees the report, so it "
        "is a secret; null when it was revoked or has ended."
    )
    def path(self, info: Info) -> str | None:
        """Sign it."""
        return report_links.path_of(info.context, self.row)


@strawberry.input(description="A new link to a report.")
class ReportLinkCreateInput:
    """What, where, until when."""

    idempotency_key: str = key()
    report_id: strawberry.ID = strawberry.field(description="The report; it may be a standard one.")
    title: str = strawberry.field(description="What stands above it.")
    expires_at: datetime = strawberry.field(description="When it ends, within 400 days.")
    language: str = strawberry.field(description="`en`, `nl` or `fr`.", default="en")
    parameters: Json | None = strawberry.field(
        description="What is chosen in the report, by name; the rest has its default. Whoever "
        "opens the link cannot choose anything else.",
        default=None,
    )
    origins: list[str] | None = strawberry.field(
        description="In whose pages it may be shown, all of `reportFrames` when omitted.",
        default=None,
    )


@strawberry.input(description="The link to revoke.")
class ReportLinkRevokeInput:
    """A link."""

    idempotency_key: str = key()
    report_link_id: strawberry.ID = strawberry.field(description="The link.")


@strawberry.input(description="In whose pages the club lets reports be shown.")
class ReportFramesSetInput:
    """All of them."""

    idempotency_key: str = key()
    origins: list[str] = strawberry.field(
        description="Origins such as `https://intranet.club.example`; at most 50."
    )


@strawberry.type(description="In whose pages the club lets reports be shown.")
class ReportFrames:
    """All of them."""

    origins: list[str] = strawberry.field(
        description="Origins such as `https://intranet.club.example`."
    )


ReportLinkCreatePayload = payload(
    "ReportLinkCreatePayload", _LINK, "ReportLink", "What reportLinkCreate answers."
)


@strawberry.type
class ReportLinksQuery:
    """Reads of links."""

    report_links = connected(
        _LINK,
        "ReportLink",
        "The caller's links to reports; root sees everybody's.",
        filters=ReportLinkFilter,
        sorts=ReportLinkSort,
    )

    @strawberry.field(description="In whose pages the club lets reports be shown.")
    async def report_frames(self, info: Info) -> ReportFrames | None:
        """List them."""
        return ReportFrames(origins=await report_links.allowed_frames(info.context))


@strawberry.type
class ReportLinksMutation:
    """Changes of links."""

    @strawberry.mutation(
        graphql_type=Optional[ReportLinkCreatePayload],
        description="Make a link that shows a report to whoever opens it, as the caller sees it "
        "then: it stops when the caller's token ends or may not see the report any more.",
    )
    async def report_link_create(
        self,
        info: Info,
        input: input_argument(ReportLinkCreateInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Make it, if its report can be planned."""
        violations = await requests.examined_link(info.context, input)
        done = await perform(
            info.context,
            "reportLinkCreate",
            input.idempotency_key,
            partial(requests.new_link, input),
            partial(commands.create_link, violations=violations),
        )
        if done.outcome is None:
            return ReportLinkCreatePayload(user_errors=user_errors(done.violations))
        row = await info.context.row(_LINK, done.outcome.ids[_LINK])
        return ReportLinkCreatePayload(report_link=wrap(_LINK, row))

    report_link_revoke = action_mutation(
        "reportLinkRevoke",
        _LINK,
        "ReportLink",
        ReportLinkRevokeInput,
        requests.revoked_link,
        commands.revoke_link,
        "Make a link show nothing any more, for good.",
    )
    report_frames_set = action_mutation(
        "reportFramesSet",
        "organisation",
        "Organisation",
        ReportFramesSetInput,
        requests.set_frames,
        commands.set_frames,
        "Say in whose pages reports may be shown; for root only.",
    )
