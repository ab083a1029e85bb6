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
from app.domain.schedule_json import to_json
from tests.domain.recipes import DAYS, shares
from tests.domain.sale_states import (
    AUTUMN,
    SPRING,
    equal,
    facts_of,
    line_of,
    part_of,
    sale_of,
)

RATES = st.sampled_from([0, 600, 1_200, 2_100])
PRICES = st.integers(0, 300) | st.integers(0, 10**8)
QUANTITIES, LINES, PIECES = st.integers(1, 4), st.integers(1, 3), st.integers(1, 2)
WHETHER = st.booleans()
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
BASES, ROUNDINGS = st.sampled_from(PriceBasis), st.sampled_from(VatRounding)
SEASONS = st.sampled_from([None, AUTUMN, SPRING])
PIECE_WEIGHTS = st.lists(st.integers(0, 200), min_size=1, max_size=3)
MATCH_WEIGHTS = st.lists(st.integers(0, 9), max_size=4)
DISCOUNTS = st.integers(0, 10)
COUNTS, EVERY = st.integers(1, 12), st.sampled_from(Every)
SOME_DAYS = st.lists(DAYS, min_size=1, max_size=3)
ANCHORS, OFFSETS = st.sampled_from(Anchor), st.integers(-400, 400)
SHARES = shares(most=3)
PAST, STRATEGIES = st.sampled_from(PastDates), st.sampled_from(AllocationStrategy)
PERCENTAGES = st.integers(0, 100)
PLANS = st.sampled_from([(), (None,), (AUTUMN,), (AUTUMN, SPRING)])
KINDS = ("EQUAL", "DATES", "PERCENT", "AMOUNT", "RELATIVE")
PRODUCT_GROUPS = [UUID(int=number) for number in (41, 42, 43)]


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    return sale_of(
        type=SaleType.CREDIT if draw(WHETHER) else SaleType.SEASON,
        currency=draw(CURRENCIES),
        price_basis=draw(BASES),
        vat_rounding=draw(ROUNDINGS),
        season_id=draw(SEASONS),
    )


def part_weights(drawn: list[int]) -> list[int]:
    return drawn if any(drawn) else [1, *drawn[1:]]


@st.composite
def parts_of(draw: st.DrawFn, line: SaleLine) -> list[SaleLineComponent]:
    """Draw the parts of a package: pieces per match, and pieces that are granted once."""
    return [
        part_of(
            line,
            draw(RATES),
            component_no=number,
            quantity=draw(PIECES),
            piece_weight=weight,
            is_per_item=bool(line.calendar_item_ids) and draw(WHETHER),
        )
        for number, weight in enumerate(part_weights(draw(PIECE_WEIGHTS)), start=1)
    ]


@st.composite
def lines_of(draw: st.DrawFn, number: int, sale: Sale) -> SaleLine:
    """Draw a line: a catalog line of a credit Sale, or one with up to four matches."""
    is_credit = sale.type is SaleType.CREDIT
    weights = () if is_credit else tuple(draw(MATCH_WEIGHTS))
    quantity, price, tenths = draw(QUANTITIES), draw(PRICES), draw(DISCOUNTS)
    sign = -1 if is_credit else 1
    return line_of(
        number,
        quantity,
        sign * price,
        discount_minor=sign * (quantity * price * tenths // 10 if tenths > 5 else 0),
        season_id=draw(SEASONS),
        currency=sale.currency,
        calendar_item_ids=tuple(UUID(int=2_000 + index) for index in range(len(weights))),
        calendar_item_weights=weights,
    )


@st.composite
def recipes_for(draw: st.DrawFn, kind: str, total: int) -> Recipe:
    """Draw a recipe that fits a total."""
    if kind == "EQUAL":
        return EqualRecipe(draw(COUNTS), draw(DAYS), draw(EVERY))
    if kind == "DATES":
        return DatesRecipe(tuple(draw(SOME_DAYS)))
    if kind == "AMOUNT":
        parts = apportion(total, part_weights(draw(PIECE_WEIGHTS)))
        rows = [AmountRow(draw(DAYS), part) for part in parts]
        if draw(WHETHER):
            rows[0] = replace(rows[0], amount_minor=REST)
        return AmountRecipe(tuple(rows))
    drawn = draw(SHARES)
    if kind == "PERCENT":
        return PercentRecipe(tuple(PercentRow(draw(DAYS), share) for share in drawn))
    return RelativeRecipe(
        tuple(RelativeRow(draw(ANCHORS), draw(OFFSETS), share) for share in drawn)
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
    lines = [draw(lines_of(number, sale)) for number in range(1, draw(LINES) + 1)]
    parts = [part for line in lines for part in draw(parts_of(line))]
    state = value_lines(SaleState(sale, tuple(lines), tuple(parts)), {})
    discount = sum(line.amount_minor for line in state.lines) * draw(PERCENTAGES)
    discount = discount // 100 if discount > 0 else -(-discount // 100)
    if draw(WHETHER):
        state = value_lines(replace(state, sale=replace(sale, discount_minor=discount)), {})
    return planned(scheduled(state, draw(plans), draw, kinds))


def scheduled(
    state: SaleState, seasons: Sequence[UUID | None], draw: st.DrawFn, kinds: Sequence[str]
) -> SaleState:
    """Draw a schedule for the whole Sale or for each season, with recipes that fit its lines."""
    groups = [equal(1, number, season) for number, season in enumerate(seasons, start=1)]
    gathered = group_lines(replace(state, groups=tuple(groups)))
    for index, group in enumerate(groups):
        total = sum(line.amount_minor for line in gathered[group.id])
        recipe = draw(recipes_for(draw(st.sampled_from(kinds)), total))
        groups[index] = replace(
            group, recipe=to_json(recipe), past_dates=draw(PAST), allocation=draw(STRATEGIES)
        )
    return replace(state, groups=tuple(groups))


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
