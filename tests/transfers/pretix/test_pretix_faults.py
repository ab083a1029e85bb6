"""What a pretix that misbehaves, or has much, means for a transfer."""

from dataclasses import replace
from typing import Any

import pytest

from app.transfers.connectors.pretix import CONNECTOR
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError
from tests.processes.command import free_port
from tests.transfers.pretix.shopping import Counter
from tests.transfers.pretix.standin import Pretix

Pair = tuple[Connected, Pretix]


def fault_of(connected: Connected, source: str = "order") -> TransferFaultError:
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.poll(connected, source, None)
    return caught.value


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, FaultClass.TRANSIENT),
        (401, FaultClass.ACCESS),
        (429, FaultClass.TRANSIENT),
        (500, FaultClass.TRANSIENT),
        (404, FaultClass.RECORD),
    ],
)
def test_an_answer_is_classed_by_what_has_to_be_done(
    standin: Pair, status: int, expected: FaultClass
) -> None:
    connected, pretix = standin
    pretix.next_status.append(status)
    assert fault_of(connected).fault is expected


@pytest.mark.parametrize("status", [200, 500])
def test_an_entry_whose_answer_is_lost_is_unknown(standin: Pair, status: int) -> None:
    connected, pretix = standin
    pretix.next_status.append(status)
    record = {"barcode": "b", "scanned_at": "2026-11-22T18:00:00Z"}
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.carry_out(connected, Task("ticket.redeem", "key", record, {"lists": "1"}))
    assert caught.value.fault is FaultClass.UNKNOWN


def test_a_message_whose_order_cannot_be_fetched_is_tried_again(standin: Pair) -> None:
    connected, pretix = standin
    pretix.next_status.append(503)
    body = b'{"organizer":"kv","event":"match1","code":"K1","action":"pretix.event.order.paid"}'
    secret = connected.credentials["webhook_secret"]
    with pytest.raises(TransferFaultError) as caught:
        CONNECTOR.receive(connected, {"loge-webhook-secret": secret}, body)
    assert caught.value.fault is FaultClass.TRANSIENT


def test_a_pretix_that_is_down_is_tried_again_later() -> None:
    settings = {"address": f"http://127.0.0.1:{free_port()}", "organizer": "kv"}
    connected = Connected("shop", settings, {"token": "t"}, allows_private=True)
    assert fault_of(connected).fault is FaultClass.TRANSIENT
    assert not CONNECTOR.check(connected).is_well


def test_every_order_comes_also_when_they_are_many_and_change_meanwhile(standin: Pair) -> None:
    connected, _ = standin
    counter = Counter(connected)
    orders = [counter.order(seats=1) for _ in range(120)]
    seen: set[str] = set()
    cursor: str | None = None
    for turn in range(10):
        page = CONNECTOR.poll(connected, "order", cursor)
        seen |= {one.record["code"] for one in page.incoming}
        cursor = page.cursor
        counter.pay(orders[turn])
        if page.is_last:
            break
    assert seen == {one["code"] for one in orders}


def test_more_than_a_page_of_one_instant_comes_whole(standin: Pair) -> None:
    connected, pretix = standin
    counter = Counter(connected)
    for _ in range(120):
        counter.order(seats=1)
    for one in pretix.orders.values():
        one["last_modified"] = "2026-11-22T10:00:00.000000Z"
    first = CONNECTOR.poll(connected, "order", None)
    rest = CONNECTOR.poll(connected, "order", first.cursor)
    codes = {one.record["code"] for one in (*first.incoming, *rest.incoming)}
    assert len(codes) == 120
    assert rest.is_last


def test_orders_in_test_mode_are_taken_where_the_settings_say_so(standin: Pair) -> None:
    connected, _ = standin
    Counter(connected).order(testmode=True)
    assert CONNECTOR.poll(connected, "order", None).incoming == []
    taking = replace(connected, settings={**connected.settings, "takes_test_orders": True})
    assert len(CONNECTOR.poll(taking, "order", None).incoming) == 1


def test_an_order_that_does_not_add_up_is_refused(standin: Pair) -> None:
    connected, pretix = standin
    Counter(connected).order()
    next(iter(pretix.orders.values()))["total"] = "1.00"
    fault = fault_of(connected)
    assert (fault.fault, fault.path) == (FaultClass.RECORD, "totals.gross")


def changed(standin: Pair, **given: Any) -> dict[str, Any]:
    """Return the Sale of an order that has something particular."""
    connected, pretix = standin
    Counter(connected).order(seats=1, phone="+3250123456")
    next(iter(pretix.orders.values())).update(given)
    (incoming,) = CONNECTOR.poll(connected, "order", None).incoming
    return dict(incoming.record)


def test_money_that_went_back_is_negative(standin: Pair) -> None:
    refund = {"local_id": 1, "state": "done", "amount": "5.00", "provider": "manual"}
    days = {"created": "2026-11-22T23:30:00Z", "execution_date": None}
    open_one = {**refund, **days, "local_id": 2, "state": "created"}
    standin[1].event["timezone"] = "Europe/Brussels"
    found = changed(standin, refunds=[{**refund, **days}, open_one])["payments"]
    assert [(one["amount"], one["received_on"]) for one in found] == [("-5.00", "2026-11-23")]


def test_a_seat_a_variation_and_a_tax_code_are_told(standin: Pair) -> None:
    pretix = standin[1]
    Counter(standin[0]).order(seats=2)
    order = next(iter(pretix.orders.values()))
    order["locale"] = "nl"
    order["positions"][0] |= {"variation": 7, "seat": {"name": "Row 3, 12"}, "tax_code": "E/X"}
    order["positions"][1] |= {"item": 99, "variation": 5, "attendee_name": None}
    order["fees"][0] |= {"canceled": True}
    order["total"] = "500.00"
    pretix.event["timezone"] = "Nowhere/Land"
    (incoming,) = CONNECTOR.poll(standin[0], "order", None).incoming
    first, second = incoming.record["lines"]
    assert first["description"] == "VIP-plaats Lounge, Row 3, 12, An Peeters"
    assert first["vat_category"] == "E"
    assert first["product"]["code"] == "match1-1-7"
    assert second["description"] == "Item 99"


def test_an_item_may_have_lost_its_name_and_variation(standin: Pair) -> None:
    standin[1].item |= {"name": None, "admission": False}
    Counter(standin[0]).order(seats=1, fees=[])
    order = next(iter(standin[1].orders.values()))
    order["positions"][0]["variation"] = 8
    (incoming,) = CONNECTOR.poll(standin[0], "order", None).incoming
    assert incoming.record["lines"][0]["product"]["kind"] == "CATALOG"


def test_a_scan_of_a_ticket_that_is_gone_is_left_out(standin: Pair) -> None:
    connected, pretix = standin
    one = {"id": 1, "successful": False, "error_reason": "invalid", "list": 1, "type": "entry"}
    times = {"datetime": "2026-11-22T18:00:00Z", "created": "2026-11-22T18:00:00Z"}
    pretix.checkins += [{**one, **times, "position": None}, {**one, **times, "position": 77}]
    assert CONNECTOR.poll(connected, "check_in", None).incoming == []
    named = replace(connected, settings={**connected.settings, "events": "match1"})
    assert CONNECTOR.poll(named, "check_in", None).is_last
