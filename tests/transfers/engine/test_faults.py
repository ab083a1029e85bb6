"""The other side is down, slow, forgetful or wrong: nothing is lost, and nothing is there twice."""

from datetime import timedelta

import pytest

from app.commands.systems import NameSystem, PauseSystem, pause_system, resume_system
from app.commands.transfers import (
    CancelTransfer,
    NameTransfer,
    cancel_transfer,
    replay_transfer,
    retry_transfer,
)
from app.domain.errors import DomainError
from app.domain.flows import FlowTrigger
from app.domain.transfers import TransferStatus
from tests.api.documented import invoices, sell_example
from tests.club import fresh_key
from tests.transfers.engine.books import Books
from tests.transfers.engine.connected import Connection

pytestmark = pytest.mark.postgres
DAY = timedelta(days=1)


@pytest.fixture
def sold(connection: Connection) -> Connection:
    """A club that has sold something with one invoice, of which nothing was sent yet."""
    connection.flow("invoice", "sale.finalised")
    connection.sale = sell_example(connection.club, instalments=1)
    return connection


def act(connection: Connection, request: object, command: object) -> None:
    """Run a command as its people do."""
    connection.club.runner.run(connection.actor, "test", fresh_key(), request, command)  # type: ignore[arg-type, type-var]


def test_what_is_down_is_tried_again_until_it_is_back(sold: Connection, books: Books) -> None:
    books.faults = ["503", "429", "503"]
    sold.work()
    (one,) = sold.transfers()
    assert (one.status, one.fault) == (TransferStatus.RETRY, "TRANSIENT")
    assert "asks to come again later (503)" in (one.message or "")
    sold.work(later=timedelta(seconds=10))
    sold.work(later=timedelta(minutes=100))
    assert sold.faults(one) == ["TRANSIENT", "TRANSIENT"], "it had asked for two hours"
    sold.work(later=timedelta(minutes=30))
    sold.work(later=DAY)
    assert sold.statuses() == [("invoice", "DONE")]
    assert sold.faults(one) == ["TRANSIENT"] * 3 + [None]
    assert len(books.made) == 1


@pytest.mark.parametrize("fault", ["lost", "malformed"])
def test_a_lost_answer_is_looked_up_and_nothing_is_made_twice(
    sold: Connection, books: Books, fault: str
) -> None:
    books.faults = [fault]
    books.finding_faults = [503]
    sold.work()
    (one,) = sold.transfers()
    assert (one.status, one.is_in_doubt) == (TransferStatus.UNKNOWN, True)
    sold.work(later=timedelta(minutes=1))
    assert sold.transfers()[0].status is TransferStatus.UNKNOWN
    sold.work(later=timedelta(minutes=1))
    (one,) = sold.transfers()
    assert (one.status, one.external_number) == (TransferStatus.DONE, "B00001")
    assert sold.faults(one) == ["UNKNOWN", "TRANSIENT", None]
    assert len(books.made) == 1
    (invoice,) = invoices(sold.club, sold.sale)
    assert invoice["documentNumber"] == "B00001"


def test_what_was_not_made_after_all_is_sent_again(sold: Connection, books: Books) -> None:
    books.faults = ["502"]
    sold.work()
    assert sold.transfers()[0].status is TransferStatus.UNKNOWN
    sold.work(later=timedelta(minutes=1))
    assert sold.statuses() == [("invoice", "DONE")]
    assert len(books.made) == 1


def test_refused_credentials_pause_the_system_and_everything_goes_on_afterwards(
    sold: Connection, books: Books
) -> None:
    books.faults = ["401"]
    sold.work()
    system = sold.system()
    assert system.is_paused
    assert "refuses the credentials (401)" in (system.pause_reason or "")
    asked = books.asked
    sold.work(later=DAY)
    assert books.asked == asked, "a paused system is left alone"
    act(sold, NameSystem(system.id), resume_system)
    sold.work()
    assert sold.statuses() == [("invoice", "DONE")]


