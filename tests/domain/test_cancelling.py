"""Cancelling a part of a Sale: the worked examples of sales.md section 7, and what always holds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.billing import revalue, value_grid
from app.domain.cancelling import CancelTerms, CreditWhere, cancel
from app.domain.invoices import InvoiceKind
from app.domain.organisations import CreditNotes
from app.domain.sales import Entitlement, EntitlementStatus, SaleLineComponent, SaleState
from app.domain.schedule import EqualRecipe, Every, PercentRecipe, PercentRow
from tests.domain.sale_states import NOW, TODAY, facts_of, group_of, ids_from, line_of, state_of


def sold(state: SaleState) -> tuple[SaleState, list[Entitlement]]:
    """Bill a Sale and grant what it sold."""
    state = revalue(state, facts_of(state))
    granted: list[Entitlement] = []
    new_id = ids_from(9_000)
    for line in state.lines:
        parts = state.components_of(line.id)
        for part, values in zip(parts, value_grid(line, parts), strict=True):
            worth = iter(values)
            granted += [
                granted_of(part, unit_no, item, next(worth), new_id())
                for unit_no in range(1, line.quantity + 1)
                for item in line.calendar_item_ids or (None,)
            ]
    return state, granted


def granted_of(
    part: SaleLineComponent, unit_no: int, item: UUID | None, value_minor: int, own_id: UUID
) -> Entitlement:
    """Build a live entitlement of a component."""
    return Entitlement(
        id=own_id,
        sale_id=part.sale_id,
        line_id=part.line_id,
        component_id=part.id,
        unit_no=unit_no,
        piece_no=1,
        calendar_item_id=item,
        product_id=part.product_id,
        resource_id=None,
        pool_id=None,
        seat_entitlement_id=None,
        location_type_code=None,
        ticket_holder_id=None,
        value_minor=value_minor,
        currency=part.currency,
        status=EntitlementStatus.LIVE,
    )


def after(
    state: SaleState, picked: Sequence[Entitlement], *documented: int, first_id: int = 5_000
) -> SaleState:
    """Cancel, while the invoices of these numbers have documents."""
    frozen = {one.id for one in state.invoices if one.sequence_no in documented}
    terms = CancelTerms(
        cancellation_id=UUID(int=first_id),
        credit_where=CreditWhere.PROPORTIONAL,
        credit_notes=CreditNotes.PER_DOCUMENT,
        frozen=frozen,
        today=TODAY,
        now=NOW + timedelta(days=1),
        new_id=ids_from(first_id + 1),
    )
    return cancel(state, picked, terms).state


def unit(granted: Sequence[Entitlement], line_no: int, *units: int) -> list[Entitlement]:
    return [one for one in granted if one.line_id.int == 100 + line_no and one.unit_no in units]


def nets(state: SaleState) -> list[int | None]:
    return [one.net_minor for one in state.invoices if one.kind is InvoiceKind.INVOICE]


def notes(state: SaleState) -> list[tuple[int | None, int | None]]:
    return [
        (one.net_minor, one.vat_minor)
        for one in state.invoices
        if one.kind is InvoiceKind.CREDIT_NOTE
    ]


def e0() -> tuple[SaleState, list[Entitlement]]:
    """4 seats 4,000 at 6 %, 2 parkings 400 at 21 %, catalog 600 at 21 %, in 4 invoices."""
    recipe = EqualRecipe(4, TODAY, Every.MONTH)
    lines = [(line_of(1, 4, 100_000), 600), (line_of(2, 2, 20_000), 2100)]
    return sold(state_of([*lines, (line_of(3, 1, 60_000), 2100)], group_of(1, recipe)))


def a3() -> tuple[SaleState, list[Entitlement]]:
    """3 seats at 199.99 (6 %), parking 150.01 (21 %), gift 250.02 (12 %) in 3 invoices."""
    recipe = EqualRecipe(3, TODAY, Every.MONTH)
    lines = [(line_of(1, 3, 19_999), 600), (line_of(2, 1, 15_001), 2100)]
    return sold(state_of([*lines, (line_of(3, 1, 25_002), 1200)], group_of(1, recipe)))


def test_a1_without_documents_every_invoice_falls() -> None:
    state, granted = e0()
    left = after(state, unit(granted, 1, 4))
    assert nets(left) == [100_000] * 4
    assert [one.vat_minor for one in left.invoices] == [9_750] * 4
    assert notes(left) == []


def test_a2_cancelling_everything_leaves_nothing() -> None:
    state, granted = e0()
    left = after(state, granted)
    assert nets(left) == [0] * 4
    assert (left.sale.net_minor, left.sale.vat_minor, left.sale.gross_minor) == (0, 0, 0)


def test_a3_rounding() -> None:
    state, granted = a3()
    assert nets(state) == [33_334, 33_333, 33_333]
    left = after(state, unit(granted, 1, 3))
    assert nets(left) == [26_668, 26_667, 26_666]
    assert left.sale.vat_minor == 2_400 + 3_150 + 3_000


def test_b1_to_b2_credit_notes_on_the_document() -> None:
    state, granted = e0()
    left = after(state, unit(granted, 3, 1), 1)
    assert nets(left) == [125_000, 110_000, 110_000, 110_000]
    assert notes(left) == [(-15_000, -3_150)]
    left = after(left, unit(granted, 2, 1, 2), 1, 5, first_id=6_000)
    assert nets(left) == [125_000, 100_000, 100_000, 100_000]
    assert notes(left) == [(-15_000, -3_150), (-10_000, -2_100)]
    assert left.sale.net_minor == 400_000
    assert sum(vat.vat_minor for vat in left.vats if vat.rate_bp == 2100) == 0


@pytest.mark.parametrize("documents", [(1, 2), (1, 2, 3, 4)])
def test_b3_b5_several_documents(documents: tuple[int, ...]) -> None:
    state, granted = e0()
    left = after(state, unit(granted, 1, 1), *documents)
    assert notes(left) == [(-25_000, -1_500)] * len(documents)
    assert left.sale.net_minor == 400_000


def test_b4_full_cancellation_credits_the_whole_document() -> None:
    state, granted = e0()
    left = after(state, granted, 1)
    assert notes(left) == [(-125_000, -11_250)]
    assert nets(left) == [125_000, 0, 0, 0]
    assert left.sale.gross_minor == 0
    assert all((line.net_minor, line.vat_minor) == (0, 0) for line in left.lines)


def test_b6_to_b8_end_at_exactly_nothing() -> None:
    state, granted = a3()
    left = after(state, unit(granted, 1, 1), 1)
    assert notes(left) == [(-6_666, -400)]
    assert nets(left) == [33_334, 26_667, 26_666]
    left = after(left, unit(granted, 1, 2), 1, 2, 4, first_id=6_000)
    assert notes(left)[1:] == [(-6_666, -400), (-6_667, -400)]
    assert nets(left) == [33_334, 26_667, 20_000]
    rest = [*unit(granted, 1, 3), *unit(granted, 2, 1), *unit(granted, 3, 1)]
    left = after(left, rest, 1, 2, 4, 5, 6, first_id=7_000)
    assert [net for net, _ in notes(left)[3:]] == [-20_002, -20_000]
    assert nets(left)[2] == 0
    assert (left.sale.net_minor, left.sale.vat_minor) == (0, 0)


def test_a4_by_calendar_item() -> None:
    """A season seat 1,000.00 (6 %) and parking 170.00 (21 %) over 17 matches, 40/30/30."""
    matches = {
        "calendar_item_ids": tuple(UUID(int=2_000 + number) for number in range(17)),
        "calendar_item_weights": (1,) * 17,
    }
    lines = [line_of(1, 1, 100_000, **matches), line_of(2, 1, 17_000, **matches)]
    days = (TODAY, TODAY + timedelta(days=30), TODAY + timedelta(days=60))
    shares = zip(days, (400_000, 300_000, 300_000), strict=True)
    recipe = PercentRecipe(tuple(PercentRow(day, share) for day, share in shares))
    rated = zip(lines, (600, 2_100), strict=True)
    state, granted = sold(state_of(list(rated), group_of(1, recipe)))
    seat = [one.value_minor for one in granted if one.line_id == lines[0].id]
    assert seat == [5_883] * 6 + [5_882] * 11
    assert nets(state) == [46_800, 35_100, 35_100]
    fifth = [one for one in granted if one.calendar_item_id == UUID(int=2_004)]
    left = after(state, fifth)
    assert nets(left) == [44_047, 33_035, 33_035]
    vats = {(vat.invoice_id, vat.rate_bp): vat.vat_minor for vat in left.vats}
    ids = [one.id for one in left.invoices]
    assert [vats[one, 600] for one in ids] == [2_259, 1_694, 1_694]
    assert [vats[one, 2_100] for one in ids] == [1_344, 1_008, 1_008]


def test_b9_credit_notes_of_every_item_end_at_the_documents_own_total() -> None:
    """Credit each item of 279.16 + 20 % = 334.99, of which each alone would make 335.00."""
    lines = [(line_of(n, 1, net), 2_000) for n, net in enumerate((6_833, 5_750, 8_500, 6_833), 1)]
    state, granted = sold(state_of(lines, group_of(1, EqualRecipe(1, TODAY, Every.MONTH))))
    assert [one.gross_minor for one in state.invoices] == [33_499]
    for number in range(1, 5):
        state = after(state, unit(granted, number, 1), 1, first_id=5_000 + 100 * number)
    grosses = [one.gross_minor for one in state.invoices[1:]]
    assert grosses == [-8_200, -6_900, -10_199, -8_200]
    assert sum(grosses, 0) == -33_499  # type: ignore[arg-type]  # credit notes have their totals


def test_halves_that_differ_by_one_are_credited_as_they_were_documented() -> None:
    """12,870.59 at 50/50: another system's last credit note was of -0.01."""
    lines = [(line_of(1, 1, 1_287_059), 2_100)]
    state, granted = sold(state_of(lines, group_of(1, EqualRecipe(2, TODAY, Every.MONTH))))
    assert nets(state) == [643_530, 643_529]
    left = after(state, granted, 1, 2)
    assert [net for net, _ in notes(left)] == [-643_530, -643_529]
    assert left.sale.gross_minor == 0


def test_open_first_reduces_what_has_no_document() -> None:
    state, granted = e0()
    frozen = {one.id for one in state.invoices if one.sequence_no == 1}
    terms = CancelTerms(
        UUID(int=5_000),
        CreditWhere.OPEN_FIRST,
        CreditNotes.PER_DOCUMENT,
        frozen,
        TODAY,
        NOW,
        ids_from(5_001),
    )
    done = cancel(state, unit(granted, 1, 1), terms)
    assert done.credit_notes == ()
    assert nets(done.state)[0] == 125_000
    done = cancel(state, granted, replace(terms, credit_where=CreditWhere.LAST_FIRST))
    assert nets(done.state) == [125_000, 0, 0, 0]
