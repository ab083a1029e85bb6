"""Undoing: however Sales were cancelled, the last cancellation is taken back without a trace."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from hypothesis import given

from app.domain.billing import bill, revalue, value_lines
from app.domain.cancel_undoing import give_back, regrow, shrink_by_hand, undo
from app.domain.cancelling import CancelTerms, CreditWhere, credit, remaining, without
from app.domain.invoices import InvoiceKind, ScheduleMode
from app.domain.organisations import CreditNotes
from app.domain.replacing import mirror
from app.domain.sales import SaleState
from app.domain.schedule import EqualRecipe
from tests.domain.cancelled_sales import Story, granted, stories
from tests.domain.sale_states import (
    AUTUMN,
    NOW,
    SPRING,
    TODAY,
    equal,
    facts_of,
    group_of,
    ids_from,
    line_of,
    state_of,
)


def amounts(state: SaleState) -> list[tuple[object, ...]]:
    """What lines, components, cells and invoices carry, without VAT."""
    return [
        *((one.id, one.amount_minor, one.cancelled_minor) for one in state.lines),
        *((one.id, one.amount_minor) for one in state.components),
        *sorted(
            (one.invoice_id, one.component_id, one.amount_minor)
            for one in state.cells
            if one.amount_minor
        ),
        *((one.id, one.amount_minor) for one in state.invoices if one.amount_minor),
    ]


def vat_by_rate(state: SaleState) -> dict[int, int]:
    sums: dict[int, int] = {}
    for vat in state.vats:
        sums[vat.rate_bp] = sums.get(vat.rate_bp, 0) + vat.vat_minor
    return {rate: minor for rate, minor in sums.items() if minor}


@given(stories())
def test_the_last_cancellation_leaves_no_trace(story: Story) -> None:
    step = story.steps[-1]
    back = undo(
        step.done.state,
        step.terms.cancellation_id,
        step.picked,
        step.done.reductions,
        set(step.terms.frozen),
    )
    assert amounts(back) == amounts(step.before)
    void = {one.id for one in step.done.credit_notes}
    for one in back.invoices:
        if one.id in void:
            assert (one.amount_minor, one.gross_minor) == (0, 0)
    assert not void & {one.invoice_id for one in back.cells}
    assert not void & {one.invoice_id for one in back.vats}
    assert back.sale.gross_minor == sum(one.gross_minor or 0 for one in back.invoices)
    assert back.sale.net_minor == sum(line.net_minor for line in back.lines)
    for was, became in zip(step.before.invoices, back.invoices, strict=False):
        if was.id in step.terms.frozen or was.kind is InvoiceKind.CREDIT_NOTE:
            assert became == was


@given(stories())
def test_what_is_invoiced_anew_changes_nothing_of_the_sale(story: Story) -> None:
    before = story.state
    left = remaining(before)
    for number, invoice in enumerate(before.invoices):
        cells = {one: minor for one, minor in left.get(invoice.id, {}).items() if minor}
        if invoice.id not in story.frozen or not cells:
            continue
        new_id = ids_from(50_000 + 10 * number)
        terms = CancelTerms(
            new_id(),
            CreditWhere.PROPORTIONAL,
            CreditNotes.PER_DOCUMENT,
            {invoice.id},
            TODAY,
            NOW,
            new_id,
        )
        notes, noted, vats = credit(before, {invoice.id: cells}, terms)
        credited = replace(
            before,
            invoices=(*before.invoices, *notes),
            cells=(*before.cells, *noted),
            vats=(*before.vats, *vats),
        )
        day = date(2030, 1, 1)
        after, added = mirror(credited, notes[0], invoice, UUID(int=77), day, new_id())
        assert vat_by_rate(after) == vat_by_rate(before)
        assert (added.kind, added.planned_on) == (InvoiceKind.INVOICE, day)
        assert (added.account_id, added.replaces_invoice_id) == (UUID(int=77), invoice.id)
        assert not any(remaining(after)[invoice.id].values())
        assert {key: minor for key, minor in remaining(after)[added.id].items() if minor} == cells
        assert added.gross_minor == sum(
            one.gross_minor for one in after.cells if one.invoice_id == added.id
        )


def two_seasons() -> SaleState:
    """Return a billed Draft whose spring is written by hand while its autumn follows a recipe."""
    by_hand = replace(group_of(2, EqualRecipe(3, TODAY), SPRING), mode=ScheduleMode.MANUAL)
    autumn = line_of(1, 4, 10_000, season_id=AUTUMN)
    spring = line_of(2, 4, 10_000, season_id=SPRING)
    lines = [(autumn, 600), (spring, 2100)]
    state = state_of(lines, equal(2, 1, AUTUMN), replace(by_hand, mode=ScheduleMode.AUTO))
    state = revalue(state, facts_of(state))
    return replace(state, groups=(state.groups[0], by_hand))


TERMS = CancelTerms(
    UUID(int=5_000),
    CreditWhere.PROPORTIONAL,
    CreditNotes.PER_DOCUMENT,
    frozenset(),
    TODAY,
    NOW,
    ids_from(5_001),
)


def test_instalments_by_hand_shrink_and_grow_again_and_those_of_recipes_stay() -> None:
    state = two_seasons()
    picked = [one for one in granted(state) if one.unit_no == 4]
    shrunk, reductions = shrink_by_hand(state, picked, TERMS)
    assert [one.amount_minor for one in shrunk.invoices if one.schedule_group_id.int == 51] == [
        20_000,
        20_000,
    ]
    assert [one.amount_minor for one in shrunk.invoices if one.schedule_group_id.int == 52] == [
        10_000,
        10_000,
        10_000,
    ]
    assert shrunk.lines == state.lines
    assert sum(one.amount_minor for one in reductions) == 10_000
    assert regrow(shrunk, reductions).invoices == state.invoices
    gone = without(state, picked)
    assert give_back(gone, picked).lines == state.lines
    assert give_back(gone, picked).components == state.components


def test_instalments_that_do_not_add_up_are_left_alone() -> None:
    state = two_seasons()
    odd = tuple(
        replace(one, amount_minor=1) if one.schedule_group_id.int == 52 else one
        for one in state.invoices
    )
    state = bill(value_lines(replace(state, invoices=odd), {}), facts_of(state).product_groups)
    picked = [one for one in granted(state) if one.unit_no == 4]
    shrunk, reductions = shrink_by_hand(state, picked, TERMS)
    assert (shrunk.invoices, reductions) == (state.invoices, ())


def test_a_draft_counts_what_was_cancelled_for_nothing() -> None:
    state = two_seasons()
    autumn = state.lines[0]
    gone = [one for one in granted(state) if one.line_id == autumn.id and one.unit_no > 2]
    facts = facts_of(state, cancelled={autumn.id: [one.place for one in gone]})
    after = value_lines(state, facts.cancelled)
    line = after.lines[0]
    assert (line.amount_minor, line.cancelled_minor, line.sold_minor) == (20_000, 20_000, 40_000)
    assert after.components[0].amount_minor == 20_000
    assert after.lines[1].cancelled_minor == 0
