"""The schema put together, and how it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from app.domain.permissions import can_read
from app.resolvers.ids import decode_id
from app.resolvers.reports import find_report
from app.schema.accounts import AccountsMutation, AccountsQuery
from app.schema.audit import AuditQuery
from app.schema.availability import AvailabilityQuery
from app.schema.brands import BrandsMutation, BrandsQuery
from app.schema.calendar import CalendarMutation, CalendarQuery
from app.schema.cancellations import CancellationsMutation, CancellationsQuery
from app.schema.document_mutations import DocumentsMutation
from app.schema.documents import DocumentsQuery
from app.schema.entitlements import EntitlementsQuery
from app.schema.event_cancellations import EventCancellationsMutation, EventCancellationsQuery
from app.schema.fields import NODE_TYPES, PART_TYPES, Info, Node, wrap
from app.schema.identity_providers import IdentityProvidersMutation, IdentityProvidersQuery
from app.schema.inventory import InventoryMutation, InventoryQuery
from app.schema.invoices import InvoicesQuery
from app.schema.ledger import LedgerQuery
from app.schema.organisations import OrganisationsMutation, OrganisationsQuery
from app.schema.payment_mutations import PaymentsMutation
from app.schema.payments import PaymentsQuery
from app.schema.products import ProductsMutation, ProductsQuery
from app.schema.readiness import ReadinessQuery
from app.schema.report_links import ReportLinksMutation, ReportLinksQuery
from app.schema.report_mutations import ReportsMutation
from app.schema.report_schedules import ReportSchedulesMutation, ReportSchedulesQuery
from app.schema.reports import ReportsQuery
from app.schema.sale_mutations import SalesMutation
from app.schema.sale_tombstones import SaleTombstonesMutation, SaleTombstonesQuery
from app.schema.sales import SalesQuery
from app.schema.scalars import SCALARS
from app.schema.scans import ScansMutation, ScansQuery
from app.schema.semantic import SemanticQuery
from app.schema.statements import StatementsMutation, StatementsQuery
from app.schema.subscriptions import Subscription
from app.schema.targets import TargetsMutation, TargetsQuery
from app.schema.templates import TemplatesMutation, TemplatesQuery
from app.schema.tokens import TokensMutation, TokensQuery
from app.schema.transfer_mutations import TransfersMutation, TransfersQuery
from app.schema.value_maps import ValueMapsMutation, ValueMapsQuery
from app.schema.vat_rules import VatRulesMutation, VatRulesQuery
from app.schema.venues import VenuesMutation, VenuesQuery
from app.schema.webhook_mutations import WebhooksMutation, WebhooksQuery
from app.schema.webhook_topics import WebhookTopicsQuery
from app.schema.wire_passwords import WirePasswordsMutation


@strawberry.type(description="Everything that can be read.")
class Query(
    CalendarQuery,
    VenuesQuery,
    ProductsQuery,
    InventoryQuery,
    VatRulesQuery,
    ReadinessQuery,
    AvailabilityQuery,
    SalesQuery,
    CancellationsQuery,
    EventCancellationsQuery,
    EntitlementsQuery,
    ScansQuery,
    TargetsQuery,
    InvoicesQuery,
    DocumentsQuery,
    PaymentsQuery,
    StatementsQuery,
    LedgerQuery,
    TemplatesQuery,
    SaleTombstonesQuery,
    AccountsQuery,
    AuditQuery,
    OrganisationsQuery,
    TokensQuery,
    WebhooksQuery,
    WebhookTopicsQuery,
    IdentityProvidersQuery,
    SemanticQuery,
    ReportsQuery,
    ReportSchedulesQuery,
    TransfersQuery,
    ValueMapsQuery,
    ReportLinksQuery,
    BrandsQuery,
):
    """The root of reads."""

    @strawberry.field(
        description="Any object by its id; null when the caller can see none.",
        metadata={"node": True},
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The object's id.")],  # noqa: A002 - the argument's name in the API
    ) -> Node | None:
        """Find the table by the id's kind."""
        decoded = decode_id(id)
        if decoded is None or decoded[0] not in NODE_TYPES:
            return None
        table, row_id = decoded
        if not can_read(info.context.caller, table):
            return None
        if table == "report":
            return cast("Node | None", wrap(table, await find_report(info.context, id, None)))
        found: Node | None = wrap(table, await info.context.row(table, row_id))
        return found


@strawberry.type(description="Everything that can be done, one mutation for each action.")
class Mutation(
    CalendarMutation,
    VenuesMutation,
    ProductsMutation,
    InventoryMutation,
    VatRulesMutation,
    SalesMutation,
    CancellationsMutation,
    EventCancellationsMutation,
    DocumentsMutation,
    PaymentsMutation,
    StatementsMutation,
    ScansMutation,
    TargetsMutation,
    TemplatesMutation,
    SaleTombstonesMutation,
    AccountsMutation,
    OrganisationsMutation,
    TokensMutation,
    WebhooksMutation,
    IdentityProvidersMutation,
    WirePasswordsMutation,
    ReportsMutation,
    ReportSchedulesMutation,
    TransfersMutation,
    ValueMapsMutation,
    ReportLinksMutation,
    BrandsMutation,
):
    """The root of changes."""


class QuietSchema(strawberry.Schema):
    """A schema that logs no errors: whoever answers them knows which are worth a line."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Leave the errors to the endpoint."""


def build_schema(extensions: Sequence[Any] = ()) -> strawberry.Schema:
    """Build the schema."""
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=list(NODE_TYPES.values()),
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=list(extensions),
    )


def tables_by_type() -> dict[str, str]:
    """Return the table of each object type whose objects are rows."""
    kinds = NODE_TYPES | PART_TYPES
    return {kind.__strawberry_definition__.name: table for table, kind in kinds.items()}


def print_schema() -> str:
    """Return the schema in GraphQL's definition language, as it lies in the repository."""
    return build_schema().as_str().rstrip() + "\n"
