"""What is to be done with an invoice, by its amount and its date."""

from datetime import timedelta

import pytest

from app.domain.receivables import InvoiceStatus, invoice_status
from tests.domain.sale_states import TODAY


@pytest.mark.parametrize(
    ("amount_minor", "days", "status"),
    [
        (1, 1, InvoiceStatus.FUTURE),
        (1, 0, InvoiceStatus.TODO),
        (1, -1, InvoiceStatus.TODO),
        (-1, 1, InvoiceStatus.FUTURE),
        (-1, 0, InvoiceStatus.TODO),
        (0, 1, InvoiceStatus.VOID),
        (0, 0, InvoiceStatus.VOID),
        (0, -1, InvoiceStatus.VOID),
    ],
)
def test_an_invoice_is_due_on_its_date_unless_nothing_is_left_of_it(
    amount_minor: int, days: int, status: InvoiceStatus
) -> None:
    on = TODAY + timedelta(days=days)
    found = invoice_status(amount_minor=amount_minor, planned_on=on, facts=None, today=TODAY)
    assert found is status
