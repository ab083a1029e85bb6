"""What holds however Sales are cancelled bit by bit, with documents coming in between."""

from collections import Counter, defaultdict
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.billing import group_differences
from app.domain.cancelling import CreditWhere, remaining
from app.domain.cells import class_of, in_basis
from app.domain.money import round_half_up_div
from app.domain.organisations import CreditNotes, PriceBasis, VatRounding
from app.domain.sales import SaleState, SaleType
from app.domain.vat import VatAmount, VatClass
from tests.domain.cancelled_sales import (
    SCHEDULED,
    Story,
    granted,
    invoices_of,
    notes_of,
    some,
    stories,
)
from tests.domain.drawn_sales import billed, drafts

Sums = dict[UUID, list[int]]


def sign_of(state: SaleState) -> int:
    return -1 if state.sale.type is SaleType.CREDIT else 1


def cell_sums(state: SaleState, by: str) -> Sums:
    """Amount, net, VAT and gross of all cells, summed by one of their ids."""
    sums: Sums = defaultdict(lambda: [0, 0, 0, 0])
    for cell in state.cells:
        own = sums[getattr(cell, by)]
        for place, value in enumerate(
            (cell.amount_minor, cell.net_minor, cell.vat_minor, cell.gross_minor)
        ):
            own[place] += value
    return sums


def rows_and_columns_stay_exact(story: Story) -> None:
    for step in story.steps:
        state = step.done.state
        rows, columns = cell_sums(state, "component_id"), cell_sums(state, "invoice_id")
        for part in state.components:
            wanted = [part.amount_minor, part.net_minor, part.vat_minor, part.gross_minor]
            assert rows[part.id] == wanted
        for invoice in state.invoices:
            totals = [invoice.net_minor, invoice.vat_minor, invoice.gross_minor]
            assert columns[invoice.id] == [invoice.amount_minor, *totals]
            of_vat = [vat for vat in state.vats if vat.invoice_id == invoice.id]
            assert sum(vat.net_minor for vat in of_vat) == invoice.net_minor
            assert sum(vat.vat_minor for vat in of_vat) == invoice.vat_minor
        for cell in state.cells:
            assert cell.gross_minor == cell.net_minor + cell.vat_minor
            is_note = cell.invoice_id != cell.original_invoice_id
            assert cell.amount_minor * sign_of(state) * (-1 if is_note else 1) >= 0


def invoices_and_credit_notes_sum_to_the_sale_and_to_each_group(story: Story) -> None:
    for step in story.steps:
        state = step.done.state
        for name in ("net_minor", "vat_minor", "gross_minor"):
            assert sum(getattr(one, name) for one in state.invoices) == getattr(state.sale, name)
            assert sum(getattr(one, name) for one in state.lines) == getattr(state.sale, name)
        assert group_differences(state) == [(group.id, 0) for group in state.groups]


def lines_are_worth_their_live_entitlements(story: Story) -> None:
    worth: Counter[UUID] = Counter()
    for one in story.live:
        worth[one.line_id] += one.value_minor
    for line in story.state.lines:
        assert line.amount_minor == worth[line.id]
        assert line.amount_minor + line.cancelled_minor == line.sold_minor


def what_is_frozen_never_changes(story: Story) -> None:
    for step in story.steps:
        before, after = step.before, step.done.state
        kept = {one.id: one for one in after.invoices}
        for invoice in before.invoices:
            if invoice.id in step.terms.frozen:
                assert kept[invoice.id] == invoice
        for name in ("cells", "vats"):
            old, new = (
                {one for one in getattr(state, name) if one.invoice_id in step.terms.frozen}
                for state in (before, after)
            )
            assert old == new


def credit_notes_that_were_made_never_change_either(story: Story) -> None:
    for step in story.steps:
        before, after = step.before, step.done.state
        old = {one.id for one in notes_of(before)}
        assert set(notes_of(before)) <= set(notes_of(after))
        for name in ("cells", "vats"):
            mine, theirs = (
                {one for one in getattr(state, name) if one.invoice_id in old}
                for state in (before, after)
            )
            assert mine == theirs


def nothing_is_credited_beyond_its_cell_and_no_cell_grows(story: Story) -> None:
    for step in story.steps:
        before, after = remaining(step.before), remaining(step.done.state)
        sign = sign_of(step.before)
        for invoice_id, cells in before.items():
            for component_id, amount in cells.items():
                left = after[invoice_id].get(component_id, 0)
                assert 0 <= left * sign <= amount * sign
        for invoice_id, cells in after.items():
            assert cells.keys() <= before[invoice_id].keys()


