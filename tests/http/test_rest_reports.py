"""Documents and payments come back by the instalment code, once however often they are sent."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from app.domain.permissions import Role
from tests.club import Club
from tests.fingerprint import fingerprint
from tests.http.billing_club import TODAY, BillingClub, billing_club

PDF = base64.b64encode(b"%PDF-1.7\n% an invoice\n").decode()
DOCUMENT = """query($code: [String!]) { invoices(first: 1, filter: {code: $code}) { nodes {
  status document { number issuedOn dueOn reference state file { id name } } } } }"""


@pytest.fixture
def billing(club: Club) -> BillingClub:
    return billing_club(club)


@pytest.fixture
def code(billing: BillingClub) -> str:
    """An instalment of 50.00 net, 53.00 gross, that was claimed by `exact`."""
    billing.sell()
    claimed: str = billing.claim(source="exact")[0]["instalmentCode"]
    return claimed


def put(billing: BillingClub, content: Any, **more: Any) -> dict[str, Any]:
    return billing.done("PUT", "/instalments", content, source="exact", **more)


def in_graphql(billing: BillingClub, code: str) -> dict[str, Any]:
    nodes = billing.club.query(DOCUMENT, {"code": [code]})["invoices"]["nodes"]
    found: dict[str, Any] = nodes[0]
    return found


def unchanged(billing: BillingClub, before: dict[str, tuple[int, str]]) -> bool:
    """Whether nothing but remembered keys came to the club."""
    after = fingerprint(billing.club)
    return {n: v for n, v in after.items() if n != "idempotency"} == {
        n: v for n, v in before.items() if n != "idempotency"
    }


def test_a_document_makes_the_instalment_payable(billing: BillingClub, code: str) -> None:
    report = billing.document(code, "F2026/1", reference="+++000/0000/05353+++", pdf=PDF)
    answer = put(billing, report)
    assert (answer["recordedCount"], answer["refusedCount"]) == (1, 0)
    (result,) = answer["results"]
    assert result == {
        "row": 0,
        "instalmentCode": code,
        "result": "RECORDED",
        "status": "OPEN",
        "documentState": "ACCEPTED",
        "invoiceNumber": "F2026/1",
        "openAmount": "53.00",
        "errors": [],
    }
    found = in_graphql(billing, code)
    assert found["status"] == "OPEN"
    assert found["document"]["number"] == "F2026/1"
    assert found["document"]["issuedOn"] == TODAY.isoformat()
    assert found["document"]["file"]["name"] == "F2026-1.pdf"


def test_the_same_report_again_changes_nothing(billing: BillingClub, code: str) -> None:
    report = billing.document(code, "F1", pdf=PDF, paymentNo="BK1", grossAmount="53.00")
    first = put(billing, report)
    before = fingerprint(billing.club)
    assert put(billing, report) == first
    assert unchanged(billing, before)
    key = {"idempotency-key": "report-0001"}
    assert put(billing, report, headers=key) == put(billing, report, headers=key) == first
    assert unchanged(billing, before)
    assert first["results"][0]["status"] == "RECEIVED"


def test_a_draft_number_keeps_the_instalment_pending(billing: BillingClub, code: str) -> None:
    result = put(billing, billing.document(code, "D17"))["results"][0]
    assert (result["status"], result["documentState"]) == ("PENDING", "DRAFT")
    assert billing.claim(source="exact") == []
    assert [one["instalmentCode"] for one in billing.claim(status="PENDING", source="exact")] == [
        code
    ]
    result = put(billing, billing.document(code, "F17"))["results"][0]
    assert (result["status"], result["invoiceNumber"]) == ("OPEN", "F17")
    assert billing.claim(status="PENDING", source="exact") == []


def test_wrong_rows_do_not_stop_right_ones(billing: BillingClub, code: str) -> None:
    billing.sell()
    other = billing.claim(source="exact")[0]["instalmentCode"]
    rows = [
        billing.document(code, "F1"),
        billing.document("S-1999-000001-01", "F2"),
        {"instalmentCode": other, "invoiceNumber": "F3", "invoiceDate": "31/12/2026"},
        {"instalmentCode": other},
        "no object",
        billing.document(other, "F6", netAmount="40.00", vatAmount="1.00", grossAmount="50.00"),
        billing.document(other, "F1"),
        billing.document(other, "F8"),
    ]
    answer = billing.ask("PUT", "/instalments", rows, source="exact")
    assert answer.status_code == 207
    found = answer.json()
    assert (found["recordedCount"], found["refusedCount"]) == (2, 6)
    said = [
        [(error["code"], error["field"]) for error in one["errors"]] for one in found["results"]
    ]
    assert said == [
        [],
        [("NOT_FOUND", "instalmentCode")],
        [("INPUT_INVALID", "invoiceDate")],
        [("INPUT_INVALID", "invoiceNumber")],
        [("INPUT_INVALID", "")],
        [("AMOUNT_INVALID", "grossAmount")],
        [("DOCUMENT_CONFLICT", "invoiceNumber")],
        [],
    ]
    assert [one["row"] for one in found["results"]] == list(range(8))
    assert [one["result"] for one in found["results"]].count("RECORDED") == 2


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"grossAmount": 53}, 422, ("INPUT_INVALID", "grossAmount")),
        ({"grossAmount": "53.001"}, 422, ("AMOUNT_INVALID", "grossAmount")),
        ({"currency": "USD"}, 422, ("CURRENCY_MIXED", "currency")),
        ({"dueDate": "2020-01-01"}, 422, ("DATE_RANGE_INVALID", "dueDate")),
        ({"invoiceDate": None}, 422, ("INPUT_INVALID", "invoiceDate")),
        ({"invoiceNumber": "\n"}, 422, ("INPUT_INVALID", "invoiceNumber")),
        ({"pdf": "not base64"}, 422, ("FILE_MALFORMED", "pdf")),
        ({"pdf": "aGVsbG8="}, 422, ("FILE_MALFORMED", "pdf")),
        ({"invoicenumber": "F1"}, 422, ("INPUT_INVALID", "invoicenumber")),
        ({"instalmentCode": "S-1999-000001-01"}, 404, ("NOT_FOUND", "instalmentCode")),
        ({"paymentDate": "2999-01-01", "paymentNo": "B1"}, 422, ("DATE_INVALID", "paymentDate")),
    ],
)
def test_a_wrong_report_says_what_is_wrong_and_writes_nothing(
    billing: BillingClub, code: str, change: dict[str, Any], status: int, said: tuple[str, str]
) -> None:
    before = fingerprint(billing.club)
    report = billing.document(code, "F1") | change
    problem = billing.refused(status, "PUT", "/instalments", report, source="exact")
    assert (problem["errors"][0]["code"], problem["errors"][0]["field"]) == said
    assert fingerprint(billing.club) == before


def test_what_another_source_claimed_is_not_taken_from_it(billing: BillingClub, code: str) -> None:
    before = fingerprint(billing.club)
    report = billing.document(code, "F1")
    problem = billing.refused(409, "PUT", "/instalments", report, source="other")
    assert problem["code"] == "CLAIM_TAKEN"
    assert fingerprint(billing.club) == before


def test_other_totals_wait_for_the_club(billing: BillingClub, code: str) -> None:
    report = billing.document(code, "F1", grossAmount="60.00")
    result = put(billing, report)["results"][0]
    assert (result["status"], result["documentState"]) == ("PENDING", "MISMATCH")
    assert result["openAmount"] is None
    near = billing.document(code, "F1", grossAmount="53.03")
    assert billing.refused(409, "PUT", "/instalments", near, source="exact")["code"] == (
        "DOCUMENT_CONFLICT"
    )


def test_a_payment_number_pays_all_that_is_open(billing: BillingClub, code: str) -> None:
    put(billing, billing.document(code, "F1"))
    paid = {"instalmentCode": code, "paymentNo": "BK1", "paymentDate": TODAY.isoformat()}
    result = put(billing, paid)["results"][0]
    assert (result["status"], result["openAmount"]) == ("RECEIVED", "0.00")
    before = fingerprint(billing.club)
    assert put(billing, paid)["results"][0] == result
    assert unchanged(billing, before)
    again = billing.refused(409, "PUT", "/instalments", paid | {"paymentNo": "BK2"}, source="exact")
    assert again["code"] == "INVOICE_NOT_PAYABLE"
    assert unchanged(billing, before)


def test_one_transfer_pays_several_instalments(billing: BillingClub, code: str) -> None:
    billing.sell()
    other = billing.claim(source="exact")[0]["instalmentCode"]
    rows = [billing.document(one, f"F-{one}", paymentNo="BK1") for one in (code, other)]
    answer = put(billing, rows)
    assert [one["status"] for one in answer["results"]] == ["RECEIVED", "RECEIVED"]


def pay(billing: BillingClub, code: str, content: Any, **more: Any) -> dict[str, Any]:
    path = f"/instalments/{code}/payments"
    return billing.done("PUT", path, content, source="exact", **more)


def payment(number: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"externalId": number, "amount": amount, "date": TODAY.isoformat(), **more}


def test_parts_are_paid_and_what_is_too_much_stays_a_credit(
    billing: BillingClub, code: str
) -> None:
    put(billing, billing.document(code, "F1"))
    result = pay(billing, code, payment("B1", "20.00", method="CARD"))["results"][0]
    assert (result["status"], result["openAmount"]) == ("PARTIAL", "33.00")
    rows = [payment("B1", "20.00", method="CARD"), payment("B2", "40.00")]
    answer = pay(billing, code, rows)
    assert [one["openAmount"] for one in answer["results"]] == ["0.00", "0.00"]
    before = fingerprint(billing.club)
    assert pay(billing, code, rows) == answer
    assert unchanged(billing, before)
    left = billing.club.query(
        "{ payments(first: 5) { nodes { amount { amount } left { amount } } } }"
    )
    assert sorted(
        (one["amount"]["amount"], one["left"]["amount"]) for one in left["payments"]["nodes"]
    ) == [("20.00", "0.00"), ("40.00", "7.00")]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (payment("B1", "20.01"), 409, ("PAYMENT_CONFLICT", "externalId")),
        (payment("B2", "0.00"), 422, ("AMOUNT_INVALID", "amount")),
        (payment("B2", "-5.00"), 422, ("AMOUNT_NEGATIVE", "amount")),
        (payment("B2", "1.00", method="GOLD"), 422, ("INPUT_INVALID", "method")),
        ({"externalId": "B2", "amount": "1.00"}, 422, ("INPUT_INVALID", "date")),
        (
            payment("B2", "1.00", date=(TODAY + timedelta(days=9)).isoformat()),
            422,
            ("DATE_INVALID", "date"),
        ),
    ],
)
def test_a_wrong_payment_writes_nothing(
    billing: BillingClub, code: str, content: Any, status: int, said: tuple[str, str]
) -> None:
    put(billing, billing.document(code, "F1"))
    pay(billing, code, payment("B1", "20.00"))
    before = fingerprint(billing.club)
    path = f"/instalments/{code}/payments"
    problem = billing.refused(status, "PUT", path, content, source="exact")
    assert (problem["errors"][0]["code"], problem["errors"][0]["field"]) == said
    assert fingerprint(billing.club) == before


def test_a_list_is_bounded(billing: BillingClub, code: str) -> None:
    rows = [billing.document(code, f"F{number}") for number in range(101)]
    assert billing.refused(422, "PUT", "/instalments", rows)["code"] == "TOO_MANY_ITEMS"
    assert billing.refused(422, "PUT", "/instalments", [])["code"] == "INPUT_INVALID"


def test_only_partner_finance_and_root_may(billing: BillingClub, code: str) -> None:
    for role in Role:
        if role is Role.PORTAL:
            continue
        answer = billing.ask("PUT", "/instalments", billing.document(code, "F1"), role=role)
        may = role in {Role.PARTNER, Role.FINANCE, Role.ROOT}
        # The source that claimed it is another one.
        assert answer.status_code == (409 if may else 403), role
