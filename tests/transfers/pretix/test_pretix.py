"""pretix as shop and as access control; the same tests run against a real one by
`make test-peers`.
"""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from app.transfers.connectors.pretix import CONNECTOR
from app.transfers.contract.connectors import Connected, Incoming, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError
from tests.peers.processes import HOOK_SECRET
from tests.transfers.pretix.shopping import EVENT, Counter

SIGNED = {"Loge-Webhook-Secret": HOOK_SECRET}


def told(shop: Connected, order: dict[str, Any], action: str) -> tuple[Incoming, ...]:
    """Give the connector a message about an order, as pretix sends it."""
    message = {"notification_id": 1, "organizer": "kv", "event": EVENT, "code": order["code"]}
    body = json.dumps({**message, "action": f"pretix.event.{action}"}).encode()
    return CONNECTOR.receive(shop, SIGNED, body)


def sale(shop: Connected, order: dict[str, Any]) -> dict[str, Any]:
    """The Sale that an order is now."""
    (incoming,) = told(shop, order, "order.changed")
    return dict(incoming.record)


def redeemed(shop: Connected, barcode: str, key: str, lists: str = "1") -> Any:
    record = {"barcode": barcode, "scanned_at": "2026-11-22T18:00:00Z"}
    return CONNECTOR.carry_out(shop, Task("ticket.redeem", key, record, {"lists": lists}))


def test_reads_the_orders_of_its_organizer(shop: Connected) -> None:
    health = CONNECTOR.check(shop)
    assert health.is_well
    assert "KV Stadion" in health.message


def test_a_wrong_token_is_said_so(shop: Connected) -> None:
    health = CONNECTOR.check(replace(shop, credentials={"token": "wrong"}))
    assert not health.is_well
    assert "refuses the credentials" in health.message


def test_an_order_is_a_sale_with_its_customer_and_vat(shop: Connected, counter: Counter) -> None:
    order = counter.order()
    found = sale(shop, order)
    assert found["stage"] == "PENDING"
    assert found["totals"] == {
        "net": "476.70",
        "vat": "28.30",
        "gross": "505.00",
        "by_rate": [
            {"vat_category": "S", "vat_rate": "6", "net": "471.70", "vat": "28.30"},
            {"vat_category": "Z", "vat_rate": "0", "net": "5.00", "vat": "0.00"},
        ],
    }
    assert [one["gross"] for one in found["lines"]] == ["250.00", "250.00", "5.00"]
    assert found["lines"][0]["product"]["name"] == "VIP seat"
    assert found["customer"]["name"] == "Brouwerij Van Acker NV"
    assert found["customer"]["kind"] == "COMPANY"
    assert found["customer"]["vat_id"] == "BE0897290877"
    assert found["customer"]["email"] == "an@example.be"
    assert found["customer"]["address"]["city"] == "Gent"
    assert found["reference"] == "PO-1"
    assert found["payments"] == []


def test_an_order_goes_from_stage_to_stage(shop: Connected, counter: Counter) -> None:
    order = counter.order()
    counter.pay(order)
    paid = sale(shop, order)
    assert paid["stage"] == "PAID"
    assert [one["amount"] for one in paid["payments"]] == ["505.00"]
    counter.cancel_seat(order, 1)
    smaller = sale(shop, order)
    assert smaller["totals"]["gross"] == "255.00"
    assert [one["gross"] for one in smaller["lines"]] == ["250.00", "5.00"]
    counter.cancel(order)
    assert sale(shop, order)["stage"] == "CANCELLED"


def test_a_person_may_order_with_a_mailbox_alone(shop: Connected, counter: Counter) -> None:
    order = counter.order(invoice_address=None, fees=[])
    found = sale(shop, order)["customer"]
    assert (found["kind"], found["name"]) == ("PERSON", "an@example.be")
    assert "address" not in found


def test_orders_are_polled_in_the_order_of_their_changes(shop: Connected, counter: Counter) -> None:
    begin = CONNECTOR.poll(shop, "order", None).cursor
    first, second = counter.order(), counter.order()
    counter.pay(first)
    page = CONNECTOR.poll(shop, "order", begin)
    codes = [one.record["code"] for one in page.incoming]
    assert codes[-2:] == [second["code"], first["code"]]
    assert page.is_last
    again = CONNECTOR.poll(shop, "order", page.cursor)
    seen = {(one.external_id, one.version) for one in page.incoming}
    assert {(one.external_id, one.version) for one in again.incoming} <= seen
    counter.pay(second)
    changed = CONNECTOR.poll(shop, "order", page.cursor)
    new = [one for one in changed.incoming if (one.external_id, one.version) not in seen]
    assert [one.record["stage"] for one in new] == ["PAID"]


