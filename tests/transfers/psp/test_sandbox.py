"""The sandbox PSP, served and spoken to as any other: payments, refunds, payouts, lost webhooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette

from app.commands.webhook_rules import WebhookRules
from app.config import read_settings
from app.http.sandbox_psp import SANDBOX_PATH, SandboxPsp
from app.main import add_sandbox
from app.transfers.connectors.sandbox.connector import CONNECTOR
from app.transfers.connectors.sandbox.signing import HEADER, is_signed, sign
from app.transfers.contract.connectors import Connected, Incoming, Task
from app.transfers.contract.faults import TransferFaultError
from tests.transfers.psp.serving import Inbox, Served

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sandbox-key-of-a-test"
INVOICE = {"code": "S-1-01", "currency": "EUR", "totals": {"gross": "100.00"}}


@pytest.fixture(scope="module")
def partner() -> Inbox:
    """Whoever is told of changes."""
    return Inbox()


@pytest.fixture(scope="module")
def served(partner: Inbox) -> Iterator[Served]:
    """The sandbox on a port of its own, beside whoever is told."""
    with Served(SandboxPsp(KEY, allows_private=True).route(), partner.route) as found:
        yield found


@pytest.fixture
def psp(served: Served, partner: Inbox) -> Iterator[httpx.Client]:
    """The API of the sandbox, which behaves."""
    headers = {"authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=served.url + SANDBOX_PATH, headers=headers) as client:
        client.put("/misbehaviour", json={})
        yield client


@pytest.fixture
def connected(served: Served) -> Connected:
    """The system of a club that uses it, and is told of nothing."""
    settings = {"address": served.url + SANDBOX_PATH}
    return Connected("psp", settings, {"key": KEY}, allows_private=True)


@pytest.fixture
def informed(served: Served, connected: Connected) -> Connected:
    """The same, told by webhooks."""
    settings = {**connected.settings, "webhook_url": served.url + "/hook"}
    return Connected("psp", settings, connected.credentials, allows_private=True)


def begin(connected: Connected, key: str, gross: str = "100.00") -> str:
    record = {**INVOICE, "totals": {"gross": gross}}
    return CONNECTOR.carry_out(connected, Task("payment.begin", key, record)).external_id


def end(psp: httpx.Client, payment: str, how: str = "pay") -> httpx.Response:
    return psp.post(f"/pay/{payment}", content=f"end={how}")


def told(connected: Connected, partner: Inbox, count: int) -> list[Incoming]:
    """What so many webhooks say, in the order in which they came."""
    return [
        one
        for headers, body in partner.take(count)
        for one in CONNECTOR.receive(connected, headers, body)
    ]


def statuses(incoming: list[Incoming]) -> list[str]:
    return [one.record["status"] for one in incoming]


def test_a_payment_is_begun_once_and_ended_on_its_page(
    psp: httpx.Client, informed: Connected, partner: Inbox
) -> None:
    task = Task("payment.begin", "once", INVOICE)
    assert CONNECTOR.check(informed).is_well
    assert CONNECTOR.find(informed, task) is None
    made = CONNECTOR.carry_out(informed, task)
    assert CONNECTOR.carry_out(informed, task).external_id == made.external_id
    found = CONNECTOR.find(informed, task)
    assert found is not None
    assert (found.external_id, found.was_there) == (made.external_id, True)
    page = httpx.get(made.record["checkout_url"])
    assert "S-1-01: 100.00 EUR, open." in page.text
    assert page.text.count("<button") == 5
    assert statuses(told(informed, partner, 1)) == ["PENDING"]
    assert end(psp, made.external_id).status_code == 303
    assert "<button" not in httpx.get(made.record["checkout_url"]).text
    assert statuses(told(informed, partner, 1)) == ["SUCCEEDED"]
    (paid,) = told_by_polling(informed, made.external_id)
    assert paid.record["amount"] == "100.00"
    assert paid.record["invoices"] == [{"invoice_code": "S-1-01", "amount": "100.00"}]


def told_by_polling(connected: Connected, payment: str) -> list[Incoming]:
    found = CONNECTOR.poll(connected, "payments", None).incoming
    return [one for one in found if one.external_id == payment]


@pytest.mark.parametrize(
    ("how", "status", "then"),
    [
        ("fail", "FAILED", 409),
        ("cancel", "CANCELLED", 409),
        ("expire", "EXPIRED", 409),
        ("process", "PENDING", 303),
        ("pay", "SUCCEEDED", 303),
    ],
)
def test_a_payment_that_has_ended_goes_nowhere_else(
    psp: httpx.Client, connected: Connected, how: str, status: str, then: int
) -> None:
    payment = begin(connected, f"ends-{how}")
    assert end(psp, payment, how).status_code == 303
    assert end(psp, payment, "pay").status_code == then
    if then == 409:
        assert statuses(told_by_polling(connected, payment)) == [status]


def test_webhooks_are_doubled_reordered_and_lost_on_demand(
    psp: httpx.Client, informed: Connected, partner: Inbox
) -> None:
    psp.put("/misbehaviour", json={"copies": 2})
    payment = begin(informed, "misbehaving")
    assert statuses(told(informed, partner, 2)) == ["PENDING"] * 2
    psp.put("/misbehaviour", json={"is_reordered": True})
    end(psp, payment, "process")
    end(psp, payment)
    late = told(informed, partner, 2)
    assert [one.raw["status"] for one in late] == ["succeeded", "processing"]
    psp.put("/misbehaviour", json={"is_lost": True})
    cursor = CONNECTOR.poll(informed, "payments", None).cursor
    other = begin(informed, "lost")
    end(psp, other)
    found = CONNECTOR.poll(informed, "payments", cursor)
    assert statuses(list(found.incoming)) == ["SUCCEEDED"]
    assert int(found.cursor) > int(cursor)
    assert partner.came.empty()


def test_refunds_chargebacks_and_payouts_add_up_with_their_fees(
    psp: httpx.Client, connected: Connected
) -> None:
    cursor = CONNECTOR.poll(connected, "balance", None).cursor
    first, second = begin(connected, "out-1"), begin(connected, "out-2", "50.00")
    for payment in (first, second):
        end(psp, payment)
    refund = {"payment_id": first, "amount": "-30.00", "currency": "EUR"}
    task = Task("refund.begin", "refund-1", refund)
    assert CONNECTOR.find(connected, task) is None
    made = CONNECTOR.carry_out(connected, task)
    assert CONNECTOR.carry_out(connected, task).external_id == made.external_id
    found = CONNECTOR.find(connected, task)
    assert found is not None
    assert found.external_id == made.external_id
    refunded = CONNECTOR.poll(connected, "payments", None).incoming
    refunds = [one.record for one in refunded if one.source == "refunds"]
    assert [(one["external_id"], one["amount"]) for one in refunds] == [
        (made.external_id, "-30.00")
    ]
    too_much = Task("refund.begin", "refund-2", {**refund, "amount": "-70.01"})
    with pytest.raises(TransferFaultError, match=r"does not accept it \(422\)"):
        CONNECTOR.carry_out(connected, too_much)
    assert psp.post(f"/payments/{second}/chargeback").status_code == 201
    assert psp.post(f"/payments/{first}/chargeback").status_code == 422
    third = begin(connected, "out-3", "1000.00")
    end(psp, third)
    sent = psp.post("/payouts", json={"currency": "EUR"}).json()
    moved = CONNECTOR.poll(connected, "balance", cursor).incoming
    parts = [one.record for one in moved if one.record["payout_id"] == sent["id"]]
    mine = [one for one in parts if one.get("payment_id") in {first, second, third}]
    assert [(one["kind"], one["amount"], one["fee"]) for one in mine] == [
        ("PAYMENT", "100.00", "1.75"),
        ("PAYMENT", "50.00", "1.00"),
        ("REFUND", "-30.00", "0.00"),
        ("CHARGEBACK", "-50.00", "0.00"),
        ("PAYMENT", "1000.00", "15.25"),
    ]
    assert parts[-1]["kind"] == "PAYOUT"
    assert minor(parts[-1]["amount"]) == -sent["amount_minor"]
    assert sum(minor(one["amount"]) - minor(one["fee"]) for one in parts) == 0
    assert psp.post("/payouts", json={"currency": "EUR"}).status_code == 422


def minor(text: str) -> int:
    return int(text.replace(".", ""))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", "/payments", b"[]", 400, "the body is a JSON object"),
        ("POST", "/payments", b"{", 400, "the body is a JSON object"),
        ("POST", "/payments", b'{"currency": "XXX"}', 422, "currency: 'XXX'"),
        ("POST", "/payments", b'{"currency": "EUR", "amount_minor": 0}', 422, "amount_minor: "),
        (
            "POST",
            "/payments",
            b'{"currency":"EUR","amount_minor":1,"reference":3}',
            422,
            "reference",
        ),
        (
            "POST",
            "/payments",
            b'{"currency":"EUR","amount_minor":1,"return_url":"file:///etc"}',
            422,
            "return_url: is an address",
        ),
        ("GET", "/payments?after=x", b"", 422, "after: is a whole number"),
        ("GET", "/payments/nothing", b"", 404, "there is no such payment"),
        ("PUT", "/misbehaviour", b'{"copies": 9}', 422, "copies is 1 to 5"),
        ("PUT", "/misbehaviour", b'{"delay_seconds": 99}', 422, "delay_seconds 0 to 60"),
    ],
)
def test_the_sandbox_says_what_is_wrong(
    psp: httpx.Client, method: str, path: str, body: bytes, status: int, message: str
) -> None:
    answer = psp.request(method, path, content=body)
    assert (answer.status_code, message in answer.json()["error"]) == (status, True)


def test_only_the_key_opens_the_sandbox_but_for_its_pages(
    psp: httpx.Client, connected: Connected, served: Served
) -> None:
    anybody = httpx.get(served.url + SANDBOX_PATH + "/payments")
    assert anybody.status_code == 401
    payment = begin(connected, "anybody")
    assert httpx.get(f"{served.url}{SANDBOX_PATH}/pay/{payment}").status_code == 200
    assert end(psp, payment, "dance").status_code == 422
    assert end(psp, "nothing").status_code == 404
    unkeyed = {"currency": "JPY", "amount_minor": 5}
    made = [psp.post("/payments", json=unkeyed).json()["id"] for _ in range(2)]
    assert made[0] != made[1]
    wrong = Connected("psp", connected.settings, {"key": "another"}, allows_private=True)
    with pytest.raises(TransferFaultError, match="refuses the credentials") as caught:
        CONNECTOR.check(wrong)
    assert caught.value.fault == "ACCESS"
    assert KEY not in repr(SandboxPsp(KEY))


def test_a_webhook_that_nobody_takes_changes_nothing(
    psp: httpx.Client, connected: Connected
) -> None:
    settings = {**connected.settings, "webhook_url": "http://127.0.0.1:9/hook"}
    settings["return_url"] = "https://portal.example/thanks"
    away = Connected("psp", settings, connected.credentials, allows_private=True)
    payment = begin(away, "away")
    assert end(psp, payment).headers["location"] == "https://portal.example/thanks"
    assert statuses(told_by_polling(connected, payment)) == ["SUCCEEDED"]


def test_the_sandbox_is_served_only_where_there_is_a_key() -> None:
    rules = WebhookRules(vault=None, public_url="", allows_private=False)  # type: ignore[arg-type]  # seals nothing here
    built = Starlette()
    add_sandbox(built, None, rules)
    assert built.routes == []
    add_sandbox(built, KEY, rules)
    assert [getattr(one, "path", None) for one in built.routes] == [SANDBOX_PATH]
    assert read_settings({}).sandbox_psp_key is None
    chosen = read_settings({"LOGE_SANDBOX_PSP_KEY": KEY})
    assert chosen.sandbox_psp_key == KEY
    assert KEY not in repr(chosen)


def test_webhooks_that_the_sandbox_did_not_sign_are_refused(connected: Connected) -> None:
    now = datetime.now(UTC)
    body = b'{"payment": {}}'
    for header in ("", "t=x,v1=y", f"t={int(now.timestamp())},v1=y", sign("other", body, now)):
        with pytest.raises(TransferFaultError, match="is not a signature") as caught:
            CONNECTOR.receive(connected, {HEADER: header}, body)
        assert caught.value.fault == "ACCESS"
    old = sign(KEY, body, now - timedelta(minutes=6))
    assert not is_signed(KEY, old, body, now)
    with pytest.raises(TransferFaultError, match="not in the form of the sandbox"):
        CONNECTOR.receive(connected, {"Sandbox-Signature": sign(KEY, body, now)}, body)


@pytest.mark.parametrize(
    ("task", "fault", "told"),
    [
        (Task("payment.dance", "k", {}), "DEFECT", "cannot do payment.dance"),
        (
            Task("refund.begin", "k", {"currency": "EUR", "amount": "1.00"}),
            "RECORD",
            "payment_id: ",
        ),
        (
            Task("payment.begin", "k", {**INVOICE, "totals": {"gross": "1.001"}}),
            "RECORD",
            "amount: ",
        ),
        (
            Task("refund.begin", "k", {"payment_id": "x", "currency": "EUR", "amount": "1.00"}),
            "RECORD",
            r"does not accept it \(404\)",
        ),
    ],
)
def test_tasks_that_cannot_be_done_say_why(
    psp: httpx.Client, connected: Connected, task: Task, fault: str, told: str
) -> None:
    with pytest.raises(TransferFaultError, match=told) as caught:
        CONNECTOR.carry_out(connected, task)
    assert caught.value.fault == fault
    with pytest.raises(TransferFaultError, match="cannot do weather"):
        CONNECTOR.poll(connected, "weather", None)
