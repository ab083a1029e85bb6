"""Builders for the fields of types: a column, an amount, a parent, children, a connection.

Each builder records what it reads in the field's metadata, so that a whole selection can be
planned from the declarations.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry
from strawberry.types.lazy_type import LazyType

from app.domain.permissions import author_shown, can_read
from app.resolvers.connections import Window, read_page
from app.resolvers.context import Context
from app.resolvers.filters import conditions_of
from app.resolvers.ids import encode_id
from app.schema.connections import Connection, connection_of
from app.schema.scalars import Money
from app.storage.conditions import Comparison, Condition
from app.storage.reads import Sort

if TYPE_CHECKING:
    from collections.abc import Mapping

Info = strawberry.Info[Context, None]

_MODULES = {
    "AccessToken": "tokens",
    "Account": "accounts",
    "AuditEntry": "audit",
    "BundleMember": "calendar",
    "CalendarBundle": "calendar",
    "CalendarItem": "calendar",
    "Cancellation": "cancellations",
    "CancellationItem": "cancellations",
    "ConnectedSystem": "transfers",
    "Contact": "accounts",
    "DocumentSource": "documents",
    "Entitlement": "entitlements",
    "EventCancellation": "event_cancellations",
    "EventCancellationSale": "event_cancellations",
    "IdentityProvider": "identity_providers",
    "Fulfilment": "scans",
    "Invoice": "invoices",
    "InvoiceDocument": "documents",
    "InvoiceLine": "invoices",
    "InvoiceSchedule": "invoices",
    "InvoiceVat": "invoices",
    "LedgerEntry": "ledger",
    "Location": "venues",
    "MappingVersion": "transfers",
    "Organisation": "organisations",
    "Overbooking": "inventory",
    "PackageComponent": "products",
    "Payment": "payments",
    "PaymentAllocation": "payments",
    "PaymentProposal": "statements",
    "Pool": "inventory",
    "Price": "products",
    "PriceList": "products",
    "Product": "products",
    "ProductGroup": "products",
    "Refund": "payments",
    "Report": "reports",
    "ReportDelivery": "report_schedules",
    "ReportLink": "report_links",
    "ReportSchedule": "report_schedules",
    "ReportVersion": "reports",
    "Reservation": "inventory",
    "Resource": "venues",
    "ResourceBlock": "venues",
    "Sale": "sales",
    "SaleLine": "sale_lines",
    "SaleLineComponent": "sale_lines",
    "SaleTemplate": "templates",
    "SaleTemplateLine": "templates",
    "SaleTombstone": "sale_tombstones",
    "SalesRep": "targets",
    "SalesTarget": "targets",
    "Scan": "scans",
    "Season": "calendar",
    "StatementEntry": "statements",
    "StoredFile": "documents",
    "TicketHolder": "accounts",
    "Transfer": "transfers",
    "TransferAttempt": "transfers",
    "TransferFlow": "transfers",
    "TransferStep": "transfers",
    "TransferVersion": "transfers",
    "ValueMap": "value_maps",
    "ValueMapEntry": "value_maps",
    "VatRule": "vat_rules",
    "Venue": "venues",
    "WebhookAttempt": "webhooks",
    "WebhookDelivery": "webhooks",
    "WebhookEndpoint": "webhooks",
    "WebhookReplay": "webhooks",
}
"""Where each type is declared; types refer to each other by name, so modules need not."""

NODE_TYPES: dict[str, type[Any]] = {}
"""The type of each table's rows, filled by `node`."""


def lazy(name: str) -> Any:  # noqa: ANN401 - stands for a type in annotations
    """Refer to a type by its name."""
    return LazyType(name, f"app.schema.{_MODULES[name]}")


@strawberry.interface(description="Anything with an id that is unique over all types.")
class Node:
    """One row of a table."""

    row: strawberry.Private[Any]

    @strawberry.field(description="The opaque, globally unique id.", metadata={"id": True})
    def id(self) -> strawberry.ID:
        """Encode kind and UUID."""
        return strawberry.ID(encode_id(TABLE_OF[type(self)], self.row["id"]))


TABLE_OF: dict[type[Any], str] = {}
"""The table of each node type."""


def node(table: str, description: str) -> Any:  # noqa: ANN401 - a class decorator
    """Declare a type whose objects are the rows of a table."""

    def decorate(cls: type[Any]) -> type[Any]:
        declared: type[Any] = strawberry.type(description=description)(cls)
        NODE_TYPES[table] = declared
        TABLE_OF[declared] = table
        return declared

    return decorate


PART_TYPES: dict[str, type[Any]] = {}
"""The type of each table whose rows have no id of their own, filled by `part`."""


def part(table: str, description: str) -> Any:  # noqa: ANN401 - a class decorator
    """Declare a type whose objects are rows without an id, found only through their parent."""

    def decorate(cls: type[Any]) -> type[Any]:
        declared: type[Any] = strawberry.type(description=description)(cls)
        PART_TYPES[table] = declared
        return declared

    return decorate