def test_a_ticket_is_let_in_once(shop: Connected, counter: Counter) -> None:
    order = counter.order()
    barcode = order["positions"][0]["secret"]
    with pytest.raises(TransferFaultError) as unpaid:
        redeemed(shop, barcode, "before")
    assert (unpaid.value.fault, unpaid.value.answer) == (FaultClass.RECORD, "unpaid")
    counter.pay(order)
    assert redeemed(shop, barcode, "first").record["result"] == "OK"
    assert redeemed(shop, barcode, "first").record["result"] == "OK"
    with pytest.raises(TransferFaultError) as again:
        redeemed(shop, barcode, "second")
    assert (again.value.answer, again.value.path) == ("already_redeemed", "barcode")
    scans = told(shop, order, "checkin")
    assert [one.record["barcode"] for one in scans] == [barcode]


def test_check_ins_come_back_as_scans(shop: Connected, counter: Counter) -> None:
    begin = CONNECTOR.poll(shop, "check_in", None).cursor
    order = counter.order()
    counter.pay(order)
    barcode = order["positions"][0]["secret"]
    redeemed(shop, barcode, f"in-{order['code']}")
    with pytest.raises(TransferFaultError):
        redeemed(shop, barcode, f"again-{order['code']}")
    page = CONNECTOR.poll(shop, "check_in", begin)
    mine = [one.record for one in page.incoming if one.record["barcode"] == barcode]
    assert [one["result"] for one in mine] == ["ACCEPTED", "ALREADY_USED"]
    assert mine[0]["gate"] == "Gate A"
    assert datetime.fromisoformat(mine[0]["scanned_at"]).year == 2026
    assert page.is_last


def test_a_barcode_of_nobody_is_refused(shop: Connected) -> None:
    with pytest.raises(TransferFaultError) as caught:
        redeemed(shop, "nobody", "key")
    assert caught.value.answer == "invalid"
    with pytest.raises(TransferFaultError) as unnamed:
        redeemed(shop, "nobody", "key", lists="Gate A")
    assert unnamed.value.path == "options.lists"


def test_only_the_events_that_are_named_are_taken(shop: Connected, counter: Counter) -> None:
    order = counter.order()
    elsewhere = replace(shop, settings={**shop.settings, "events": "another"})
    assert told(elsewhere, order, "order.placed") == ()
    assert all(
        one.record["season"] == EVENT for one in CONNECTOR.poll(shop, "order", None).incoming
    )
    assert CONNECTOR.poll(elsewhere, "order", None).incoming == []


def test_messages_about_other_things_are_passed_over(shop: Connected, counter: Counter) -> None:
    order = counter.order()
    assert told(shop, order, "changed") == ()
    assert told(shop, {"code": "XXXXX"}, "order.placed") == ()
    assert told(shop, {"code": "XXXXX"}, "checkin") == ()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Loge-Webhook-Secret": "guessed"},
        {"authorization": "Basic " + b64encode(b"loge:guessed").decode()},
        {"authorization": "Basic !"},
    ],
)
def test_a_message_without_the_secret_is_nobodys(shop: Connected, headers: dict[str, str]) -> None:
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.receive(shop, headers, b"{}")
    assert caught.value.fault is FaultClass.ACCESS


def test_the_secret_may_be_the_password_in_the_address(shop: Connected, counter: Counter) -> None:
    order = counter.order()
    body = {"organizer": "kv", "event": EVENT, "code": order["code"]}
    message = json.dumps({**body, "action": "pretix.event.order.placed"}).encode()
    password = b64encode(f"loge:{HOOK_SECRET}".encode()).decode()
    (incoming,) = CONNECTOR.receive(shop, {"authorization": f"Basic {password}"}, message)
    assert incoming.record["code"] == order["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'{"organizer":"kv"}',
        b'{"organizer":"other","event":"e","code":"C","action":"a"}',
        b'{"organizer":"kv","event":"../../x","code":"C","action":"a"}',
    ],
)
def test_a_message_that_is_none_is_refused(shop: Connected, body: bytes) -> None:
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.receive(shop, SIGNED, body)
    assert caught.value.fault is FaultClass.RECORD


def test_what_is_kept_does_not_open_a_gate(shop: Connected, counter: Counter) -> None:
    order = counter.order()
    (incoming,) = told(shop, order, "order.placed")
    kept = json.dumps(incoming.raw)
    assert order["positions"][0]["secret"] not in kept
    assert order["secret"] not in kept


def test_what_pretix_cannot_do_is_said(shop: Connected) -> None:
    for call in (
        lambda: CONNECTOR.poll(shop, "invoice", None),
        lambda: CONNECTOR.poll(shop, "order", "yesterday"),
        lambda: CONNECTOR.poll(shop, "check_in", "yesterday"),
        lambda: CONNECTOR.read(shop, "order", "file", b""),
        lambda: CONNECTOR.carry_out(shop, Task("order.burn", "key", {})),
    ):
        with pytest.raises(TransferFaultError) as caught:
            call()
        assert caught.value.fault is FaultClass.DEFECT
    assert CONNECTOR.find(shop, Task("ticket.redeem", "key", {})) is None
