"""The filter by status finds exactly the invoices that show this status, over drawn facts."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.documents import DocumentState, DocumentType, InvoiceDocument
from app.domain.invoices import Invoice
from app.domain.receivables import InvoiceStatus, Receivable
from app.storage.identity import new_id
from app.storage.unit_of_work import UnitOfWork
from tests.api.documented import cancel
from tests.club import Club
from tests.scenarios.billed import sell
from tests.stadium import amount, build_stadium

TODAY = datetime.now(UTC).date()
DAYS = [TODAY + timedelta(days=days) for days in (-400, -2, 2, 400)]
AMOUNTS = (0, 1, 50, 100)


def facts_of(dice: random.Random, invoice: Invoice) -> tuple[InvoiceDocument | None, Receivable]:
    """Draw what may have become of an invoice, and some of what never does."""
    state = dice.choice([None, None, *DocumentState, *[DocumentState.ACCEPTED] * 8])
    claimed_at = dice.choice([None, datetime.now(UTC)])
    document = None if state is None else document_of(dice, invoice, state)
    drawn = {name: dice.choice(AMOUNTS) for name in ("noted", "credited", "written_off")}
    entered = dice.choice([-100, 0, 100]) if state is DocumentState.ACCEPTED else 0
    rounded = dice.choice([-1, 0, 0, 1])
    # What is paid or used makes the open amount one that a status begins or ends at.
    rest = entered + rounded - drawn["credited"] - drawn["written_off"]
    left = rest - dice.choice([0, 0, 1, 50, 100, -1, -50])
    return document, Receivable(
        invoice_id=invoice.id,
        sale_id=invoice.sale_id,
        account_id=invoice.account_id,
        currency=invoice.currency,
        claimed_by="BOOKS" if claimed_at else None,
        claimed_at=claimed_at,
        document_id=document.id if document else None,
        document_state=state,
        document_no=document.number if document else None,
        due_on=document.due_on if document else None,
        is_waiting=dice.random() < 0.1,
        entered_minor=entered,
        rounded_minor=rounded,
        noted_minor=drawn["noted"],
        paid_minor=max(left, 0),
        credited_minor=drawn["credited"],
        used_minor=max(-left, 0),
        written_off_minor=drawn["written_off"],
    )


def document_of(dice: random.Random, invoice: Invoice, state: DocumentState) -> InvoiceDocument:
    return InvoiceDocument(
        id=new_id(),
        invoice_id=invoice.id,
        sale_id=invoice.sale_id,
        account_id=invoice.account_id,
        source="BOOKS",
        type=DocumentType.INVOICE,
        state=state,
        number=str(new_id()),
        issued_on=date(2026, 1, 1),
        due_on=dice.choice([None, *DAYS]),
        reference=None,
        reference_key=None,
        net_minor=100,
        vat_minor=0,
        gross_minor=100,
        rounding_minor=0,
        currency=invoice.currency,
        file_id=None,
        created_at=datetime.now(UTC),
    )


def draw(work: UnitOfWork, sale_id: UUID, seed: int) -> None:
    """Give most invoices of a Sale drawn facts, and some of them other days and amounts."""
    dice = random.Random(seed)
    found = work.find(Invoice, sale_id=sale_id)
    begun = [facts_of(dice, one) for one in found if dice.random() < 0.85]
    work.insert([document for document, _ in begun if document is not None])
    work.insert([facts for _, facts in begun])


@pytest.mark.parametrize("seed", range(3))
def test_the_filter_agrees_with_the_status(club: Club, seed: int) -> None:
    stadium = build_stadium(club)
    sales = []
    for price in ("100.00", "20.00"):
        rows = [{"on": str(day), "amount": amount("1.00")} for day in DAYS * (int(price[:-3]) // 4)]
        sale = sell(stadium, price, None)
        sale = stadium.act("invoiceScheduleSet", sale, recipe={"amounts": rows}, pastDates="KEEP")
        sales.append(stadium.act("saleFinalise", sale))
    cancel(club, sales[1])
    sale = sales[0]
    club.runner.transact(
        club.organisation.id, "test", lambda work: draw(work, stadium.uuid(sale["id"]), seed)
    )
    shown = statuses(club)
    assert len(shown) == 120
    assert set(shown.values()) == set(InvoiceStatus)
    for status in InvoiceStatus:
        wanted = {code for code, one in shown.items() if one == status}
        assert set(statuses(club, status=[status])) == wanted, status
    some = [InvoiceStatus.TODO, InvoiceStatus.OVERDUE, InvoiceStatus.RECEIVED]
    found = statuses(club, status=some, saleStatus=["FINAL"])
    assert found == {code: one for code, one in shown.items() if one in some}
    assert set(statuses(club, saleStatus=["DRAFT", "CANCELLED"]).values()) == {"VOID"}
    assert statuses(club, status=[]) == {}


def statuses(club: Club, **wanted: Any) -> dict[str, str]:
    """The codes and statuses of the invoices that a filter keeps."""
    text = """query($f: InvoiceFilter, $after: String) { invoices(first: 100, after: $after,
      filter: $f, sort: CODE_ASC) { nodes { code status }
      pageInfo { endCursor hasNextPage } } }"""
    found: dict[str, str] = {}
    after = None
    while True:
        page = club.query(text, {"f": wanted, "after": after})["invoices"]
        found |= {one["code"]: one["status"] for one in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