def an_invoice_whose_cells_are_credited_whole_is_credited_with_its_whole_vat(story: Story) -> None:
    state = story.state
    left = remaining(state)
    for invoice in invoices_of(state):
        if invoice.id in story.frozen and not any(left.get(invoice.id, {}).values()):
            about = [vat for vat in state.vats if vat.original_invoice_id == invoice.id]
            assert sum(vat.net_minor for vat in about) == 0
            assert sum(vat.vat_minor for vat in about) == 0
            cells = [one for one in state.cells if one.original_invoice_id == invoice.id]
            by_part: Counter[UUID] = Counter()
            for one in cells:
                by_part[one.component_id] += one.vat_minor
            assert not any(by_part.values())


def the_vat_of_credit_notes_is_cumulative_on_that_of_their_document(story: Story) -> None:
    basis = story.state.sale.price_basis
    for step in story.steps:
        state = step.done.state
        for invoice in invoices_of(state):
            if invoice.id not in step.terms.frozen:
                continue
            own: dict[VatClass, VatAmount] = {}
            noted: dict[VatClass, VatAmount] = defaultdict(lambda: VatAmount(0, 0))
            for vat in state.vats:
                vat_class = VatClass(vat.vat_category, vat.rate_bp)
                if vat.invoice_id == invoice.id:
                    own[vat_class] = VatAmount(vat.net_minor, vat.vat_minor)
                elif vat.original_invoice_id == invoice.id:
                    so_far = noted[vat_class]
                    noted[vat_class] = VatAmount(
                        so_far.net_minor + vat.net_minor, so_far.vat_minor + vat.vat_minor
                    )
            for vat_class, whole in own.items():
                left = in_basis(whole, basis) + in_basis(noted[vat_class], basis)
                rest = round_half_up_div(whole.vat_minor * left, in_basis(whole, basis))
                if noted[vat_class] != VatAmount(0, 0):
                    assert whole.vat_minor + noted[vat_class].vat_minor == rest


def vat_is_that_of_the_whole_sale_while_an_open_invoice_carries_it(story: Story) -> None:
    basis = story.state.sale.price_basis
    for step in story.steps:
        state = step.done.state
        if state.sale.vat_rounding is not VatRounding.SALE_EXACT:
            continue
        is_open = {
            one.id
            for one in invoices_of(state)
            if one.id not in step.terms.frozen and one.amount_minor
        }
        for vat_class in {class_of(part) for part in state.components}:
            of_class = [
                vat for vat in state.vats if VatClass(vat.vat_category, vat.rate_bp) == vat_class
            ]
            if not any(vat.invoice_id in is_open for vat in of_class):
                continue
            net = sum(vat.net_minor for vat in of_class)
            taken = sum(vat.vat_minor for vat in of_class)
            amount = net + taken if basis is PriceBasis.GROSS else net
            inside = vat_class.rate_bp if basis is PriceBasis.GROSS else 0
            assert taken == round_half_up_div(amount * vat_class.rate_bp, 10_000 + inside)


def what_lines_lose_is_what_open_invoices_lose_and_credit_notes_give(story: Story) -> None:
    for step in story.steps:
        taken = sum(one.value_minor for one in step.picked)
        frozen = step.terms.frozen
        now = {one.id: one.amount_minor for one in step.done.state.invoices}
        fallen = sum(
            one.amount_minor - now[one.id]
            for one in invoices_of(step.before)
            if one.id not in frozen
        )
        noted = -sum(one.amount_minor for one in step.done.credit_notes)
        assert taken == fallen + noted
        assert fallen == sum(one.amount_minor for one in step.done.reductions)


def documents_carry_their_share_of_what_a_line_loses(story: Story) -> None:
    for step in story.steps:
        if step.terms.credit_where is not CreditWhere.PROPORTIONAL:
            continue
        before = remaining(step.before)
        lost: Counter[UUID] = Counter()
        for one in step.picked:
            lost[one.component_id] += one.value_minor
        noted: Counter[UUID] = Counter()
        made = {one.id for one in step.done.credit_notes}
        for cell in step.done.state.cells:
            if cell.invoice_id in made:
                noted[cell.component_id] -= cell.amount_minor
        for component_id, amount in lost.items():
            by_invoice = {i: cells.get(component_id, 0) for i, cells in before.items()}
            whole = sum(by_invoice.values())
            shares = [abs(by_invoice[i]) for i in step.terms.frozen if by_invoice.get(i)]
            if not whole:
                continue
            # |noted - amount · documented / whole| < number of documents, without fractions.
            error = abs(noted[component_id]) * abs(whole) - abs(amount) * sum(shares)
            assert abs(error) < max(1, len(shares)) * abs(whole)


def without_documents_there_are_no_credit_notes(story: Story) -> None:
    for step in story.steps:
        if not step.terms.frozen:
            assert step.done.credit_notes == ()
            assert notes_of(step.done.state) == notes_of(step.before)


