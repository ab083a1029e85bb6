"""Inputs of the mutations of Sales."""

from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from app.domain.allocation import AllocationStrategy
from app.domain.organisations import HoldAction, PriceBasis
from app.domain.sales import SaleType
from app.domain.schedule import Anchor, Every, PastDates
from app.schema.inputs import expected_version, given, key, maybe
from app.schema.scalars import DecimalText, MoneyInput


def asked(description: str) -> strawberry.ID:
    """Declare the Sale that an input is about."""
    declared: strawberry.ID = strawberry.field(description=description)
    return declared


@strawberry.input(description="A new Sale.")
class SaleCreateInput:
    """The header of a new Sale."""

    idempotency_key: str = key()
    type: SaleType = given("What it is about.")
    account_id: strawberry.ID | None = maybe(
        "Who buys; not needed by portal users and for sub-sales.", refers="account"
    )
    contact_id: strawberry.ID | None = maybe(
        "Who speaks for the account; otherwise its default contact.", refers="contact"
    )
    season_id: strawberry.ID | None = maybe(
        "The season it is mainly for; that of the parent for a sub-sale.", refers="season"
    )
    price_list_id: strawberry.ID | None = maybe(
        "Where prices come from; otherwise the account's list, or the only valid one.",
        refers="price_list",
    )
    parent_sale_id: strawberry.ID | None = maybe(
        "The Final Sale that this is a sub-sale of.", refers="sale"
    )
    currency: str | None = maybe("Its currency; otherwise the price list's, or the club's.")
    price_basis: PriceBasis | None = maybe("Whether prices are before or with VAT.")
    language: str | None = maybe("The language of documents; otherwise the account's.")
    rep_code: str | None = maybe("The sales rep; otherwise the account's.")
    is_barter: bool | None = maybe("Whether it is paid in kind.")
    name_on_tickets: str | None = maybe("The name printed on tickets.")
    reference: str | None = maybe("The account's own reference.")
    comments: str | None = maybe("Internal comments; not from portal users.")


@strawberry.input(description="Changes of a Sale's header; omitted fields stay as they are.")
class SaleUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    contact_id: strawberry.ID | None = maybe("The contact; in any status.", refers="contact")
    name_on_tickets: str | None = maybe("The name on tickets; in any status.")
    reference: str | None = maybe("The account's reference; in any status.")
    comments: str | None = maybe("Internal comments; in any status, not from portal users.")
    rep_code: str | None = maybe("The sales rep; in any status.")
    season_id: strawberry.ID | None = maybe("The season; Draft only.", refers="season")
    language: str | None = maybe("The language; Draft only.")
    is_barter: bool | None = maybe("Whether it is paid in kind; Draft only.")
    discount: MoneyInput | None = maybe(
        "The discount on the whole Sale, spread over its lines; Draft only.",
        to="discount_minor",
        is_money=True,
    )


@strawberry.input(description="A line to sell: at most one of season, bundle and calendar item.")
class SaleLineInput:
    """What to sell."""

    product_id: strawberry.ID = given("The product.", refers="product")
    quantity: int = given("How many units, 1 to 10,000.")
    season_id: strawberry.ID | None = maybe("For every item of a season.", refers="season")
    bundle_id: strawberry.ID | None = maybe("For a bundle.", refers="calendar_bundle")
    calendar_item_id: strawberry.ID | None = maybe("For one item.", refers="calendar_item")
    unit_price: MoneyInput | None = strawberry.field(
        description="The price of one unit; otherwise the price list's.", default=UNSET
    )
    discount: MoneyInput | None = strawberry.field(
        description="A discount on the whole line.", default=UNSET
    )
    description: str | None = maybe("What stands on documents; otherwise the product's name.")
    seat_ids: list[strawberry.ID] | None = strawberry.field(
        description="The seats, unit by unit; as many as numbered seats are sold.", default=UNSET
    )
    parking_ids: list[strawberry.ID] | None = strawberry.field(
        description="The numbered parking places, unit by unit.", default=UNSET
    )
    includes_past: bool | None = maybe(
        "Also for calendar items that have begun: for registering what was sold earlier."
    )


@strawberry.input(description="Lines to add to a Draft: all of them, or none.")
class SaleLineAddInput:
    """Lines to add."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    lines: list[SaleLineInput] = strawberry.field(description="The lines, 1 to 50.")


@strawberry.input(description="A line's price, discount or description; omitted fields stay.")
class SaleLineUpdateInput:
    """What to change of a line."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    line_id: strawberry.ID = strawberry.field(description="The line.")
    unit_price: MoneyInput | None = strawberry.field(
        description="The price of one unit.", default=UNSET
    )
    discount: MoneyInput | None = strawberry.field(
        description="The discount on the whole line.", default=UNSET
    )
    description: str | None = strawberry.field(
        description="What stands on documents.", default=UNSET
    )


@strawberry.input(description="A line in the place of another: other quantity, seats or product.")
class SaleLineReplaceInput:
    """The line to replace and the new one."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    line_id: strawberry.ID = strawberry.field(description="The line to replace.")
    line: SaleLineInput = strawberry.field(description="The new line.")


@strawberry.input(description="Lines to take out of a Draft.")
class SaleLineRemoveInput:
    """Lines to remove."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    line_ids: list[strawberry.ID] = strawberry.field(description="The lines.")


@strawberry.input(description="Equal parts, a month or quarter apart from the first date.")
class EqualRecipeInput:
    """How many, from when, how far apart."""

    count: int = strawberry.field(description="How many, 1 to 120.")
    first_on: date = strawberry.field(description="The first date; its day is kept, or the last.")
    every: Every = strawberry.field(description="How far apart.", default=Every.MONTH)


