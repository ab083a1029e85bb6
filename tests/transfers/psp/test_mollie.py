"""Mollie against a stand-in: nothing in a webhook is believed, everything is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.transfers.connectors.mollie.connector import CONNECTOR
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import TransferFaultError
from tests.transfers.psp.mollie_peer import MolliePeer
from tests.transfers.psp.serving import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

INVOICE = {"code": "S-1-01", "currency": "EUR", "totals": {"gross": "1362.5"}}
EUR = {"currency": "EUR"}


@pytest.fixture(scope="module")
def peer() -> MolliePeer:
    return MolliePeer()


@pytest.fixture(scope="module")
def connected(peer: MolliePeer) -> Iterator[Connected]:
    """The system of a club, at the stand-in."""
    with Served(*peer.routes) as served:
        settings = {"address": served.url, "webhook_url": "https://club.example/hook"}
        keys = {"key": "test_1", "organisation_key": "access_1"}
        yield Connected("psp", settings, keys, allows_private=True)


def begun(connected: Connected, key: str) -> str:
    return CONNECTOR.carry_out(connected, Task("payment.begin", key, INVOICE)).external_id


def test_a_payment_is_begun_once_even_when_the_answer_is_lost(
    connected: Connected, peer: MolliePeer
) -> None:
    assert CONNECTOR.check(connected).message == "Mollie answers, with 3 ways to pay."
    task = Task("payment.begin", "pay-1", INVOICE)
    assert CONNECTOR.find(connected, task) is None
    peer.is_losing = True
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.carry_out(connected, task)
    assert caught.value.fault == "UNKNOWN"
    for number in range(3):
        begun(connected, f"more-{number}")
    found = CONNECTOR.find(connected, task)
    again = CONNECTOR.carry_out(connected, task)
    assert found is not None
    assert (found.external_id, found.was_there) == (again.external_id, True)
    assert again.record["checkout_url"] == "https://pay.example/1"
    (made,) = [one for one in peer.payments() if one["id"] == again.external_id]
    assert made["amount"] == {"currency": "EUR", "value": "1362.50"}
    assert made["webhookUrl"] == "https://club.example/hook"
    quiet = Connected(
        "psp",
        {"address": connected.settings["address"]},
        connected.credentials,
        allows_private=True,
    )
    begun(quiet, "quiet")
    assert "webhookUrl" not in peer.payments()[0]


def test_a_refund_is_made_once(connected: Connected, peer: MolliePeer) -> None:
    payment = begun(connected, "to-refund")
    record = {"payment_id": payment, "currency": "EUR", "amount": "-12.50"}
    task = Task("refund.begin", "refund-1", record)
    made = CONNECTOR.carry_out(connected, task)
    found = CONNECTOR.find(connected, task)
    assert found is not None
    assert found.external_id == made.external_id
    (row,) = peer.rows[f"payments/{payment}/refunds"]
    assert row["amount"]["value"] == "12.50"


@pytest.mark.parametrize(
    ("change", "told"),
    [({"payment_id": "x"}, "payment_id: "), ({"amount": "1.001"}, "amount: ")],
)
def test_refunds_that_cannot_be_made_say_why(
    connected: Connected, change: dict[str, Any], told: str
) -> None:
    record = {"payment_id": "tr_1", "currency": "EUR", "amount": "1.00", **change}
    with pytest.raises(TransferFaultError, match=told) as caught:
        CONNECTOR.carry_out(connected, Task("refund.begin", "k", record))
    assert caught.value.fault == "RECORD"


def test_a_webhook_is_an_id_to_be_asked_for(connected: Connected, peer: MolliePeer) -> None:
    payment = begun(connected, "told")
    row = next(one for one in peer.payments() if one["id"] == payment)
    row |= {"paidAt": "2026-11-20T10:00:00+00:00", "method": "directdebit"}
    (pending,) = CONNECTOR.receive(connected, {}, f"id={payment}".encode())
    assert pending.record["status"] == "PENDING"
    row["status"] = "paid"
    refund = {"status": "refunded", "paymentId": payment, "amount": {**EUR, "value": "2.00"}}
    peer.add(f"payments/{payment}/refunds", "re", **refund)
    paid, refunded = CONNECTOR.receive(connected, {}, f"id={payment}&status=paid".encode())
    assert (paid.version, paid.record["method"], paid.record["received_on"]) == (
        "SUCCEEDED",
        "DIRECT_DEBIT",
        "2026-11-20",
    )
    assert paid.record["invoices"] == [{"invoice_code": "S-1-01", "amount": "1362.50"}]
    assert (refunded.source, refunded.record["amount"]) == ("refunds", "-2.00")
    assert refunded.record["payment_id"] == payment
    assert CONNECTOR.receive(connected, {}, b"id=tr_nobody") == ()
    with pytest.raises(TransferFaultError, match="has a fault") as caught:
        CONNECTOR.receive(connected, {}, b"id=tr_500")
    assert caught.value.fault == "TRANSIENT"
    for body in (b"", b"id=", b"id=../methods", b"id=tr_1%2F..", b"\xff"):
        with pytest.raises(TransferFaultError, match="names no payment"):
            CONNECTOR.receive(connected, {}, body)


def test_payments_of_the_last_days_are_asked_for_again(
    connected: Connected, peer: MolliePeer
) -> None:
    young = begun(connected, "young")
    amount = {**EUR, "value": "1.00"}
    old = {"id": "tr_old", "createdAt": "2020-01-01T00:00:00+00:00", "status": "paid"}
    peer.payments().append({**old, "amount": amount})
    found = [one.external_id for one in CONNECTOR.poll(connected, "payments", None).incoming]
    assert found[-1] == young
    assert "tr_old" not in found
    peer.rows["payments"] = [{**old, "createdAt": "2999-01-01", "amount": amount, "metadata": None}]
    (only,) = CONNECTOR.poll(connected, "payments", "x").incoming
    assert only.record["invoices"] == []


def test_a_list_without_an_end_is_left(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.transfers.connectors.mollie.connector._PAGES", 1)
    for number in range(3):
        begun(connected, f"endless-{number}")
    assert len(CONNECTOR.poll(connected, "payments", None).incoming) == 2


def test_a_settlement_adds_up_with_its_costs(connected: Connected, peer: MolliePeer) -> None:
    settled = peer.add(
        "settlements",
        "stl",
        reference="1234.2611.01",
        status="paidout",
        settledAt="2026-11-20T06:00:00+00:00",
        amount={**EUR, "value": "84.21"},
        periods={"2026": {"11": {"costs": [{"amountGross": {**EUR, "value": "0.79"}}]}, "10": {}}},
    )
    peer.add("settlements", "stl", status="open", settledAt=None)
    place = f"settlements/{settled['id']}"
    metadata = {"invoice_code": "S-1-01"}
    peer.add(f"{place}/payments", "tr", amount={**EUR, "value": "100.00"}, metadata=metadata)
    peer.add(f"{place}/refunds", "re", amount={**EUR, "value": "10.00"}, paymentId="tr_1")
    back = {"amount": {**EUR, "value": "5.00"}, "settlementAmount": {**EUR, "value": "-5.00"}}
    peer.add(f"{place}/chargebacks", "chb", paymentId="tr_2", **back)
    polled = CONNECTOR.poll(connected, "balance", None)
    found = [one.record for one in polled.incoming]
    assert [(one["kind"], one["amount"]) for one in found] == [
        ("PAYMENT", "100.00"),
        ("REFUND", "-10.00"),
        ("CHARGEBACK", "-5.00"),
        ("FEE", "-0.79"),
        ("PAYOUT", "-84.21"),
    ]
    assert sum(int(one["amount"].replace(".", "")) for one in found) == 0
    assert [one.get("payment_id") for one in found[1:3]] == ["tr_1", "tr_2"]
    assert found[0]["text"] == "S-1-01"
    assert CONNECTOR.poll(connected, "balance", polled.cursor).incoming == []


def test_wrong_keys_and_unknown_things_are_refused(connected: Connected) -> None:
    wrong = Connected("psp", connected.settings, {"key": "test_x"}, allows_private=True)
    with pytest.raises(TransferFaultError, match="refuses the credentials"):
        CONNECTOR.check(wrong)
    with pytest.raises(TransferFaultError, match="access token with settlements") as caught:
        CONNECTOR.poll(wrong, "balance", None)
    assert caught.value.fault == "ACCESS"
    with pytest.raises(TransferFaultError, match="cannot do weather"):
        CONNECTOR.poll(connected, "weather", None)
    with pytest.raises(TransferFaultError, match="cannot do dance"):
        CONNECTOR.carry_out(connected, Task("dance", "k", {}))