def credit_notes_are_one_for_each_document_or_one_for_each_group(story: Story) -> None:
    for step in story.steps:
        made = step.done.credit_notes
        cells = [one for one in step.done.state.cells if one.invoice_id in {n.id for n in made}]
        originals = {(one.invoice_id, one.original_invoice_id) for one in cells}
        assert {original for _, original in originals} <= set(step.terms.frozen)
        if step.terms.credit_notes is CreditNotes.PER_DOCUMENT:
            assert len(originals) == len(made)
        else:
            groups = [one.schedule_group_id for one in made]
            assert len(groups) == len(set(groups))
        for note in made:
            assert note.amount_minor * sign_of(step.before) < 0
            assert note.cancellation_id == step.terms.cancellation_id


# Drawing a story costs more than looking at it, so several rules share one.


@given(stories())
def test_sums_stay_exact_whatever_is_cancelled(story: Story) -> None:
    rows_and_columns_stay_exact(story)
    invoices_and_credit_notes_sum_to_the_sale_and_to_each_group(story)
    lines_are_worth_their_live_entitlements(story)
    what_lines_lose_is_what_open_invoices_lose_and_credit_notes_give(story)


@given(stories())
def test_documents_stay_and_are_never_credited_beyond_what_they_carry(story: Story) -> None:
    what_is_frozen_never_changes(story)
    credit_notes_that_were_made_never_change_either(story)
    nothing_is_credited_beyond_its_cell_and_no_cell_grows(story)
    documents_carry_their_share_of_what_a_line_loses(story)
    without_documents_there_are_no_credit_notes(story)
    credit_notes_are_one_for_each_document_or_one_for_each_group(story)


@given(stories())
def test_vat_follows_documents_and_the_whole_sale(story: Story) -> None:
    an_invoice_whose_cells_are_credited_whole_is_credited_with_its_whole_vat(story)
    the_vat_of_credit_notes_is_cumulative_on_that_of_their_document(story)
    vat_is_that_of_the_whole_sale_while_an_open_invoice_carries_it(story)


@given(stories(whole=True))
def test_cancelling_everything_ends_at_nothing_in_every_line_class_and_invoice(
    story: Story,
) -> None:
    state = story.state
    assert (state.sale.net_minor, state.sale.vat_minor, state.sale.gross_minor) == (0, 0, 0)
    for line in state.lines:
        amounts = (line.amount_minor, line.net_minor, line.vat_minor, line.gross_minor)
        assert amounts == (0, 0, 0, 0)
    for part in state.components:
        assert (part.amount_minor, part.net_minor, part.vat_minor, part.gross_minor) == (0, 0, 0, 0)
    for invoice in invoices_of(state):
        if invoice.id not in story.frozen:
            assert (invoice.amount_minor, invoice.net_minor, invoice.gross_minor) == (0, 0, 0)
    by_class: Counter[VatClass] = Counter()
    for vat in state.vats:
        by_class[VatClass(vat.vat_category, vat.rate_bp)] += vat.vat_minor
    assert not any(by_class.values())
    for original in invoices_of(state):
        about = [vat for vat in state.vats if vat.original_invoice_id == original.id]
        assert sum(vat.net_minor for vat in about) == 0
        assert sum(vat.vat_minor for vat in about) == 0


@given(st.data())
def test_two_cancellations_come_to_what_one_of_both_comes_to(data: st.DataObject) -> None:
    state = billed(data.draw(drafts(SCHEDULED)))
    live = granted(state)
    both = data.draw(some(live))
    first = data.draw(some(both))
    second = [one for one in both if one not in first]
    documented = [one.id for one in state.invoices if one.amount_minor]
    frozen = set(data.draw(some(documented))) if data.draw(st.booleans()) else set()
    one_by_one = Story(state, list(live), set(frozen))
    one_by_one.cancel(first)
    one_by_one.cancel(second)
    at_once = Story(state, list(live), set(frozen))
    at_once.cancel(both)
    parted, whole = one_by_one.state, at_once.state
    assert [one.amount_minor for one in parted.lines] == [one.amount_minor for one in whole.lines]
    assert one_by_one.live == at_once.live
    if state.sale.price_basis is PriceBasis.NET:
        assert parted.sale.net_minor == whole.sale.net_minor
    else:
        assert parted.sale.gross_minor == whole.sale.gross_minor
    affected = len({one.component_id for one in both})
    left = {i: sum(cells.values()) for i, cells in remaining(parted).items()}
    for invoice_id, cells in remaining(whole).items():
        assert abs(left[invoice_id] - sum(cells.values())) <= affected * 2
