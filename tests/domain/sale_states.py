"""Sales in memory, piece by piece or drawn at random, for the tests of what is done with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

from app.domain.accounts import Account, AccountKind
from app.domain.allocation import AllocationStrategy
from app.domain.billing import BillingFacts
from app.domain.invoices import Invoice, InvoiceKind, ScheduleGroup, ScheduleMode
from app.domain.organisations import HoldAction, PriceBasis, VatRounding
from app.domain.sales import (
    Sale,
    SaleChannel,
    SaleLine,
    SaleLineComponent,
    SaleState,
    SaleStatus,
    SaleType,
)
from app.domain.schedule import EqualRecipe, PastDates, Recipe
from app.domain.schedule_json import to_json
from app.domain.vat import SupplyType, VatCategory

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
TODAY = date(2026, 7, 1)
SALE_ID = UUID(int=1)
ACCOUNT_ID = UUID(int=2)
SPRING, AUTUMN = UUID(int=11), UUID(int=12)
SEASON_STARTS = {SPRING: date(2027, 1, 15), AUTUMN: date(2026, 8, 1), None: date(2026, 8, 1)}


def ids_from(first: int) -> Callable[[], UUID]:
    """Hand out one id after the other."""
    numbers = count(first)
    return lambda: UUID(int=next(numbers))


def account_of(**changes: object) -> Account:
    """Return a complete account, a company in Brussels."""
    found = Account(
        id=ACCOUNT_ID,
        code="ACME",
        name="Acme",
        kind=AccountKind.BUSINESS,
        segment=None,
        rep_code=None,
        language="nl",
        vat_id=None,
        street="Street 1",
        postal_code="1000",
        city="Brussels",
        country="BE",
        email=None,
        phone=None,
        payment_term_days=30,
        price_list_id=None,
        credit_limit_minor=None,
        currency="EUR",
        is_active=True,
        version=1,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def sale_of(**changes: object) -> Sale:
    found = Sale(
        id=SALE_ID,
        code="S-2026-000001",
        type=SaleType.SEASON,
        status=SaleStatus.DRAFT,
        channel=SaleChannel.BACK_OFFICE,
        account_id=ACCOUNT_ID,
        contact_id=None,
        season_id=None,
        price_list_id=None,
        parent_sale_id=None,
        renewed_from_sale_id=None,
        template_id=None,
        rep_code=None,
        currency="EUR",
        price_basis=PriceBasis.NET,
        vat_rounding=VatRounding.SALE_EXACT,
        language="nl",
        is_barter=False,
        name_on_tickets=None,
        reference=None,
        comments=None,
        discount_minor=0,
        net_minor=0,
        vat_minor=0,
        gross_minor=0,
        hold_action=HoldAction.RELEASE,
        hold_expires_at=None,
        hold_reminded_at=None,
        cancel_reason=None,
        version=1,
        created_by="sales:1",
        created_at=NOW,
        updated_at=NOW,
        finalised_at=None,
        cancelled_at=None,
        expired_at=None,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def line_of(number: int, quantity: int, unit_price_minor: int, **changes: object) -> SaleLine:
    """Build line `number`, with the id 100 + number, that grants something once per unit."""
    found = SaleLine(
        id=UUID(int=100 + number),
        sale_id=SALE_ID,
        line_no=number,
        product_id=UUID(int=200 + number),
        season_id=None,
        bundle_id=None,
        calendar_item_id=None,
        description=f"Line {number}",
        quantity=quantity,
        quantity_cancelled=0,
        cancelled_count=0,
        cancelled_minor=0,
        list_price_minor=None,
        unit_price_minor=unit_price_minor,
        discount_minor=0,
        sale_discount_minor=0,
        amount_minor=0,
        net_minor=0,
        vat_minor=0,
        gross_minor=0,
        currency="EUR",
        calendar_item_ids=(),
        calendar_item_weights=(),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def part_of(line: SaleLine, rate_bp: int, **changes: object) -> SaleLineComponent:
    """Build the component of a line; number 2 and those after it need their `component_no`."""
    component_no = changes.get("component_no", 1)
    assert isinstance(component_no, int)
    found = SaleLineComponent(
        id=UUID(int=1_000 * component_no + line.id.int),
        sale_id=SALE_ID,
        line_id=line.id,
        component_no=component_no,
        product_id=UUID(int=line.product_id.int + 1_000 * (component_no - 1)),
        quantity=1,
        piece_weight=1,
        is_per_item=bool(line.calendar_item_ids),
        supply_type=SupplyType.ADMISSION,
        vat_category=VatCategory.STANDARD if rate_bp else VatCategory.ZERO,
        rate_bp=rate_bp,
        revenue_account=None,
        amount_minor=0,
        net_minor=0,
        vat_minor=0,
        gross_minor=0,
        currency=line.currency,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def group_of(number: int, recipe: Recipe, season_id: UUID | None = None) -> ScheduleGroup:
    """Build schedule group `number`, with the id 50 + number, that follows a recipe."""
    return ScheduleGroup(
        id=UUID(int=50 + number),
        sale_id=SALE_ID,
        season_id=season_id,
        mode=ScheduleMode.AUTO,
        recipe=to_json(recipe),
        past_dates=PastDates.KEEP,
        allocation=AllocationStrategy.PROPORTIONAL,
        group_instalments={},
    )


def invoice_of(number: int, amount_minor: int, **changes: object) -> Invoice:
    """Build an invoice of group 1, planned on the number's day of August."""
    found = Invoice(
        id=UUID(int=300 + number),
        code=f"S-2026-000001-{number:02d}",
        sale_id=SALE_ID,
        schedule_group_id=UUID(int=51),
        account_id=ACCOUNT_ID,
        sequence_no=number,
        kind=InvoiceKind.INVOICE,
        planned_on=date(2026, 8, number),
        amount_minor=amount_minor,
        net_minor=None,
        vat_minor=None,
        gross_minor=None,
        currency="EUR",
        reference=None,
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def facts_of(
    state: SaleState, product_groups: Mapping[UUID, UUID] | None = None, **changes: object
) -> BillingFacts:
    """Build the facts of a Sale whose products have a group of their own each."""
    own = {part.product_id: part.product_id for part in state.components}
    facts = BillingFacts(
        now=NOW,
        today=TODAY,
        sold_on=TODAY,
        season_starts_on=SEASON_STARTS,
        first_items_on=SEASON_STARTS,
        product_groups=own if product_groups is None else product_groups,
        cancelled={},
        new_id=ids_from(700),
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def state_of(
    parts: Sequence[tuple[SaleLine, int]],
    *groups: ScheduleGroup,
    sale: Sale | None = None,
) -> SaleState:
    """Build a Sale of plain lines, each with its VAT rate."""
    return SaleState(
        sale=sale or sale_of(),
        lines=tuple(line for line, _ in parts),
        components=tuple(part_of(line, rate_bp) for line, rate_bp in parts),
        groups=groups,
    )


def equal(instalments: int, number: int = 1, season_id: UUID | None = None) -> ScheduleGroup:
    """Build schedule group `number` of equal monthly instalments from today."""
    return group_of(number, EqualRecipe(instalments, TODAY), season_id)
