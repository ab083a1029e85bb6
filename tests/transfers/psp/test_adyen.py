"""Adyen against a stand-in: links, refunds, signed notifications, settlement reports."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.transfers.connectors.adyen.connector import CONNECTOR
from app.transfers.connectors.adyen.settling import LARGEST_BYTES
from app.transfers.connectors.adyen.signing import is_signed, signature_of
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import TransferFaultError
from tests.transfers.psp.serving import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
PUBLISHED: dict[str, Any] = {
    "pspReference": "7914073381342284",
    "originalReference": "",
    "merchantAccountCode": "TestMerchant",
    "merchantReference": "TestPayment-1407325143704",
    "amount": {"value": 1130, "currency": "EUR"},
    "eventCode": "AUTHORISATION",
    "success": "true",
    "eventDate": "2026-11-20T10:00:00+01:00",
}
"""Adyen's published example of a notification, with its signature below."""
SIGNATURE = "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="
INVOICE = {"code": "S-1-01", "currency": "EUR", "totals": {"gross": "1362.50"}}


class AdyenPeer:
    """Makes the same key once."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.routes = [Route("/v71/{path:path}", self.answer, methods=["POST"])]

    async def answer(self, request: Request) -> Response:
        if request.headers["x-api-key"] != "key_1":
            return JSONResponse({"message": "no"}, 401)
        path, told = request.path_params["path"], await request.json()
        if path == "paymentMethods":
            return JSONResponse({"paymentMethods": [{}, {}]})
        key = request.headers["idempotency-key"]
        if key not in self.made:
            self.asked.append((path, told))
            number = len(self.asked)
            link = {"id": f"PL{number}", "url": "https://adyen.link/1", "status": "active"}
            refund = {"pspReference": f"R{number}", "status": "received"}
            self.made[key] = link if path == "paymentLinks" else refund
        return JSONResponse(self.made[key], 201)


@pytest.fixture(scope="module")
def peer() -> AdyenPeer:
    return AdyenPeer()


@pytest.fixture(scope="module")
def connected(peer: AdyenPeer) -> Iterator[Connected]:
    """The system of a club, at the stand-in."""
    with Served(*peer.routes) as served:
        settings = {
            "address": f"{served.url}/v71",
            "merchant_account": "TestMerchant",
            "return_url": "https://club.example/thanks",
        }
        keys = {"key": "key_1", "hmac_key": KEY}
        yield Connected("psp", settings, keys, allows_private=True)


def notified(*items: dict[str, Any]) -> bytes:
    told = [{"NotificationRequestItem": one} for one in items]
    return json.dumps({"live": "false", "notificationItems": told}).encode()


def signed(**changes: Any) -> dict[str, Any]:
    item = {**PUBLISHED, **changes}
    return {**item, "additionalData": {"hmacSignature": signature_of(item, KEY)}}


def test_the_published_notification_is_signed_as_published() -> None:
    assert signature_of(PUBLISHED, KEY) == SIGNATURE
    signature = {"additionalData": {"hmacSignature": SIGNATURE}}
    assert is_signed({**PUBLISHED, **signature}, KEY)
    assert not is_signed({**PUBLISHED, **signature, "amount": {"value": 1, "currency": "EUR"}}, KEY)
    assert not is_signed(PUBLISHED, KEY)


def test_payments_and_refunds_are_begun_once(connected: Connected, peer: AdyenPeer) -> None:
    assert CONNECTOR.check(connected).message == "Adyen answers, with 2 ways to pay."
    task = Task("payment.begin", "pay-1", INVOICE)
    assert CONNECTOR.find(connected, task) is None
    made = CONNECTOR.carry_out(connected, task)
    assert CONNECTOR.carry_out(connected, task).external_id == made.external_id
    assert made.record["checkout_url"] == "https://adyen.link/1"
    record = {"payment_id": "7914073381342284", "currency": "EUR", "amount": "-12.50"}
    refund = CONNECTOR.carry_out(connected, Task("refund.begin", "refund-1", record))
    assert refund.external_id == "R2"
    (link, asked), (path, back) = peer.asked
    assert (link, asked["amount"]["value"], asked["reference"]) == (
        "paymentLinks",
        136250,
        "S-1-01",
    )
    assert asked["returnUrl"] == "https://club.example/thanks"
    assert (path, back["amount"]["value"]) == ("payments/7914073381342284/refunds", 1250)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"payment_id": "../x"}, "payment_id: "), ({"amount": "1.001"}, "amount: ")],
)
def test_refunds_that_cannot_be_made_say_why(
    connected: Connected, change: dict[str, Any], told: str
) -> None:
    record = {"payment_id": "7914", "currency": "EUR", "amount": "1.00", **change}
    with pytest.raises(TransferFaultError, match=told) as caught:
        CONNECTOR.carry_out(connected, Task("refund.begin", "k", record))
    assert caught.value.fault == "RECORD"


def test_wrong_keys_and_unknown_things_are_refused(connected: Connected) -> None:
    wrong = Connected("psp", connected.settings, {"key": "x"}, allows_private=True)
    with pytest.raises(TransferFaultError, match="refuses the credentials"):
        CONNECTOR.check(wrong)
    with pytest.raises(TransferFaultError, match="cannot do dance"):
        CONNECTOR.carry_out(connected, Task("dance", "k", {}))
    with pytest.raises(TransferFaultError, match="cannot do weather"):
        CONNECTOR.read(connected, "weather", "x", b"")


def test_notifications_say_what_became_of_payments_and_refunds(connected: Connected) -> None:
    body = notified(
        signed(),
        signed(success="false"),
        signed(eventCode="CANCELLATION", originalReference="A1"),
        signed(eventCode="REFUND", originalReference="A1", pspReference="B1"),
        signed(eventCode="REFUND", originalReference="A1", pspReference="B2", success="false"),
        signed(eventCode="REPORT_AVAILABLE"),
    )
    found = CONNECTOR.receive(connected, {}, body)
    assert [(one.source, one.external_id, one.version) for one in found] == [
        ("payments", "7914073381342284", "SUCCEEDED"),
        ("payments", "7914073381342284", "FAILED"),
        ("payments", "A1", "CANCELLED"),
        ("refunds", "B1", "SUCCEEDED"),
        ("refunds", "B2", "FAILED"),
    ]
    assert found[0].record["amount"] == "11.30"
    assert found[0].record["invoices"][0]["invoice_code"] == "TestPayment-1407325143704"
    assert (found[3].record["amount"], found[3].record["payment_id"]) == ("-11.30", "A1")


def test_one_bad_item_refuses_the_whole_notification(connected: Connected) -> None:
    forged = {**signed(), "amount": {"value": 999_999, "currency": "EUR"}}
    other = signed(merchantAccountCode="Other")
    keyless = Connected("psp", connected.settings, {"key": "key_1"}, allows_private=True)
    for system, items, told in (
        (connected, [signed(), forged], "hmacSignature is not Adyen's"),
        (connected, [signed(), PUBLISHED], "hmacSignature is not Adyen's"),
        (connected, [other], "another merchant account than TestMerchant"),
        (keyless, [signed()], "hmacSignature is not Adyen's"),
    ):
        with pytest.raises(TransferFaultError, match=told) as caught:
            CONNECTOR.receive(system, {}, notified(*items))
        assert caught.value.fault == "ACCESS"
    for body in (b"{", b"[]", b'{"notificationItems": [{}]}'):
        with pytest.raises(TransferFaultError, match="not in the form of Adyen"):
            CONNECTOR.receive(connected, {}, body)


def row(kind: str, net: str, gross: str = "", **more: str) -> dict[str, str]:
    """A row of a report; a negative amount is a debit."""
    told = {
        "Merchant Account": "TestMerchant",
        "Psp Reference": "P1",
        "Merchant Reference": "S-1-01",
        "Creation Date": "2026-11-20 10:00:00",
        "Type": kind,
        "Modification Reference": "",
        "Gross Currency": "EUR",
        "Net Currency": "EUR",
        "Batch Number": "7",
    }
    for name, amount in (("Net {} (NC)", net), ("Gross {} (GC)", gross)):
        is_debit = amount.startswith("-")
        told[name.format("Debit")] = amount.removeprefix("-") if is_debit else ""
        told[name.format("Credit")] = "" if is_debit else amount
    return {**told, **more}


def report(*rows: dict[str, str]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def test_a_settlement_report_is_payments_less_fees(connected: Connected) -> None:
    content = report(
        row("Settled", "98.25", "100.00"),
        row("Settled", "9.00", "11.00", **{"Gross Currency": "USD"}),
        row("Refunded", "-30.10", "-30.00", **{"Modification Reference": "M1"}),
        row("Chargeback", "-5.00", "-5.00"),
        row("Fee", "-2.00"),
        row("MerchantPayout", "-70.15"),
    )
    found = [one.record for one in CONNECTOR.read(connected, "balance", "x.csv", content)]
    assert [(one["kind"], one["amount"], one["fee"]) for one in found] == [
        ("PAYMENT", "100.00", "1.75"),
        ("PAYMENT", "9.00", "0.00"),
        ("REFUND", "-30.00", "0.10"),
        ("CHARGEBACK", "-5.00", "0.00"),
        ("FEE", "-2.00", "0.00"),
        ("PAYOUT", "-70.15", "0.00"),
    ]
    assert (found[0]["payment_id"], found[0]["text"]) == ("P1", "S-1-01")
    assert found[2]["entry_ref"] == "M1"
    assert {one["payout_id"] for one in found} == {"TestMerchant/7"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            report(row("Settled", "1.00", "1.00")),
            "line 2, Net Credit .NC.: the rows add up to 1.00",
        ),
        (report(row("Settled", "1,00", "1.00")), "line 2, Net Credit .NC.: "),
        (b"a,b\n1,2\n", "line 1, Merchant Account: the report has no such column"),
        (b"", "line 1, Merchant Account: the report has no such column"),
        (b"\xff\xfe", "line 1, file: is no CSV in UTF-8"),
        (b"a" * (LARGEST_BYTES + 1), "line 1, file: is larger than 50 MiB"),
    ],
    ids=["sum", "amount", "columns", "empty", "encoding", "size"],
)
def test_a_damaged_report_names_line_and_column(
    connected: Connected, content: bytes, told: str
) -> None:
    with pytest.raises(TransferFaultError, match=told) as caught:
        CONNECTOR.read(connected, "balance", "x.csv", content)
    assert caught.value.fault == "RECORD"
