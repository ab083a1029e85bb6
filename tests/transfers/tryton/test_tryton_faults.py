"""What a Tryton that misbehaves means for a transfer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.transfers.connectors.tryton import CONNECTOR
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError
from tests.processes.command import free_port
from tests.transfers.tryton.records import customer, payment, two_rates
from tests.transfers.tryton.standin import PASSWORD, Tryton

CREATE = "model.account.invoice.create"
Pair = tuple[Connected, Tryton]


def fault_of(connected: Connected, task: Task) -> TransferFaultError:
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.carry_out(connected, task)
    return caught.value


def test_a_lost_answer_is_unknown_and_what_was_made_is_found(standin: Pair) -> None:
    connected, tryton = standin
    task = Task("invoice.draft", "key", two_rates())
    tryton.fails_next(CREATE, "lost")
    assert fault_of(connected, task).fault is FaultClass.UNKNOWN
    found = CONNECTOR.find(connected, task)
    assert found is not None
    assert found.was_there
    again = CONNECTOR.carry_out(connected, task)
    assert again.external_id == found.external_id
    assert len(tryton.store.tables["account.invoice"]) == 1


def test_a_post_whose_answer_is_lost_is_not_posted_twice(standin: Pair) -> None:
    connected, tryton = standin
    task = Task("invoice.post", "key", two_rates())
    tryton.skipped.add("1.invoice_taxes")
    tryton.fails_next("model.account.invoice.post", "lost")
    assert fault_of(connected, task).fault is FaultClass.UNKNOWN
    found = CONNECTOR.find(connected, task)
    assert found is not None
    assert found.external_number == "2026-00001"
    assert CONNECTOR.carry_out(connected, task).external_number == "2026-00001"


def test_a_payment_whose_answer_is_lost_is_booked_once(standin: Pair) -> None:
    connected, tryton = standin
    record = two_rates()
    CONNECTOR.carry_out(connected, Task("invoice.post", "key", record))
    paid = payment(record, "1316.00")
    task = Task("payment.register", "key", paid, {"methods": "TRANSFER=Bank"})
    tryton.fails_next("wizard.account.invoice.pay.execute", "503")
    assert fault_of(connected, task).fault is FaultClass.TRANSIENT
    tryton.fails_next("wizard.account.invoice.pay.delete", "lost")
    assert fault_of(connected, task).fault is FaultClass.UNKNOWN
    assert CONNECTOR.find(connected, task) is not None
    CONNECTOR.carry_out(connected, task)
    assert len(tryton.store.tables["account.move"]) == 1


def test_a_lost_answer_to_a_question_is_asked_again(standin: Pair) -> None:
    connected, tryton = standin
    tryton.fails_next("model.account.invoice.search_read", "lost")
    fault = fault_of(connected, Task("invoice.draft", "key", two_rates()))
    assert fault.fault is FaultClass.TRANSIENT
    assert CREATE not in tryton.calls


def test_a_tryton_that_is_down_is_tried_again_later() -> None:
    settings = {"address": f"http://127.0.0.1:{free_port()}", "database": "erp"}
    connected = Connected("erp", settings, {"user": "a", "password": "b"}, allows_private=True)
    assert fault_of(connected, Task("customer.save", "k", customer())).fault is FaultClass.TRANSIENT
    assert not CONNECTOR.check(connected).is_well


def test_an_address_that_is_not_public_needs_the_operator(standin: Pair) -> None:
    connected, tryton = standin
    outside = replace(connected, allows_private=False)
    assert fault_of(outside, Task("customer.save", "k", customer())).fault is FaultClass.ACCESS
    assert tryton.calls == []


def test_too_many_requests_say_when_to_come_again(standin: Pair) -> None:
    connected, tryton = standin
    tryton.fails_next("common.db.login", "429")
    fault = fault_of(connected, Task("customer.save", "key", customer()))
    assert (fault.fault, fault.retry_after) == (FaultClass.TRANSIENT, timedelta(seconds=7))


def test_a_session_that_ended_is_begun_again(standin: Pair) -> None:
    connected, tryton = standin
    CONNECTOR.carry_out(connected, Task("customer.save", "key", customer()))
    CONNECTOR.carry_out(connected, Task("customer.save", "key", customer()))
    assert tryton.logins == 1
    tryton.tokens.clear()
    CONNECTOR.carry_out(connected, Task("customer.save", "key", customer()))
    assert tryton.logins == 2


def test_a_password_that_is_changed_there_is_refused(standin: Pair) -> None:
    connected, _ = standin
    wrong = replace(connected, credentials={"user": "admin", "password": "another"})
    fault = fault_of(wrong, Task("customer.save", "key", customer()))
    assert fault.fault is FaultClass.ACCESS
    assert "another" not in f"{fault.message} {fault.answer}"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("garbage", FaultClass.UNKNOWN),
        ("500", FaultClass.UNKNOWN),
        ("504", FaultClass.UNKNOWN),
        ("error:database is locked", FaultClass.TRANSIENT),
        ("error:ConcurrencyException", FaultClass.TRANSIENT),
        ("error:LoginException", FaultClass.ACCESS),
        ("error:'NoneType' object has no attribute 'id'", FaultClass.DEFECT),
    ],
)
def test_an_answer_is_classed_by_what_has_to_be_done(
    standin: Pair, how: str, expected: FaultClass
) -> None:
    connected, tryton = standin
    tryton.fails_next(CREATE, how)
    assert fault_of(connected, Task("invoice.draft", "key", two_rates())).fault is expected


def test_warnings_without_end_are_a_defect(standin: Pair) -> None:
    connected, tryton = standin
    task = Task("invoice.post", "key", two_rates())
    for _ in range(20):
        tryton.fails_next("model.account.invoice.post", "warn")
    assert fault_of(connected, task).fault is FaultClass.DEFECT


def test_two_invoices_with_one_reference_are_a_persons_to_settle(standin: Pair) -> None:
    connected, tryton = standin
    task = Task("invoice.draft", "key", two_rates())
    CONNECTOR.carry_out(connected, task)
    first = tryton.store.tables["account.invoice"][1]
    tryton.store.tables["account.invoice"][2] = {**first, "id": 2}
    assert fault_of(connected, task).fault is FaultClass.CONFLICT
    assert tryton.calls.count(CREATE) == 1


def test_two_products_with_one_code_are_a_persons_to_settle(standin: Pair) -> None:
    connected, tryton = standin
    record = two_rates()
    for _ in range(2):
        tryton.store.made("product.product", {"suffix_code": "SEAT-A"})
    fault = fault_of(connected, Task("invoice.draft", "key", record))
    assert fault.path == "product.code"


def test_a_user_without_a_company_is_told_so(standin: Pair) -> None:
    connected, tryton = standin
    tryton.preferences["company"] = None
    assert "no company" in CONNECTOR.check(connected).message


def test_a_tryton_without_invoices_is_told_so(standin: Pair) -> None:
    connected, tryton = standin
    tryton.store.tables["ir.module"][1]["state"] = "not activated"
    assert "account_invoice" in CONNECTOR.check(connected).message


def test_a_party_without_an_address_gets_no_invoice(standin: Pair) -> None:
    connected, tryton = standin
    record = two_rates()
    CONNECTOR.carry_out(connected, Task("customer.save", "key", record["customer"]))
    party = next(
        one
        for one in tryton.store.tables["party.party"].values()
        if one["code"] == record["customer"]["code"]
    )
    party["addresses"] = []
    fault = fault_of(connected, Task("invoice.draft", "key", record))
    assert fault.path == "customer.address"
    changed = {**record["customer"], "name": "New"}
    known = Task("customer.save", "key", changed, known_id=str(party["id"]))
    assert CONNECTOR.find(connected, known) is None
    CONNECTOR.carry_out(connected, known)
    assert CONNECTOR.carry_out(connected, Task("invoice.draft", "key", record)).record


def test_a_customer_may_have_nothing_but_a_name(standin: Pair) -> None:
    connected, _ = standin
    bare = customer(vat_id=None, email=None, phone=None, address=None)
    made = CONNECTOR.carry_out(connected, Task("customer.save", "key", bare))
    assert "vat_id" not in made.record
    again = CONNECTOR.carry_out(connected, Task("customer.save", "key", bare))
    assert again.external_id == made.external_id


def test_what_was_sent_has_no_secret(standin: Pair) -> None:
    connected, tryton = standin
    made = CONNECTOR.carry_out(connected, Task("invoice.post", "key", two_rates()))
    assert PASSWORD not in f"{made!r} {connected!r} {made.sent}"
    assert [one["method"] for one in made.sent][-1] == "model.account.invoice.post"
    assert tryton.logins == 1


def test_more_than_a_page_of_documents_comes_page_by_page(standin: Pair) -> None:
    connected, tryton = standin
    CONNECTOR.carry_out(connected, Task("invoice.post", "key", two_rates()))
    first = tryton.store.tables["account.invoice"][1]
    for ident in range(2, 131):
        tryton.store.tables["account.invoice"][ident] = {**first, "id": ident}
    page = CONNECTOR.poll(connected, "document", None)
    rest = CONNECTOR.poll(connected, "document", page.cursor)
    assert (len(page.incoming), page.is_last) == (100, False)
    assert (len(rest.incoming), rest.is_last) == (30, True)
    seen = {one.external_id for one in (*page.incoming, *rest.incoming)}
    assert len(seen) == 130
    tryton.store.tables["account.invoice"].clear()
    assert CONNECTOR.poll(connected, "document", rest.cursor).cursor == rest.cursor
