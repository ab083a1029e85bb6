"""Carries out a planned Sale through the commands, as if the clock stood where the plan says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.commands import cancelling
from app.commands.finalise import FinaliseSale, finalise_sale
from app.commands.holds import NameSale, SetHold, expire_sale, set_hold
from app.commands.invoice_schedules import SetSchedule, set_schedule
from app.commands.renewals import DuplicateSale, duplicate_sale
from app.commands.sale_lines import AddLines, ChangeLine, add_lines, change_line
from app.commands.sale_terms import NewSale
from app.commands.sales import EditSale, create_sale, edit_sale
from app.commands.seats import AssignHolders, HolderName, assign_holders
from app.demo.plans import Billing, Fate
from app.domain.accounts import Account, TicketHolder
from app.domain.calendar import CalendarBundle, CalendarItem, Season
from app.domain.cancel_selection import Selection
from app.domain.lines import NewLine
from app.domain.organisations import PriceBasis
from app.domain.products import Product
from app.domain.sales import Entitlement, EntitlementStatus, Sale, SaleLine
from app.domain.schedule import (
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    EqualRecipe,
    Every,
    PercentRecipe,
    PercentRow,
    RelativeRecipe,
    RelativeRow,
)
from app.domain.venues import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from app.demo.plans import LinePlan, SalePlan
    from app.domain.permissions import Actor
    from app.domain.schedule import Recipe
    from app.storage.unit_of_work import UnitOfWork

CANCEL_REASONS = (
    "Customer stopped their hospitality programme",
    "Booked twice by mistake",
    "Customer moved abroad",
)
_ZONE = ZoneInfo("Europe/Brussels")
_WHOLE_EURO_MINOR = 100
_DEPOSIT_MINOR = 250_00
_PERCENT_PPM = 10_000
_THIRD_PPM = 333_334


@dataclass(frozen=True, slots=True)
class Directory:
    """Ids by code of everything that plans name; Sales by their reference."""

    ids: Mapping[type, Mapping[str, UUID]]
    sales: dict[str, UUID]
    seasons: Mapping[str, date]
    holders: Mapping[UUID, tuple[UUID, ...]]

    def id_of(self, entity: type, code: str | None) -> UUID | None:
        """Return the id behind a code; None stays None."""
        return None if code is None else self.ids[entity][code]


def read_directory(work: UnitOfWork) -> Directory:
    """Read what there is to refer to."""
    kinds = (Account, CalendarBundle, CalendarItem, Product, Resource, Season)
    found = {kind: work.find(kind) for kind in kinds}
    holders: dict[UUID, tuple[UUID, ...]] = {}
    for holder in work.find(TicketHolder):
        holders[holder.account_id] = (*holders.get(holder.account_id, ()), holder.id)
    return Directory(
        ids={kind: {one.code: one.id for one in rows} for kind, rows in found.items()},  # type: ignore[attr-defined]
        sales={sale.reference: sale.id for sale in work.find(Sale) if sale.reference},
        seasons={season.code: season.starts_on for season in work.find(Season)},
        holders=holders,
    )


@dataclass(slots=True)
class _Carrying:
    """One Sale on its way: the transaction at the plan's time, and who acts."""

    work: UnitOfWork
    actor: Actor
    plan: SalePlan
    directory: Directory
    sale_id: UUID

    @property
    def sale(self) -> Sale:
        """Return the Sale as it is now."""
        return self.work.get(Sale, self.sale_id)

    @property
    def named(self) -> tuple[UUID, int]:
        """Return the Sale's id and version, as every command wants them."""
        return self.sale_id, self.sale.version


def carry_out(work: UnitOfWork, actor: Actor, plan: SalePlan, directory: Directory) -> UUID:
    """Make one Sale in one transaction, from its beginning to what became of it."""
    begun = replace(work, now=plan.begun_at)
    carrying = _begin(begun, actor, plan, directory)
    _discount(carrying)
    _bill(carrying)
    carrying.work = replace(work, now=plan.settled_at)
    _settle(carrying)
    return carrying.sale_id


def _begin(work: UnitOfWork, actor: Actor, plan: SalePlan, directory: Directory) -> _Carrying:
    """Begin the Draft, by renewing an earlier Sale or with lines of its own."""
    if plan.renews is not None:
        season_id = directory.ids[Season][str(plan.season)]
        request = DuplicateSale(directory.sales[plan.renews], season_id)
        sale_id = duplicate_sale(work, actor, request).ids["sale"]
        carrying = _Carrying(work, actor, plan, directory, sale_id)
        values = {"reference": plan.reference}
        edit_sale(work, actor, EditSale(*carrying.named, values))
        return carrying
    new = NewSale(
        type=plan.type,
        account_id=directory.ids[Account][plan.account],
        season_id=directory.id_of(Season, plan.season),
        parent_sale_id=directory.sales[plan.parent] if plan.parent else None,
        is_barter=plan.is_barter,
        reference=plan.reference,
    )
    sale_id = create_sale(work, actor, new).ids["sale"]
    carrying = _Carrying(work, actor, plan, directory, sale_id)
    lines = tuple(_line(line, directory) for line in plan.lines)
    add_lines(work, actor, AddLines(*carrying.named, lines))
    return carrying


