"""Puts a sold seat into a club without a sale's own rules, for tests of what it then forbids."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, DateTime, Integer

from app.domain.inventory import Reservation
from app.domain.sales import Entitlement, EntitlementStatus, Sale, SaleLine, SaleLineComponent
from app.storage.entities import TABLES
from app.storage.tables.columns import Choice

if TYPE_CHECKING:
    from app.storage.unit_of_work import UnitOfWork
    from tests.club import Club


def uuid_of(made: dict[str, Any]) -> UUID:
    """The UUID inside an object's id."""
    return UUID(hex=made["id"].rpartition("_")[2])


def row_of(work: UnitOfWork, entity: type[Any], **given: object) -> Any:
    """An entity with plain values in every field that is needed and not given."""
    values: dict[str, object] = {"id": work.new_id(), "version": 1}
    for field in fields(entity):
        column = TABLES[entity].c[field.name]
        kind = column.type
        if field.name in values or field.name in given:
            continue
        if column.nullable:
            values[field.name] = None
        elif isinstance(kind, Choice):
            values[field.name] = next(iter(kind.members))
        elif isinstance(kind, ARRAY):
            values[field.name] = ()
        elif isinstance(kind, DateTime):
            values[field.name] = work.now
        elif isinstance(kind, Boolean):
            values[field.name] = False
        elif isinstance(kind, Integer):
            values[field.name] = 1 if field.name == "quantity" else 0
        else:
            values[field.name] = "EUR" if field.name == "currency" else str(work.new_id())
    known = {field.name for field in fields(entity)}
    return entity(**{name: value for name, value in (values | given).items() if name in known})


def sell_seat(
    club: Club, product: dict[str, Any], item: dict[str, Any], seat: dict[str, Any]
) -> None:
    """Give somebody a seat at a calendar item."""
    account = club.make(
        "accountCreate",
        "account { id }",
        {"code": str(UUID(int=uuid_of(seat).int ^ uuid_of(item).int)), "name": "Guest"},
    )["account"]

    def sell(work: UnitOfWork) -> None:
        sale = row_of(work, Sale, account_id=uuid_of(account))
        line = row_of(work, SaleLine, sale_id=sale.id, product_id=uuid_of(product))
        own = {"sale_id": sale.id, "line_id": line.id, "product_id": uuid_of(product)}
        component = row_of(work, SaleLineComponent, **own)
        place = {"calendar_item_id": uuid_of(item), "resource_id": uuid_of(seat)}
        entitlement = row_of(
            work,
            Entitlement,
            **own,
            **place,
            component_id=component.id,
            status=EntitlementStatus.LIVE,
        )
        reservation = row_of(
            work, Reservation, sale_id=sale.id, entitlement_id=entitlement.id, **place
        )
        for row in (sale, line, component, entitlement, reservation):
            work.insert([row])

    club.runner.transact(club.organisation.id, "test", sell)


def take_places(club: Club, pool: dict[str, Any], count: int) -> None:
    """Take places of a pool."""
    club.runner.transact(
        club.organisation.id, "test", lambda work: work.take_places(uuid_of(pool), count)
    )
