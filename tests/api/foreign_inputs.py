"""Inputs for every mutation, built from the schema, with ids of one's own and of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_required_input_field,
)

from app.schema.fields import TABLE_OF
from tests.api.schema_walk import is_node, the_schema
from tests.club import fresh_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KIND_OF_FIELD = {
    "accountId": "account",
    "bundleId": "calendar_bundle",
    "calendarItemId": "calendar_item",
    "calendarItemIds": "calendar_item",
    "cancellationId": "cancellation",
    "contactId": "contact",
    "creditId": "invoice",
    "entitlementId": "entitlement",
    "entitlementIds": "entitlement",
    "endpointId": "webhook_endpoint",
    "eventCancellationId": "event_cancellation",
    "fileId": "stored_file",
    "invoiceId": "invoice",
    "invoiceIds": "invoice",
    "lineId": "sale_line",
    "lineIds": "sale_line",
    "locationId": "location",
    "parentId": "location",
    "parentSaleId": "sale",
    "parkingIds": "resource",
    "paymentId": "payment",
    "paymentProposalId": "payment_proposal",
    "priceListId": "price_list",
    "productGroupId": "product_group",
    "productId": "product",
    "refundId": "refund",
    "reportId": "report",
    "replayId": "webhook_replay",
    "resourceId": "resource",
    "resourceIds": "resource",
    "saleId": "sale",
    "seasonId": "season",
    "reportLinkId": "report_link",
    "scheduleId": "report_schedule",
    "seatIds": "resource",
    "statementEntryId": "statement_entry",
    "templateId": "sale_template",
    "ticketHolderId": "ticket_holder",
    "systemId": "connected_system",
    "flowId": "transfer_flow",
    "afterFlowId": "transfer_flow",
    "mapId": "value_map",
    "venueId": "venue",
    "InvoiceDocumentUpdateInput.ids": "invoice_document",
    "SalesTargetsRemoveInput.ids": "sales_target",
    "BundleReplacementInput.fromId": "calendar_bundle",
    "BundleReplacementInput.toId": "calendar_bundle",
    "SeatMoveInput.fromId": "resource",
    "SeatMoveInput.toId": "resource",
}
"""The kind of id that each argument takes; a new argument has no entry, and fails until it has."""
VALUES: dict[str, Any] = {
    "String": "X-1",
    "Int": 1,
    "Boolean": False,
    "Date": "2030-01-01",
    "DateTime": "2030-01-01T12:00:00Z",
    "Decimal": "1.00",
    "JSON": {},
}
FITTING: dict[str, Any] = {
    "country": "BE",
    "currency": "EUR",
    "issuer": "https://login.example.com",
    "language": "nl",
    "receivedOn": "2020-01-01",
    "recipients": "anna@club.example",
    "role": "PORTAL",
    "timeZone": "Europe/Brussels",
}
"""Values of fields in which not every text makes sense."""

Path = tuple[str, ...]


def mutations() -> dict[str, GraphQLInputObjectType]:
    """Every mutation with the type of its input."""
    root = the_schema().mutation_type
    assert root is not None
    found = {}
    for name, one in root.fields.items():
        assert list(one.args) == ["input"], f"{name} takes something else than an input"
        kind = get_named_type(one.args["input"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        found[name] = kind
    return found


def kind_of(mutation: str, owner: str, name: str) -> str:
    """The kind of id that a field takes; `id` is the id of what the mutation answers."""
    if name == "id":
        return _answered(mutation)
    found = KIND_OF_FIELD.get(f"{owner}.{name}") or KIND_OF_FIELD.get(name)
    assert found is not None, f"say in KIND_OF_FIELD which ids {owner}.{name} takes"
    return found


def _answered(mutation: str) -> str:
    """The table of the first node in a mutation's payload."""
    root = the_schema().mutation_type
    assert root is not None
    payload = get_named_type(root.fields[mutation].type)
    assert isinstance(payload, GraphQLObjectType)
    for one in payload.fields.values():
        kind = get_named_type(one.type)
        if isinstance(kind, GraphQLObjectType) and is_node(kind):
            return next(table for cls, table in TABLE_OF.items() if cls.__name__ == kind.name)
    raise AssertionError(f"{mutation} answers no node")


def id_places(mutation: str, kind: GraphQLInputObjectType, above: Path = ()) -> dict[Path, str]:
    """Every place in an input where an id stands, through input objects, with its kind."""
    found: dict[Path, str] = {}
    for name, one in kind.fields.items():
        inner = get_named_type(one.type)
        if inner.name == "ID":
            found[*above, name] = kind_of(mutation, kind.name, name)
        elif isinstance(inner, GraphQLInputObjectType):
            found |= id_places(mutation, inner, (*above, name))
    return found


def needed_with(mutation: str, kind: GraphQLInputObjectType, given: Path) -> set[Path]:
    """The places of ids that an input needs once it has an id at one place."""
    return set(_needed(mutation, kind, given, ()))


def _needed(
    mutation: str, kind: GraphQLInputObjectType, given: Path, above: Path
) -> Iterator[Path]:
    for name, one in kind.fields.items():
        path = (*above, name)
        inner = get_named_type(one.type)
        is_there = is_required_input_field(one) or given[: len(path)] == path
        if inner.name == "ID" and is_required_input_field(one):
            yield path
        elif isinstance(inner, GraphQLInputObjectType) and is_there:
            yield from _needed(mutation, inner, given, path)


def build_input(
    mutation: str,
    kind: GraphQLInputObjectType,
    id_at: Callable[[Path, str], str | None],
    version_of: Callable[[str], int],
) -> dict[str, Any]:
    """Fill the ids and every required field; `id_at` says which id stands at a path, if any.

    An optional object of the input is there only if an id stands in it.
    """
    given = _object(mutation, kind, id_at, ())
    given["idempotencyKey"] = fresh_key()
    if "expectedVersion" in given:
        main = next((given[one] for one in ("id", "saleId", "productId") if one in given), None)
        given["expectedVersion"] = 1 if main is None else version_of(main)
    return given


def _object(
    mutation: str,
    kind: GraphQLInputObjectType,
    id_at: Callable[[Path, str], str | None],
    above: Path,
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, one in kind.fields.items():
        path = (*above, name)
        inner = get_named_type(one.type)
        if inner.name == "ID":
            value = id_at(path, kind_of(mutation, kind.name, name))
            if value is not None:
                given[name] = _listed(one, value)
        elif isinstance(inner, GraphQLInputObjectType):
            places = id_places(mutation, inner, path)
            wanted = any(id_at(each, table) for each, table in places.items())
            if is_required_input_field(one) or wanted:
                given[name] = _listed(one, _object(mutation, inner, id_at, path))
        elif is_required_input_field(one):
            enum = isinstance(inner, GraphQLEnumType)
            usual = next(iter(inner.values)) if enum else VALUES.get(inner.name)
            value = FITTING.get(name, usual)
            given[name] = _listed(one, value)
        if kind.is_one_of:
            return {name: _listed(one, _object(mutation, inner, id_at, path))}
    return given


def _listed(one: GraphQLInputField, value: object) -> object:
    """Put a value into a list where the field takes one."""
    kind = one.type.of_type if isinstance(one.type, GraphQLNonNull) else one.type
    return [value] if isinstance(kind, GraphQLList) else value
