"""Reports in the API: the library, what each report asks and shows, and its versions."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Optional

import strawberry

from app.domain.permissions import Role
from app.domain.reports import ReportSharing
from app.resolvers import report_plans, reports
from app.resolvers.report_plans import Planned
from app.schema.connections import Count, CountPrecision, Edge, PageEnds
from app.schema.errors import UserError, user_errors
from app.schema.fields import (
    AFTER,
    FIRST,
    Info,
    Node,
    argument,
    author,
    column,
    connected,
    created_column,
    lazy,
    node,
    wrap,
)
from app.schema.inputs import described, where
from app.schema.scalars import Json

described(
    ReportSharing,
    "Who beside its owner sees a report.",
    {
        "PRIVATE": "Nobody; root sees all reports.",
        "GROUPS": "The roles in `groups`.",
        "EVERYONE": "Everybody who belongs to the club.",
    },
)
LANGUAGE = (str, "`en`, `nl` or `fr`, also with a country; English where a text has no other.")


class ReportCategory(Enum):
    """Where a report stands in the library."""

    SALES = "sales"
    OPERATIONS = "operations"
    FINANCE = "finance"
    CUSTOM = "custom"


described(
    ReportCategory,
    "Where a report stands in the library.",
    {
        "SALES": "What is sold, and to whom.",
        "OPERATIONS": "Seats, guests, catering.",
        "FINANCE": "Invoices, payments, what is owed.",
        "CUSTOM": "Everything else.",
    },
)


@strawberry.type(description="Something of a report that today's models do not answer.")
class ReportProblem:
    """Where and what."""

    path: str = strawberry.field(description="Where in the definition, such as `blocks[1].y[0]`.")
    message: str = strawberry.field(description="What is wrong there.")
    hint: str = strawberry.field(description="What would be right; may be empty.")


@node("report_version", "The definition of a report as it was at a version.")
class ReportVersion(Node):
    """A row of report_version."""

    version = column(
        "version",
        int,
        "The report's version then; versions that changed no definition are not here.",
    )
    title = column("title", str, "Its title then.")
    definition = column("definition", Json, "The definition.")
    author = author("author", "Who made it: role and token, or who signed in.")
    created_at = created_column()


@strawberry.input(description="Which versions of reports.")
class ReportVersionFilter:
    """Conditions on versions."""

    report_id: list[strawberry.ID] | None = where(
        "Of any of these reports.", "report_id", refers="report"
    )


@strawberry.enum(description="Orders of versions of reports.")
class ReportVersionSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


def _text(root: Report, name: str, language: str) -> str | None:
    """Return a text of a definition in a language."""
    given = root.row["definition"].get(name)
    if not isinstance(given, dict):
        return None if given is None else str(given)
    found: str = given.get(language.partition("-")[0].lower()) or given["en"]
    return found


@node("report", "A report: queries to the semantic layer, and how their answers are laid out.")
class Report(Node):
    """A row of report, or a standard report in the same form."""

    version = column("version", int, "Rises with every change; send it as `expectedVersion`.")
    created_at = column("created_at", Optional[datetime], "When it was made; null: standard.")
    updated_at = column("updated_at", Optional[datetime], "When it changed; null: standard.")
    deleted_at = column("deleted_at", Optional[datetime], "When it was deleted.")
    owner = column("owner_name", Optional[str], "Whose it is: a token's label; null: standard.")
    sharing = column("sharing", ReportSharing, "Who beside its owner sees it.")
    copied_from = column("copied_from", Optional[str], "The key of what it was copied from.")
    versions = connected(
        "report_version",
        "ReportVersion",
        "Every definition that it had; none of a standard report.",
        filters=ReportVersionFilter,
        sorts=ReportVersionSort,
        via="report_id",
    )

    @strawberry.field(description="What addresses name it by, for good.")
    def key(self) -> str:
        """Return the key."""
        return reports.key_of_row(self.row)

    @strawberry.field(description="Its number in the standard library, such as `S1`.")
    def code(self) -> str | None:
        """Return the code of a standard report."""
        found: str | None = self.row.get("code")
        return found

    @strawberry.field(description="The title.")
    def title(self, language: argument(*LANGUAGE) = "en") -> str:  # type: ignore[valid-type]
        """Return the title in a language."""
        return _text(self, "title", language) or ""

    @strawberry.field(description="What it is about.")
    def description(self, language: argument(*LANGUAGE) = "en") -> str | None:  # type: ignore[valid-type]
        """Return the description in a language."""
        return _text(self, "description", language)

    @strawberry.field(description="Where it stands in the library.")
    def category(self) -> ReportCategory:
        """Return the category."""
        return ReportCategory(self.row["category"])

    @strawberry.field(description="The roles that see it while it is shared with groups.")
    def groups(self) -> list[Role]:
        """Return the roles."""
        return [Role(one) for one in self.row["groups"]]

    @strawberry.field(description="Whether it is one of the standard library, as every club has.")
    def is_standard(self) -> bool:
        """Tell standard reports from a club's own."""
        return self.row["owner"] is None

    @strawberry.field(description="Whether others than its owner see it.")
    def is_shared(self) -> bool:
        """Tell whether it is shared."""
        return self.row["sharing"] is not ReportSharing.PRIVATE

    @strawberry.field(description="Whether the caller has it among the favourites.")
    async def is_favourite(self, info: Info) -> bool:
        """Look it up."""
        return await reports.is_favourite(info.context, self.row)

    @strawberry.field(description="Whether the caller may change, share and delete it.")
    def can_edit(self, info: Info) -> bool:
        """Ask the rule."""
        return reports.can_edit(info.context.caller, self.row)

    @strawberry.field(description="The definition, as `reportCreate` takes it.")
    def definition(self) -> Json:
        """Return the definition."""
        return Json(self.row["definition"])

    @strawberry.field(
        description="What today's models do not have of it, or do not show the caller; it is shown "
        "without that. Null while the semantic layer cannot be asked."
    )
    async def problems(self, info: Info) -> list[ReportProblem] | None:
        """Hold the definition against the models."""
        found = await report_plans.problems_of(info.context, self.row)
        if found is None:
            return None
        return [ReportProblem(path=one.path, message=one.message, hint=one.hint) for one in found]