def wrap(table: str, row: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - the type of the table
    """Return the object of a row, or None."""
    if row is None:
        return None
    return (NODE_TYPES[table] if table in NODE_TYPES else PART_TYPES[table])(row=row)


def column(name: str, kind: Any, description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a field that is a column."""

    def resolve(root: Any) -> Any:  # noqa: ANN401 - any column
        return root.row[name]

    return strawberry.field(
        resolver=resolve, graphql_type=kind, description=description, metadata={"column": name}
    )


def version_column() -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the version of a row that can change."""
    return column("version", int, "Rises with every change; send it as `expectedVersion`.")


def created_column() -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the instant of a row's creation."""
    return column("created_at", datetime, "When it was created.")


def author(name: str, description: str, *, optional: bool = False) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare who did something: callers from outside are told the role and not which token."""

    def resolve(root: Any, info: Info) -> Any:  # noqa: ANN401 - a name or None
        found = root.row[name]
        return None if found is None else author_shown(found, info.context.caller)

    return strawberry.field(
        resolver=resolve,
        graphql_type=Optional[str] if optional else str,
        description=f"{description} Portal users and partners are told the role only.",
        metadata={"author": name},
    )


def money(name: str, description: str, *, optional: bool = False) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a field that is an amount in the row's currency."""

    def resolve(root: Any) -> Any:  # noqa: ANN401 - Money or None
        minor = root.row[name]
        return None if minor is None else Money(minor=minor, currency=root.row["currency"])

    return strawberry.field(
        resolver=resolve,
        graphql_type=Optional[Money] if optional else Money,
        description=description,
        metadata={"money": name},
    )


def to_one(name: str, table: str, kind: str, description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the object that a column refers to; None when empty or not visible."""

    async def resolve(root: Any, info: Info) -> Any:  # noqa: ANN401 - the object or None
        if not can_read(info.context.caller, table):
            return None
        return wrap(table, await info.context.row(table, root.row[name]))

    return strawberry.field(
        resolver=resolve,
        graphql_type=Optional[lazy(kind)],
        description=description,
        metadata={"to_one": (name, table)},
    )


def to_many(
    table: str, via: str, kind: str, description: str, *, order: tuple[str, ...] = ()
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare all rows that refer back to this one; only where their number is bounded."""

    async def resolve(root: Any, info: Info) -> Any:  # noqa: ANN401 - a list of objects
        rows = await info.context.children(table, via, root.row["id"], order)
        return [wrap(table, row) for row in rows]

    return strawberry.field(
        resolver=resolve,
        graphql_type=Optional[list[lazy(kind)]],  # type: ignore[misc]  # a reference by name
        description=description,
        metadata={"to_many": (table, via, order)},
    )


def connected(
    table: str,
    kind: str,
    description: str,
    *,
    filters: type[Any],
    sorts: type[Enum],
    via: str | None = None,
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a connection over a table, or over its rows that refer back by the column `via`.

    The first member of `sorts` is the default order.
    """
    default = next(iter(sorts))

    async def resolve(
        root: Any,  # noqa: ANN401 - Query or a parent object
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: Any = None,  # noqa: A002, ANN401 - the argument's name in the API
        sort: Any = default,  # noqa: ANN401 - the enum of this connection
    ) -> Any:  # noqa: ANN401 - a connection
        conditions = conditions_of(filter)
        if via is not None:
            conditions.append(Condition((via,), Comparison.EQUAL, root.row["id"]))
        name, _, direction = sort.value.partition(" ")
        result = await read_page(
            info.context,
            table,
            conditions,
            Sort(name, descending=direction == "desc"),
            Window(first, after, last, before),
        )
        return connection_of(result, lambda row: wrap(table, row))

    paging = {"first": FIRST, "after": AFTER, "last": LAST, "before": BEFORE}
    for name, (type_, text) in paging.items():
        resolve.__annotations__[name] = argument(type_, text)
    resolve.__annotations__["filter"] = argument(Optional[filters], "Only what meets all of these.")
    resolve.__annotations__["sort"] = argument(sorts, "The order.")
    resolve.__annotations__["info"] = Info
    return strawberry.field(
        resolver=resolve,
        graphql_type=Optional[Connection[lazy(kind)]],  # type: ignore[misc]  # same
        description=description,
        metadata={"connection": (table, via, default)},
    )


FIRST = (Optional[int], "How many from the start, 1 to 100 (50 when omitted).")
AFTER = (Optional[str], "Only what follows this cursor; with `first`.")
LAST = (Optional[int], "How many from the end, 1 to 100.")
BEFORE = (Optional[str], "Only what precedes this cursor; with `last`.")


def argument(kind: Any, description: str) -> Any:  # noqa: ANN401 - an annotation
    """Annotate an argument with its description."""
    return Annotated[kind, strawberry.argument(description=description)]
