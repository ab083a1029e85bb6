"""Sales drawn at random: every recipe, strategy, basis, rounding, currency and sign."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from hypothesis import strategies as st

from app.domain.allocation import AllocationStrategy
from app.domain.billing import group_lines, revalue, value_lines
from app.domain.invoices import ScheduleGroup
from app.domain.money import apportion
from app.domain.organisations import PriceBasis, VatRounding
from app.domain.sales import Sale, SaleLine, SaleLineComponent, SaleState, SaleType
from app.domain.schedule import (
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    DatesRecipe,
    EqualRecipe,
    Every,
    PastDates,
    PercentRecipe,
    PercentRow,
    Recipe,
    RelativeRecipe,
    RelativeRow,
)
from tests.domain.recipes import DAYS, shares
from tests.domain.sale_states import (
    AUTUMN,
    SPRING,
    TODAY,
    facts_of,
    group_of,
    line_of,
    part_of,
    sale_of,
)

RATES = st.sampled_from([0, 600, 1_200, 2_100])
PRICES = st.integers(0, 300) | st.integers(0, 10**8)
PLANS = st.sampled_from([(), (None,), (AUTUMN,), (AUTUMN, SPRING)])
KINDS = ("EQUAL", "DATES", "PERCENT", "AMOUNT", "RELATIVE")
PRODUCT_GROUPS = [UUID(int=number) for number in (41, 42, 43)]


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    is_credit = draw(st.booleans())
    return sale_of(
        type=SaleType.CREDIT if is_credit else SaleType.SEASON,
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        price_basis=draw(st.sampled_from(PriceBasis)),
        vat_rounding=draw(st.sampled_from(VatRounding)),
        season_id=draw(st.sampled_from([None, AUTUMN])),
    )


@st.composite
def parts_of(draw: st.DrawFn, line: SaleLine) -> list[SaleLineComponent]:
    """Draw the parts of a package: pieces per match, and pieces that are granted once."""
    weights = draw(st.lists(st.integers(0, 200), min_size=1, max_size=3).filter(any))
    return [
        part_of(
            line,
            draw(RATES),
            component_no=number,
            quantity=draw(st.integers(1, 2)),
            piece_weight=weight,
            is_per_item=bool(line.calendar_item_ids) and draw(st.booleans()),
        )
        for number, weight in enumerate(weights, start=1)
    ]


@st.composite
def lines_of(draw: st.DrawFn, number: int, sale: Sale) -> SaleLine:
    """Draw a line: a catalog line of a credit Sale, or one with up to four matches."""
    is_credit = sale.type is SaleType.CREDIT
    sign = -1 if is_credit else 1
    weights = () if is_credit else tuple(draw(st.lists(st.integers(0, 9), max_size=4)))
    quantity, price = draw(st.integers(1, 4)), draw(PRICES)
    return line_of(
        number,
        quantity,
        sign * price,
        discount_minor=sign
        * draw(
            st.sampled_from([0, 0, 1, price, quantity * price]).filter(
                lambda discount: discount <= quantity * price
            )
        ),
        season_id=draw(st.sampled_from([None, AUTUMN, SPRING])),
        currency=sale.currency,
        calendar_item_ids=tuple(UUID(int=2_000 + index) for index in range(len(weights))),
        calendar_item_weights=weights,
    )


@st.composite
def recipes_for(draw: st.DrawFn, kind: str, total: int) -> Recipe:
    """Draw a recipe that fits a total."""
    if kind == "EQUAL":
        return EqualRecipe(draw(st.integers(1, 12)), draw(DAYS), draw(st.sampled_from(Every)))
    if kind == "DATES":
        return DatesRecipe(tuple(draw(st.lists(DAYS, min_size=1, max_size=6))))
    if kind == "AMOUNT":
        weights = draw(st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any))
        rows = [AmountRow(draw(DAYS), part) for part in apportion(total, weights)]
        if draw(st.booleans()):
            rows[0] = replace(rows[0], amount_minor=REST)
        return AmountRecipe(tuple(rows))
    drawn = draw(shares(most=6))
    if kind == "PERCENT":
        return PercentRecipe(tuple(PercentRow(draw(DAYS), share) for share in drawn))
    anchors, offsets = st.sampled_from(Anchor), st.integers(-400, 400)
    return RelativeRecipe(
        tuple(RelativeRow(draw(anchors), draw(offsets), share) for share in drawn)
    )


def fitting_plan(
    state: SaleState, group: ScheduleGroup, product_groups: dict[UUID, UUID]
) -> dict[str, int]:
    """Put product groups on the first instalment with room for all that they have."""
    room = [
        abs(invoice.amount_minor)
        for invoice in revalue(state, facts_of(state)).invoices
        if invoice.schedule_group_id == group.id
    ]
    plan: dict[str, int] = {}
    for wanted in PRODUCT_GROUPS[:2]:
        needed = sum(
            abs(part.amount_minor)
            for line in group_lines(state)[group.id]
            for part in state.components_of(line.id)
            if product_groups[part.product_id] == wanted
        )
        fits = [column for column, left in enumerate(room) if left >= needed]
        if fits:
            plan[str(wanted)] = fits[0]
            room[fits[0]] -= needed
    return plan


def grouped(state: SaleState) -> dict[UUID, UUID]:
    """Put the products of a Sale into three product groups, in turn."""
    products = sorted({part.product_id for part in state.components})
    return {product: PRODUCT_GROUPS[index % 3] for index, product in enumerate(products)}


@st.composite
def drafts(
    draw: st.DrawFn,
    plans: st.SearchStrategy[tuple[UUID | None, ...]] = PLANS,
    kinds: Sequence[str] = KINDS,
) -> SaleState:
    """Draw a Draft that is not billed yet; all its schedules are AUTO and fit its lines."""
    sale = draw(sales())
    lines = [draw(lines_of(number, sale)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    parts = [part for line in lines for part in draw(parts_of(line))]
    state = value_lines(SaleState(sale, tuple(lines), tuple(parts)))
    whole = sum(line.amount_minor for line in state.lines)
    if whole and draw(st.booleans()):
        sign = 1 if whole > 0 else -1
        discount = sign * draw(st.integers(0, abs(whole)))
        state = value_lines(replace(state, sale=replace(sale, discount_minor=discount)))
    seasons = draw(plans)
    empty = [group_of(number, EqualRecipe(1, TODAY), one) for number, one in enumerate(seasons, 1)]
    state = replace(state, groups=tuple(empty))
    totals = {
        group_id: sum(line.amount_minor for line in listed)
        for group_id, listed in group_lines(state).items()
    }
    groups = []
    for number, (group, season) in enumerate(zip(empty, seasons, strict=True), 1):
        recipe = draw(recipes_for(draw(st.sampled_from(kinds)), totals[group.id]))
        groups.append(
            replace(
                group_of(number, recipe, season),
                past_dates=draw(st.sampled_from(PastDates)),
                allocation=draw(st.sampled_from(AllocationStrategy)),
            )
        )
    return planned(replace(state, groups=tuple(groups)))


def planned(state: SaleState) -> SaleState:
    """Tie product groups to instalments where the strategy asks for it."""
    proportional = replace(
        state,
        groups=tuple(
            replace(group, allocation=AllocationStrategy.PROPORTIONAL) for group in state.groups
        ),
    )
    return replace(
        state,
        groups=tuple(
            replace(group, group_instalments=fitting_plan(proportional, group, grouped(state)))
            if group.allocation is AllocationStrategy.GROUP_TO_INSTALMENT
            else group
            for group in state.groups
        ),
    )


def billed(state: SaleState) -> SaleState:
    return revalue(state, facts_of(state, grouped(state)))