@strawberry.type(description="One page of reports.", name="ReportConnection")
class ReportPage:
    """A page over standard reports and the club's own."""

    found: strawberry.Private[reports.Found]

    @strawberry.field(
        description="The reports with their cursors.",
        graphql_type=list[Edge[lazy("Report")]],  # type: ignore[misc]  # a reference by name
    )
    def edges(self) -> Any:  # noqa: ANN401 - a list of edges
        """Show them."""
        return [Edge(cursor=cursor, node=wrap("report", row)) for cursor, row in self.found.rows]

    @strawberry.field(
        description="The reports alone.",
        graphql_type=list[lazy("Report")],  # type: ignore[misc]  # same
    )
    def nodes(self) -> Any:  # noqa: ANN401 - a list of reports
        """Show them."""
        return [wrap("report", row) for _, row in self.found.rows]

    @strawberry.field(description="Where the page lies.")
    def page_info(self) -> PageEnds:
        """Say what lies before and behind."""
        cursors = [cursor for cursor, _ in self.found.rows]
        return PageEnds(
            has_next_page=self.found.has_next,
            has_previous_page=self.found.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )

    @strawberry.field(description="How many there are over all pages.")
    def total_count(self) -> Count:
        """Say how many."""
        return Count(count=self.found.total, precision=CountPrecision.EXACT)


@strawberry.input(description="Which reports.")
class ReportFilter:
    """Conditions on reports."""

    search: str | None = strawberry.field(
        description="Words of the title or description, in any language, or the key or code.",
        default=None,
    )
    category: list[ReportCategory] | None = strawberry.field(
        description="Any of these categories.", default=None
    )
    is_favourite: bool | None = strawberry.field(
        description="Favourites of the caller, or the others.", default=None
    )
    is_standard: bool | None = strawberry.field(
        description="Standard ones, or the club's own.", default=None
    )
    is_own: bool | None = strawberry.field(
        description="The caller's own, or all others.", default=None
    )


@strawberry.type(description="A report ready to be asked and shown, or why there is none.")
class ReportPlanAnswer:
    """A plan or user errors."""

    plan: Json | None = strawberry.field(
        description="The queries with every filter in place, for `/cubejs-api/v1/load`; the blocks "
        "with their charts in Vega-Lite; parameters; notices. Null when there are user errors."
    )
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the definition or the parameters."
    )


def _planned(found: Planned) -> ReportPlanAnswer:
    plan = None if found.plan is None else Json(found.plan)
    return ReportPlanAnswer(plan=plan, user_errors=user_errors(found.violations))


_ID = (Optional[strawberry.ID], "The report's id.")
_KEY = (Optional[str], "Or its key.")
_DEFINITION = (Optional[Json], "Or a definition, to see what it would be.")
_PARAMETERS = (Optional[Json], "What the reader chose, by name; the rest has its default.")


@strawberry.type
class ReportsQuery:
    """Reads of reports."""

    @strawberry.field(
        description="The reports that the caller sees: the standard library in its order, then the "
        "club's own by title.",
        graphql_type=Optional[ReportPage],
    )
    async def reports(
        self,
        info: Info,
        first: argument(*FIRST) = None,  # type: ignore[valid-type]
        after: argument(*AFTER) = None,  # type: ignore[valid-type]
        filter: argument(Optional[ReportFilter], "Only what meets all of these.") = None,  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - a page
        """List them."""
        wanted = reports.Wanted()
        if filter is not None:
            categories = filter.category
            wanted = reports.Wanted(
                search=filter.search,
                categories=None if categories is None else [one.value for one in categories],
                is_favourite=filter.is_favourite,
                is_standard=filter.is_standard,
                is_own=filter.is_own,
            )
        return ReportPage(found=await reports.list_reports(info.context, wanted, first, after))

    @strawberry.field(
        description="One report; null when the caller can see none.",
        graphql_type=Optional[lazy("Report")],
    )
    async def report(
        self,
        info: Info,
        id: argument(*_ID) = None,  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
        key: argument(*_KEY) = None,  # type: ignore[valid-type]
    ) -> Any:  # noqa: ANN401 - a report or None
        """Find it."""
        return wrap("report", await reports.find_report(info.context, id, key))

    @strawberry.field(
        description="What a report asks and shows, with these parameters, for the caller."
    )
    async def report_plan(
        self,
        info: Info,
        id: argument(*_ID) = None,  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
        key: argument(*_KEY) = None,  # type: ignore[valid-type]
        definition: argument(*_DEFINITION) = None,  # type: ignore[valid-type]
        parameters: argument(*_PARAMETERS) = None,  # type: ignore[valid-type]
        language: argument(*LANGUAGE) = "en",  # type: ignore[valid-type]
    ) -> ReportPlanAnswer | None:
        """Plan it."""
        asked = report_plans.Asked(id, key, definition, parameters, language)
        return _planned(await report_plans.answer(info.context, asked))

    report_versions = connected(
        "report_version",
        "ReportVersion",
        "Definitions that reports had, of the reports that the caller sees.",
        filters=ReportVersionFilter,
        sorts=ReportVersionSort,
    )
