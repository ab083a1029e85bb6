"""Entitlements in the API."""

from __future__ import annotations

from enum import Enum
from typing import Optional

import strawberry

from app.domain.sales import EntitlementStatus
from app.schema.fields import Node, column, connected, money, node, to_many, to_one
from app.schema.inputs import where
from app.schema.scans import ScanFilter, ScanSort


@node("entitlement", "What one piece of one unit grants at one calendar item, and its exact value.")
class Entitlement(Node):
    """A row of entitlement."""

    sale = to_one("sale_id", "sale", "Sale", "The Sale.")
    line = to_one("line_id", "sale_line", "SaleLine", "The line.")
    component = to_one(
        "component_id", "sale_line_component", "SaleLineComponent", "The component of the line."
    )
    unit_no = column("unit_no", int, "Which unit of the line.")
    piece_no = column("piece_no", int, "Which piece of the component in the unit.")
    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "Where it counts; null: once."
    )
    product = to_one("product_id", "product", "Product", "The product.")
    resource = to_one("resource_id", "resource", "Resource", "The seat or parking place.")
    pool = to_one("pool_id", "pool", "Pool", "The pool whose place it takes.")
    seat_entitlement = to_one(
        "seat_entitlement_id", "entitlement", "Entitlement", "The ticket that a formula belongs to."
    )
    location_type_code = column(
        "location_type_code", Optional[str], "What a formula serves, such as COCKTAIL."
    )
    ticket_holder = to_one(
        "ticket_holder_id", "ticket_holder", "TicketHolder", "Whose name is on the ticket."
    )
    value = money("value_minor", "Its part of the line's value, in the Sale's price basis.")
    status = column("status", EntitlementStatus, "Whether it counts.")
    scans = connected(
        "scan",
        "Scan",
        "What gates read of its ticket.",
        filters=ScanFilter,
        sorts=ScanSort,
        via="entitlement_id",
    )
    fulfilment = to_many(
        "fulfilment",
        "entitlement_id",
        "Fulfilment",
        "What is noted for handing it over: one, or none.",
        order=("entitlement_id",),
    )


@strawberry.input(description="Which entitlements.")
class EntitlementFilter:
    """Conditions on entitlements."""

    sale_id: list[strawberry.ID] | None = where("Of any of these Sales.", "sale_id", refers="sale")
    calendar_item_id: list[strawberry.ID] | None = where(
        "At any of these calendar items.", "calendar_item_id", refers="calendar_item"
    )
    product_id: list[strawberry.ID] | None = where(
        "Of any of these products.", "product_id", refers="product"
    )
    resource_id: list[strawberry.ID] | None = where(
        "On any of these seats or parking places.", "resource_id", refers="resource"
    )
    ticket_holder_id: list[strawberry.ID] | None = where(
        "Of any of these ticket holders.", "ticket_holder_id", refers="ticket_holder"
    )
    status: list[EntitlementStatus] | None = where("In any of these statuses.", "status")


@strawberry.enum(description="Orders of entitlements.")
class EntitlementSort(Enum):
    """Column and direction."""

    UNIT_ASC = strawberry.enum_value("unit_no asc", description="By unit.")
    VALUE_DESC = strawberry.enum_value("value_minor desc", description="Most valuable first.")


@strawberry.type
class EntitlementsQuery:
    """Reads of entitlements."""

    entitlements = connected(
        "entitlement",
        "Entitlement",
        "What Sales entitle to, over all Sales.",
        filters=EntitlementFilter,
        sorts=EntitlementSort,
    )
