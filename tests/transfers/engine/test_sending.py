"""From an event to the other system and back: the document is that of the invoice."""

from decimal import Decimal

import pytest

from tests.api.documented import invoices, sell_example
from tests.transfers.engine.books import Books
from tests.transfers.engine.connected import Connection

pytestmark = pytest.mark.postgres


def test_a_final_sale_is_invoiced_there_and_the_documents_come_back(
    connection: Connection, books: Books
) -> None:
    connection.flow("customer", "sale.finalised")
    connection.flow("invoice", "sale.finalised")
    sale = sell_example(connection.club)
    connection.work()
    assert connection.statuses() == [("customer", "DONE")] + [("invoice", "DONE")] * 4
    assert books.codes("customer") == ["A1"]
    found = invoices(connection.club, sale)
    assert books.codes("invoice") == [one["code"] for one in found]
    assert [one["documentNumber"] for one in found] == ["B00002", "B00003", "B00004", "B00005"]
    assert sum(Decimal(one["totals"]["gross"]) for one in books.made[1:]) == Decimal(
        sale["gross"]["amount"]
    )
    customer = books.made[0]["id"]
    assert all(customer in one["references"].values() for one in books.made[1:])
    first = connection.transfers()[1]
    stages = ["RECEIVED", "FILTERED", "MAPPED", "SENT", "CONFIRMED"]
    assert connection.steps(first) == [(1, one) for one in stages]
    connection.work()
    assert len(books.made) == 5