def test_what_is_refused_is_parked_and_goes_on_by_hand(sold: Connection, books: Books) -> None:
    books.faults = ["422"]
    sold.work()
    (one,) = sold.transfers()
    assert (one.status, one.fault, one.is_in_doubt) == (TransferStatus.PARKED, "RECORD", False)
    sold.work(later=DAY)
    assert sold.transfers()[0].status is TransferStatus.PARKED
    act(sold, NameTransfer(one.id), retry_transfer)
    sold.work()
    assert sold.statuses() == [("invoice", "DONE")]


def test_what_is_given_up_lets_others_go_on(sold: Connection, books: Books) -> None:
    books.faults = ["409"]
    sold.work()
    (one,) = sold.transfers()
    assert (one.status, one.fault) == (TransferStatus.PARKED, "CONFLICT")
    act(sold, CancelTransfer(one.id, "made by hand"), cancel_transfer)
    assert sold.transfers()[0].status is TransferStatus.CANCELLED
    with pytest.raises(DomainError):
        act(sold, NameTransfer(one.id), retry_transfer)


def test_a_replay_with_a_changed_mapping_keeps_both_results(sold: Connection, books: Books) -> None:
    sold.work()
    (one,) = sold.transfers()
    sold.edit(one.flow_id, {"filter": "record.kind == 'CREDIT_NOTE'"})
    act(sold, NameTransfer(one.id), replay_transfer)
    sold.work()
    first, second = sold.versions(one)
    assert first.answer["external_number"] == "B00001"
    assert (second.mapping_version_id is not None, second.answer) == (True, None)
    (after,) = sold.transfers()
    assert (after.status, after.version_no) == (TransferStatus.SKIPPED, 2)
    assert len(books.made) == 1


def test_a_pause_by_a_person_holds_what_comes_meanwhile(
    connection: Connection, books: Books
) -> None:
    connection.flow("invoice", "sale.finalised")
    act(connection, PauseSystem(connection.system_id, "stock-taking"), pause_system)
    sell_example(connection.club, instalments=2)
    connection.work()
    assert connection.statuses() == [("invoice", "QUEUED")] * 2
    assert books.asked == 0
    act(connection, NameSystem(connection.system_id), resume_system)
    connection.work()
    assert connection.statuses() == [("invoice", "DONE")] * 2


def test_an_invoice_waits_for_its_customer_and_goes_on_when_that_is_done(
    connection: Connection, books: Books
) -> None:
    connection.flow("invoice", "sale.finalised")
    connection.flow("customer", "sale.finalised")
    sell_example(connection.club, instalments=1)
    books.faults = ["503"]
    connection.follow()
    invoice, customer = connection.transfers()
    connection.drive(invoice)
    waiting = connection.transfers()[0]
    assert (waiting.status, waiting.waits_for_id) == (TransferStatus.WAITING, customer.id)
    assert waiting.message == "waits for customer A1, which is QUEUED"
    connection.drive(customer)
    connection.work(later=timedelta(seconds=10))
    assert connection.statuses() == [("invoice", "DONE"), ("customer", "DONE")]
    assert books.codes() == ["A1", invoice.title]


def test_a_private_address_is_refused_where_the_operator_does_not_allow_it(
    sold: Connection, books: Books
) -> None:
    sold.shop = sold.without_private()
    sold.work()
    assert "not on the public internet" in (sold.system().pause_reason or "")
    assert books.asked == 0


def test_payments_come_in_once_and_pay_their_invoices(connection: Connection, books: Books) -> None:
    connection.flow("invoice", "sale.finalised")
    sale = sell_example(connection.club, instalments=1)
    connection.work()
    connection.flow("payment", trigger=FlowTrigger.SOURCE, source="payments", every_seconds=10)
    (invoice,) = invoices(connection.club, sale)
    gross = invoice["gross"]["amount"]
    paid = {"external_id": "P1", "method": "BANK_TRANSFER", "received_on": "2026-01-20"}
    named = [{"invoice_code": invoice["code"], "amount": gross}]
    books.payments = [{**paid, "id": "P1", "amount": gross, "currency": "EUR", "invoices": named}]
    connection.work()
    connection.work(later=DAY)
    assert [one.entity for one in connection.transfers()] == ["invoice", "payment"]
    assert connection.statuses()[1] == ("payment", "DONE")
    (after,) = invoices(connection.club, sale)
    assert (after["status"], after["open"]["amount"]) == ("RECEIVED", "0.00")