@strawberry.input(description="A part of the total on a date.")
class PercentRowInput:
    """A date and a percentage."""

    on: date = strawberry.field(description="The date.")
    percent: DecimalText | None = strawberry.field(
        description="The percentage, up to four decimals; the last row may leave it out: the rest.",
        default=None,
    )


@strawberry.input(description="An amount on a date.")
class AmountRowInput:
    """A date and an amount."""

    on: date = strawberry.field(description="The date.")
    amount: MoneyInput | None = strawberry.field(
        description="The amount; one row may leave it out: the rest.", default=None
    )


@strawberry.input(description="A part of the total some days after something.")
class RelativeRowInput:
    """What to count from, how many days, which percentage."""

    anchor: Anchor = strawberry.field(description="What to count from.")
    offset_days: int = strawberry.field(description="Days after it; negative: before.", default=0)
    percent: DecimalText | None = strawberry.field(
        description="The percentage; the last row may leave it out: the rest.", default=None
    )


@strawberry.input(description="How a total becomes instalments; exactly one way.", one_of=True)
class RecipeInput:
    """One of the recipes."""

    equal: EqualRecipeInput | None = strawberry.field(
        description="Equal parts at equal distances.", default=UNSET
    )
    dates: list[date] | None = strawberry.field(
        description="Equal parts on these dates.", default=UNSET
    )
    percent: list[PercentRowInput] | None = strawberry.field(
        description="Percentages that sum to 100.", default=UNSET
    )
    amounts: list[AmountRowInput] | None = strawberry.field(
        description="Fixed amounts; without a rest they stay as typed when lines change.",
        default=UNSET,
    )
    relative: list[RelativeRowInput] | None = strawberry.field(
        description="Percentages on dates relative to others.", default=UNSET
    )


@strawberry.input(description="On which instalment a product group is billed.")
class GroupInstalmentInput:
    """A product group and an instalment."""

    product_group_id: strawberry.ID = strawberry.field(description="The product group.")
    instalment: int = strawberry.field(description="The number of the instalment, from 1.")


@strawberry.input(description="How a Draft, or one season of it, is billed.")
class InvoiceScheduleSetInput:
    """A recipe and how lines are spread over it."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    season_id: strawberry.ID | None = strawberry.field(
        description="Whose lines; without it those of the whole Sale.", default=None
    )
    recipe: RecipeInput = strawberry.field(description="The recipe.")
    past_dates: PastDates = strawberry.field(
        description="What happens to dates in the past.", default=PastDates.KEEP
    )
    allocation: AllocationStrategy = strawberry.field(
        description="How lines are spread over invoices.", default=AllocationStrategy.PROPORTIONAL
    )
    group_instalments: list[GroupInstalmentInput] | None = strawberry.field(
        description="For GROUP_TO_INSTALMENT: which group on which instalment.", default=None
    )


@strawberry.input(description="One invoice's date, amount or reference; omitted fields stay.")
class InvoiceUpdateInput:
    """What to change of an invoice."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    invoice_id: strawberry.ID = strawberry.field(description="The invoice.")
    planned_on: date | None = strawberry.field(description="The new date.", default=None)
    amount: MoneyInput | None = strawberry.field(
        description="The new amount; Draft only.", default=None
    )
    reference: str | None = strawberry.field(description="The reference.", default=None)


@strawberry.input(description="An invoice to split in two.")
class InvoiceSplitInput:
    """Which invoice, how much of it, when."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()
    invoice_id: strawberry.ID = strawberry.field(description="The invoice.")
    amount: MoneyInput = strawberry.field(description="What goes to the new invoice.")
    planned_on: date = strawberry.field(description="When the new invoice is planned.")


@strawberry.input(description="A Sale as it was seen.")
class SaleFinaliseInput:
    """Which Sale."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = asked("The Sale.")
    expected_version: int = expected_version()


@strawberry.input(description="A Draft to release now.")
class SaleExpireInput(SaleFinaliseInput):
    """Which Sale."""


@strawberry.input(description="An expired Sale to revive.")
class SaleReviveInput(SaleFinaliseInput):
    """Which Sale."""


@strawberry.input(description="A Draft to remove for good, and why.")
class SaleRemoveInput(SaleFinaliseInput):
    """Which Sale and why."""

    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="When a Draft's hold ends.")
class SaleHoldSetInput(SaleFinaliseInput):
    """The end and what happens then."""

    expires_at: datetime | None = strawberry.field(
        description="When it ends; without it, the club's term for a sent proposal from now.",
        default=None,
    )
    action: HoldAction | None = strawberry.field(description="What happens then.", default=None)


@strawberry.input(description="From one seat to another.")
class SeatMoveInput:
    """A move."""

    from_id: strawberry.ID = strawberry.field(description="The seat or parking place now.")
    to_id: strawberry.ID = strawberry.field(description="The one instead.")


@strawberry.input(description="Guests to move to other seats; no amount changes.")
class SeatSwapInput(SaleFinaliseInput):
    """Moves."""

    moves: list[SeatMoveInput] = strawberry.field(description="The moves, all together.")
    calendar_item_ids: list[strawberry.ID] | None = strawberry.field(
        description="At these calendar items; without it at all that are still to come.",
        default=None,
    )


@strawberry.input(description="Whose name is on an entitlement.")
class HolderNameInput:
    """An entitlement and a ticket holder."""

    entitlement_id: strawberry.ID = strawberry.field(description="The entitlement.")
    ticket_holder_id: strawberry.ID | None = strawberry.field(
        description="The ticket holder; null takes the name away.", default=None
    )


@strawberry.input(description="Names to write on tickets.")
class TicketHolderAssignInput(SaleFinaliseInput):
    """Names."""

    names: list[HolderNameInput] = strawberry.field(description="The names.")
