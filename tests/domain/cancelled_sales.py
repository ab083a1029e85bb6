"""Drawn Sales of which some is cancelled, again and again, while documents come in between."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from app.domain.billing import entitlement_amounts
from app.domain.cancelling import Cancelled, CancelTerms, CreditWhere, cancel
from app.domain.invoices import Invoice, InvoiceKind
from app.domain.organisations import CreditNotes
from app.domain.sales import Entitlement, EntitlementStatus, SaleState
from tests.domain.drawn_sales import billed, drafts
from tests.domain.sale_states import AUTUMN, NOW, SPRING, TODAY, ids_from

WHERE, NOTES = st.sampled_from(CreditWhere), st.sampled_from(CreditNotes)
SCHEDULED = st.sampled_from([(None,), (AUTUMN, SPRING)])


@dataclass
class Step:
    """One cancellation: what was there, what was taken, and what came of it."""

    before: SaleState
    picked: Sequence[Entitlement]
    terms: CancelTerms
    done: Cancelled


@dataclass
class Story:
    """A Sale, what of it is still granted, and which invoices and credit notes are frozen."""

    state: SaleState
    live: list[Entitlement]
    frozen: set[UUID] = field(default_factory=set)
    steps: list[Step] = field(default_factory=list)

    def cancel(
        self,
        picked: Sequence[Entitlement],
        where: CreditWhere = CreditWhere.PROPORTIONAL,
        notes: CreditNotes = CreditNotes.PER_DOCUMENT,
    ) -> Cancelled:
        """Cancel what was picked."""
        before, number = self.state, 5_000 + 100 * len(self.steps)
        new_id = ids_from(number + 1)
        terms = CancelTerms(
            UUID(int=number), where, notes, frozenset(self.frozen), TODAY, NOW, new_id
        )
        done = cancel(before, picked, terms)
        gone = {one.id for one in picked}
        self.live = [one for one in self.live if one.id not in gone]
        self.state = done.state
        self.steps.append(Step(before, picked, terms, done))
        return done


def granted(state: SaleState) -> list[Entitlement]:
    """Grant what a billed Sale sold."""
    new_id = ids_from(9_000)
    found: list[Entitlement] = []
    for line in state.lines:
        parts = {part.id: part for part in state.components_of(line.id)}
        for place, value in entitlement_amounts(line, list(parts.values())).items():
            component_id, unit_no, item_id, piece_no = place
            found.append(
                Entitlement(
                    id=new_id(),
                    sale_id=line.sale_id,
                    line_id=line.id,
                    component_id=component_id,
                    unit_no=unit_no,
                    piece_no=piece_no,
                    calendar_item_id=item_id,
                    product_id=parts[component_id].product_id,
                    resource_id=None,
                    pool_id=None,
                    seat_entitlement_id=None,
                    location_type_code=None,
                    ticket_holder_id=None,
                    value_minor=value,
                    currency=line.currency,
                    status=EntitlementStatus.LIVE,
                )
            )
    return found


def invoices_of(state: SaleState) -> list[Invoice]:
    return [one for one in state.invoices if one.kind is InvoiceKind.INVOICE]


def notes_of(state: SaleState) -> list[Invoice]:
    return [one for one in state.invoices if one.kind is InvoiceKind.CREDIT_NOTE]


@st.composite
def some(draw: st.DrawFn, of: Collection[Any]) -> list[Any]:
    """Draw a subset, in order."""
    listed = list(of)
    chosen = draw(st.sets(st.integers(0, len(listed) - 1), min_size=1)) if listed else set()
    return [listed[place] for place in sorted(chosen)]


@st.composite
def stories(draw: st.DrawFn, *, whole: bool = False) -> Story:
    """Draw a Sale and up to four cancellations, with documents before each of them.

    With `whole` the last of them takes everything that is left.
    """
    state = billed(draw(drafts(SCHEDULED)))
    story = Story(state, granted(state))
    for _ in range(draw(st.integers(1, 4))):
        document(draw, story)
        story.cancel(draw(some(story.live)), draw(WHERE), draw(NOTES))
    if whole:
        document(draw, story)
        story.cancel(list(story.live), draw(WHERE), draw(NOTES))
    return story


def document(draw: st.DrawFn, story: Story) -> None:
    """Let documents be made of some invoices; one of nothing is never made."""
    open_ones = [
        one.id for one in story.state.invoices if one.amount_minor and one.id not in story.frozen
    ]
    if draw(st.booleans()) and open_ones:
        story.frozen.update(draw(some(open_ones)))