def _line(plan: LinePlan, directory: Directory) -> NewLine:
    """Translate a planned line from codes to ids."""
    resources = directory.ids[Resource]
    return NewLine(
        product_id=directory.ids[Product][plan.product],
        quantity=plan.quantity,
        season_id=directory.id_of(Season, plan.season),
        bundle_id=directory.id_of(CalendarBundle, plan.bundle),
        calendar_item_id=directory.id_of(CalendarItem, plan.item),
        unit_price_minor=plan.unit_price_minor,
        seat_ids=tuple(resources[code] for code in plan.seats),
        parking_ids=tuple(resources[code] for code in plan.parkings),
    )


def _discount(carrying: _Carrying) -> None:
    """Take the planned percents off single lines and off the whole Sale, in whole euros."""
    work, actor, plan = carrying.work, carrying.actor, carrying.plan
    reduced = {number: line.discount_percent for number, line in enumerate(plan.lines, 1)}
    for line in work.find(SaleLine, sale_id=carrying.sale_id):
        percent = reduced.get(line.line_no, 0)
        if percent:
            discount = _percent(line.unit_price_minor * line.quantity, percent)
            change = ChangeLine(*carrying.named, line.id, discount_minor=discount)
            change_line(work, actor, change)
    if plan.discount_percent:
        sale = carrying.sale
        total = sale.net_minor if sale.price_basis is PriceBasis.NET else sale.gross_minor
        values = {"discount_minor": _percent(total, plan.discount_percent)}
        edit_sale(work, actor, EditSale(*carrying.named, values))


def _percent(amount_minor: int, percent: int) -> int:
    """Return a part of an amount in whole euros."""
    return amount_minor * percent // (100 * _WHOLE_EURO_MINOR) * _WHOLE_EURO_MINOR


def _bill(carrying: _Carrying) -> None:
    """Set the planned instalments."""
    set_schedule(
        carrying.work,
        carrying.actor,
        SetSchedule(*carrying.named, _recipe(carrying)),
    )


def _recipe(carrying: _Carrying) -> Recipe:
    """Write the recipe of a kind of billing, from two weeks after the Sale began."""
    plan = carrying.plan
    first_on = (plan.begun_at.astimezone(_ZONE) + timedelta(days=14)).date()
    season_on = carrying.directory.seasons.get(plan.season or "", first_on)
    late_on = max(first_on, season_on)
    match plan.billing:
        case Billing.ONCE:
            return EqualRecipe(1, first_on)
        case Billing.MONTHS:
            return EqualRecipe(10, late_on, Every.MONTH)
        case Billing.QUARTERS:
            return EqualRecipe(4, first_on, Every.QUARTER)
        case Billing.DEPOSIT:
            deposit = AmountRow(first_on, _DEPOSIT_MINOR)
            return AmountRecipe((deposit, AmountRow(late_on, REST)))
        case Billing.BY_SEASON:
            return RelativeRecipe(
                (
                    RelativeRow(Anchor.SALE_DATE, 14, 30 * _PERCENT_PPM),
                    RelativeRow(Anchor.SEASON_START, 60, 40 * _PERCENT_PPM),
                    RelativeRow(Anchor.SEASON_START, 180, REST),
                )
            )
        case Billing.THIRDS:
            third_on = first_on + timedelta(days=120)
            rows = (
                PercentRow(first_on, _THIRD_PPM),
                PercentRow(first_on + timedelta(days=60), _THIRD_PPM),
                PercentRow(third_on, REST),
            )
            return PercentRecipe(rows)


def _settle(carrying: _Carrying) -> None:
    """Let become of the Sale what the plan says."""
    work, actor, fate = carrying.work, carrying.actor, carrying.plan.fate
    if fate is Fate.HELD:
        days = 60 + sum(carrying.plan.reference.encode()) * 7 % 360
        until = SetHold(*carrying.named, work.now + timedelta(days=days))
        set_hold(work, actor, until)
    elif fate is Fate.EXPIRED:
        expire_sale(work, actor, NameSale(*carrying.named))
    elif fate in {Fate.FINAL, Fate.CANCELLED}:
        finalise_sale(work, actor, FinaliseSale(*carrying.named))
        if carrying.plan.has_names:
            _write_names(carrying)
    if fate is Fate.CANCELLED:
        later = replace(work, now=work.now + timedelta(hours=20))
        reason = CANCEL_REASONS[sum(carrying.plan.reference.encode()) % len(CANCEL_REASONS)]
        everything = Selection(everything=True)
        wanted = cancelling.CancelSale(carrying.sale_id, everything, reason)
        cancelling.carry_out(later, actor, wanted)


def _write_names(carrying: _Carrying) -> None:
    """Write the account's ticket holders on the seats of as many units."""
    holders = carrying.directory.holders.get(carrying.sale.account_id, ())
    if not holders:
        return
    seats = carrying.work.find(Entitlement, sale_id=carrying.sale_id, status=EntitlementStatus.LIVE)
    names = tuple(
        HolderName(seat.id, holders[seat.unit_no - 1])
        for seat in seats
        if seat.resource_id is not None and seat.unit_no <= len(holders)
    )
    if names:
        assign_holders(carrying.work, carrying.actor, AssignHolders(*carrying.named, names[:400]))
