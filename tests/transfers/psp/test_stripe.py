"""Stripe through its own SDK, against a stand-in: payments, refunds, payouts, signatures."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from app.transfers.connectors.stripe.connector import CONNECTOR
from app.transfers.contract.connectors import Connected, Incoming, Task
from app.transfers.contract.faults import TransferFaultError
from tests.transfers.psp.serving import Served
from tests.transfers.psp.stripe_peer import StripePeer

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "whsec_test"
INVOICE = {"code": "S-1-01", "currency": "EUR", "totals": {"gross": "1362.50"}}
REFUND = {"payment_id": "pi_7", "currency": "EUR", "amount": "-12.50"}


@pytest.fixture(scope="module")
def peer() -> StripePeer:
    return StripePeer()


@pytest.fixture(scope="module")
def connected(peer: StripePeer) -> Iterator[Connected]:
    """The system of a club, at the stand-in."""
    with Served(*peer.routes) as served:
        keys = {"secret_key": "sk_test_1", "webhook_secret": SECRET}
        yield Connected("psp", {"address": served.url}, keys, allows_private=True)


def with_page(connected: Connected) -> Connected:
    settings = {**connected.settings, "success_url": "https://club.example/thanks"}
    return Connected("psp", settings, connected.credentials, allows_private=True)


def signed(body: bytes, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    stamp = int(time.time()) if at is None else at
    payload = f"{stamp}.{body.decode()}"
    digest = stripe.WebhookSignature._compute_signature(payload, secret)
    return {"Stripe-Signature": f"t={stamp},v1={digest}"}


def test_a_payment_is_begun_once_even_when_the_answer_is_lost(
    connected: Connected, peer: StripePeer
) -> None:
    assert CONNECTOR.check(connected).message == "Stripe answers, in test mode, without real money."
    task = Task("payment.begin", "pay-1", INVOICE)
    assert CONNECTOR.find(connected, task) is None
    before = len(peer.rows.get("payment_intents", ()))
    peer.is_losing = True
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.carry_out(connected, task)
    assert caught.value.fault == "UNKNOWN"
    found = CONNECTOR.find(connected, task)
    assert found is not None
    assert found.was_there
    again = CONNECTOR.carry_out(connected, task)
    assert again.external_id == found.external_id
    assert len(peer.rows["payment_intents"]) == before + 1
    made = peer.rows["payment_intents"][0]
    assert (made["amount"], made["currency"], made["metadata"]["invoice_code"]) == (
        "136250",
        "eur",
        "S-1-01",
    )
    assert "secret" not in json.dumps([again.answer, again.sent])


def test_a_payment_may_be_begun_on_a_page_of_stripe(connected: Connected, peer: StripePeer) -> None:
    own = with_page(connected)
    task = Task("payment.begin", "page-1", INVOICE)
    made = CONNECTOR.carry_out(own, task)
    assert made.record["checkout_url"] == "https://checkout.stripe.com/1"
    for number in range(3):
        CONNECTOR.carry_out(own, Task("payment.begin", f"page-more-{number}", INVOICE))
    found = CONNECTOR.find(own, task)
    assert found is not None
    assert found.external_id == made.external_id
    (first,) = [one for one in peer.rows["checkout/sessions"] if one["id"] == made.external_id]
    assert first["line_items"]["0"]["price_data"]["unit_amount"] == "136250"
    assert first["payment_intent_data"]["metadata"]["invoice_code"] == "S-1-01"


def test_a_search_for_an_earlier_try_ends(
    connected: Connected, peer: StripePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.transfers.connectors.stripe.connector._SEARCHED", 2)
    for number in range(4):
        peer.add("refunds", "re", payment_intent="pi_old", metadata={"number": number})
    record = {**REFUND, "payment_id": "pi_old"}
    assert CONNECTOR.find(connected, Task("refund.begin", "none", record)) is None


def test_a_refund_is_made_once(connected: Connected, peer: StripePeer) -> None:
    task = Task("refund.begin", "refund-1", REFUND)
    made = CONNECTOR.carry_out(connected, task)
    found = CONNECTOR.find(connected, task)
    assert found is not None
    assert found.external_id == made.external_id
    row = next(one for one in peer.rows["refunds"] if one["id"] == made.external_id)
    assert (row["amount"], row["payment_intent"]) == ("1250", "pi_7")


@pytest.mark.parametrize(
    ("record", "fault", "told"),
    [
        ({**REFUND, "payment_id": None}, "RECORD", "payment_id: "),
        ({**REFUND, "amount": "1.234"}, "RECORD", "amount: "),
        ({**REFUND, "amount": "-2000.00"}, "RECORD", "does not accept it"),
    ],
)
def test_refunds_that_cannot_be_made_say_why(
    connected: Connected, record: dict[str, Any], fault: str, told: str
) -> None:
    with pytest.raises(TransferFaultError, match=re.escape(told)) as caught:
        CONNECTOR.carry_out(connected, Task("refund.begin", f"k-{told}", record))
    assert caught.value.fault == fault


@pytest.mark.parametrize(
    ("status", "fault"), [(401, "ACCESS"), (429, "TRANSIENT"), (500, "UNKNOWN"), (409, "CONFLICT")]
)
def test_what_stripe_answers_says_what_to_do(
    connected: Connected, peer: StripePeer, status: int, fault: str
) -> None:
    peer.statuses = [status]
    before = len(peer.rows.get("payment_intents", ()))
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.carry_out(connected, Task("payment.begin", f"answer-{status}", INVOICE))
    assert caught.value.fault == fault
    assert len(peer.rows.get("payment_intents", ())) == before
    assert peer.statuses == []


def test_a_wrong_key_and_unknown_things_are_refused(connected: Connected) -> None:
    wrong = Connected("psp", connected.settings, {"secret_key": "sk_x"}, allows_private=True)
    with pytest.raises(TransferFaultError, match="refuses the credentials") as caught:
        CONNECTOR.check(wrong)
    assert "sk_x" not in str(caught.value)
    with pytest.raises(TransferFaultError, match=r"cannot do payment\.dance"):
        CONNECTOR.carry_out(connected, Task("payment.dance", "k", {}))
    with pytest.raises(TransferFaultError, match="cannot do weather"):
        CONNECTOR.poll(connected, "weather", None)


def intent(status: str, **more: Any) -> dict[str, Any]:
    told = {"id": "pi_7", "status": status, "amount": 136250, "amount_received": 136250}
    return {**told, "currency": "eur", "metadata": {"invoice_code": "S-1-01"}, **more}


def test_events_come_by_webhook_and_by_asking_and_are_the_same(
    connected: Connected, peer: StripePeer
) -> None:
    refund = {
        "id": "re_7",
        "status": "succeeded",
        "amount": 1250,
        "currency": "eur",
        "payment_intent": "pi_7",
        "created": 1_770_000_000,
    }
    events = [
        peer.tell("payment_intent.succeeded", intent("succeeded", client_secret="s")),
        peer.tell("payment_intent.processing", intent("processing")),
        peer.tell("refund.created", refund),
        peer.tell("customer.created", {"id": "cus_1"}),
    ]
    by_webhook: list[Incoming] = []
    for one in events:
        body = json.dumps(one).encode()
        by_webhook += CONNECTOR.receive(connected, signed(body), body)
    polled = CONNECTOR.poll(connected, "payments", None)
    assert list(polled.incoming) == by_webhook
    assert [(one.source, one.external_id, one.version) for one in by_webhook] == [
        ("payments", "pi_7", "SUCCEEDED"),
        ("payments", "pi_7", "PENDING"),
        ("refunds", "re_7", "SUCCEEDED"),
    ]
    assert by_webhook[0].record["invoices"] == [{"invoice_code": "S-1-01", "amount": "1362.50"}]
    assert by_webhook[2].record["amount"] == "-12.50"
    assert "client_secret" not in by_webhook[0].raw
    assert CONNECTOR.poll(connected, "payments", polled.cursor).cursor == polled.cursor


def test_webhooks_that_stripe_did_not_sign_are_refused(connected: Connected) -> None:
    body = b'{"type": "payment_intent.succeeded"}'
    bare = Connected("psp", connected.settings, {"secret_key": "sk_test_1"}, allows_private=True)
    for system, headers in (
        (connected, {}),
        (connected, signed(body, "whsec_other")),
        (connected, signed(body + b" ")),
        (connected, signed(body, at=int(time.time()) - 400)),
        (bare, signed(body)),
    ):
        with pytest.raises(TransferFaultError, match="is not Stripe's") as caught:
            CONNECTOR.receive(system, headers, body)
        assert caught.value.fault == "ACCESS"
    with pytest.raises(TransferFaultError, match="not in the form of a Stripe event"):
        CONNECTOR.receive(connected, signed(body), body)


def test_a_payout_comes_after_its_parts_and_adds_up(connected: Connected, peer: StripePeer) -> None:
    payout = peer.add("payouts", "po", status="paid", amount=131_150, currency="eur")
    about = {"payment_intent": "pi_7", "metadata": {"invoice_code": "S-1-01"}}
    parts: list[tuple[str, int, int, Any]] = [
        ("payout", -131_150, 0, {"id": payout["id"]}),
        ("charge", 136_250, 2_050, {"id": "ch_1", **about}),
        ("refund", -1_250, 0, {"id": "re_7", "payment_intent": "pi_7"}),
        ("stripe_fee", -1_800, 0, None),
    ]
    for kind, amount, fee, source in parts:
        peer.add(
            "balance_transactions",
            "txn",
            type=kind,
            amount=amount,
            fee=fee,
            currency="eur",
            payout=payout["id"],
            source=source,
            description="Radar" if source is None else None,
        )
    polled = CONNECTOR.poll(connected, "balance", None)
    found = [one.record for one in polled.incoming]
    assert [(one["kind"], one["amount"], one["fee"]) for one in found] == [
        ("FEE", "-18.00", "0.00"),
        ("REFUND", "-12.50", "0.00"),
        ("PAYMENT", "1362.50", "20.50"),
        ("PAYOUT", "-1311.50", "0.00"),
    ]
    assert [one["entry_ref"] for one in found][1::2] == ["re_7", payout["id"]]
    assert (found[2]["payment_id"], found[2]["text"]) == ("pi_7", "S-1-01")
    assert int(polled.cursor) == payout["created"]
    later = str(payout["created"] + 1)
    assert CONNECTOR.poll(connected, "balance", later).incoming == []


def test_a_currency_that_stripe_counts_otherwise_keeps_its_amount(
    connected: Connected, peer: StripePeer
) -> None:
    record = {"code": "S-2", "currency": "ISK", "totals": {"gross": "5000"}}
    CONNECTOR.carry_out(connected, Task("payment.begin", "isk", record))
    assert peer.rows["payment_intents"][0]["amount"] == "500000"
    body = json.dumps(
        {
            "type": "payment_intent.succeeded",
            "created": 1_770_000_000,
            "data": {
                "object": intent("succeeded", currency="isk", amount_received=500_000, metadata={})
            },
        }
    ).encode()
    (found,) = CONNECTOR.receive(connected, signed(body), body)
    assert (found.record["amount"], found.record["invoices"]) == ("5000", [])
