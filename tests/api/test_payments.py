"""Payments as they come: what they pay, what stays, what is refused."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.documented import document, invoices, sell_example, sell_to, topics
from tests.api.paid import PAYMENT, entries, owes, pay, received, to
from tests.club import Club
from tests.stadium import Stadium, amount, build_stadium


def first_documented(club: Club, **more: Any) -> dict[str, Any]:
    """Sell the example, and make the document of its first invoice: 1,362.50."""
    sale = sell_example(club)
    document(club, invoices(club, sale)[0], **more)
    return invoices(club, sale)[0] | {"sale": sale}


def refused(club: Club, given: dict[str, Any], **caller: Any) -> list[tuple[str, list[str]]]:
    return Stadium(club).refused("paymentRecord", given, **caller)


def again(club: Club, invoice: dict[str, Any]) -> dict[str, Any]:
    """An invoice as it is now."""
    code = invoice["code"]
    return next(one for one in invoices(club, invoice["sale"]) if one["code"] == code)


@pytest.mark.parametrize(
    ("paid", "status", "open_amount", "left", "rounding"),
    [
        ("1362.50", "RECEIVED", "0.00", "0.00", None),
        ("1362.48", "RECEIVED", "0.00", "0.00", "-0.02"),
        ("1362.52", "RECEIVED", "0.00", "0.00", "0.02"),
        ("1362.00", "PARTIAL", "0.50", "0.00", None),
        ("1400.00", "RECEIVED", "0.00", "37.50", None),
    ],
)
@pytest.mark.parametrize("by", ["allocation", "reference"])
def test_b12_small_differences(
    club: Club, paid: str, status: str, open_amount: str, left: str, rounding: str | None, by: str
) -> None:
    invoice = first_documented(club, number="2026-0001")
    if by == "allocation":
        most = "1362.50" if paid == "1400.00" else paid
        payment = pay(club, paid, to(invoice, most))
    else:
        payment = pay(club, paid, reference="invoice 2026-0001, with thanks")
    found = again(club, invoice)
    assert (found["status"], found["open"]["amount"]) == (status, open_amount)
    assert payment["left"]["amount"] == left
    booked = [("DOCUMENT", "1362.50"), ("PAYMENT", f"-{paid}")]
    assert entries(club) == booked + ([("ROUNDING", rounding)] if rounding else [])
    settled = ["invoice.settled"] if status == "RECEIVED" else []
    assert topics(club, "payment.recorded", "invoice.settled") == [*settled, "payment.recorded"]


def test_a_partly_paid_document_that_was_due_is_overdue(club: Club) -> None:
    invoice = first_documented(club, issuedOn="2026-01-01", dueOn="2026-01-31")
    assert again(club, invoice)["status"] == "OVERDUE"
    pay(club, "1362.00", to(invoice, "1362.00"))
    assert again(club, invoice)["status"] == "OVERDUE"
    assert again(club, invoice)["open"]["amount"] == "0.50"
    pay(club, "0.50", to(invoice, "0.50"))
    assert again(club, invoice)["status"] == "RECEIVED"


@pytest.mark.parametrize(
    "reference",
    ["+++090/9337/55493+++", "090933755493", "thanks 090/9337/55493 see you"],
)
def test_a_structured_communication_says_who_paid_what(club: Club, reference: str) -> None:
    invoice = first_documented(club, reference="+++090/9337/55493+++")
    payment = pay(club, "1362.50", reference=reference)
    assert payment["allocations"][0]["invoice"]["code"] == invoice["code"]
    assert again(club, invoice)["status"] == "RECEIVED"


def test_an_iso_11649_reference_or_an_instalment_code_says_it_as_well(club: Club) -> None:
    invoice = first_documented(club, reference="RF18 5390 0754 7034")
    pay(club, "1000.00", reference="RF18539007547034")
    assert again(club, invoice)["open"]["amount"] == "362.50"
    pay(club, "362.50", reference=invoice["code"])
    assert again(club, invoice)["status"] == "RECEIVED"


def test_a_reference_of_two_documents_pays_both(club: Club) -> None:
    sale = sell_example(club)
    first, second, *_ = invoices(club, sale)
    document(club, first, number="2026-0001")
    document(club, second, number="2026-0002")
    payment = pay(club, "2725.00", reference="2026-0001 and 2026-0002")
    assert payment["left"]["amount"] == "0.00"
    assert [one["status"] for one in invoices(club, sale)[:2]] == ["RECEIVED", "RECEIVED"]


def test_a_payment_that_names_nothing_stays_on_the_account(club: Club) -> None:
    invoice = first_documented(club)
    account = Stadium(club).read(invoice["sale"], "account { id }")["account"]["id"]
    payment = pay(club, "500.00", accountId=account, reference="no idea")
    assert (payment["left"]["amount"], payment["allocations"]) == ("500.00", [])
    assert owes(club, account) == ("862.50", "1362.50", "500.00")


def test_first_in_first_out_pays_the_oldest_due_first(club: Club) -> None:
    sale = sell_example(club)
    first, second, third, _ = invoices(club, sale)
    document(club, first, issuedOn="2026-03-01", dueOn="2026-03-31")
    document(club, second, issuedOn="2026-01-01", dueOn="2026-01-31")
    document(club, third, issuedOn="2026-02-01", dueOn="2026-02-28")
    version = club.query("{ organisation { version } }")["organisation"]["version"]
    given = {"expectedVersion": version, "paymentMatching": "FIFO"}
    club.make("organisationUpdate", "organisation { id }", given)
    account = Stadium(club).read(sale, "account { id }")["account"]["id"]
    payment = pay(club, "3000.00", accountId=account)
    paid = [one["paid"]["amount"] for one in invoices(club, sale)]
    assert paid == ["275.00", "1362.50", "1362.50", "0.00"]
    assert payment["left"]["amount"] == "0.00"
    more = pay(club, "1100.00", accountId=account)
    assert more["left"]["amount"] == "12.50"


def test_a_payment_before_the_document_is_an_advance(club: Club) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    payment = pay(club, "400.00", to(first, "400.00"))
    account = payment["account"]["id"]
    found = invoices(club, sale)[0]
    assert (found["status"], found["paid"]["amount"]) == ("TODO", "400.00")
    assert owes(club, account) == ("-400.00", "0.00", "400.00")
    too_much = received("1000.00", allocations=[to(first, "962.51")])
    assert refused(club, too_much) == [("ALLOCATION_TOO_LARGE", ["allocations", "0", "amount"])]
    document(club, first)
    found = invoices(club, sale)[0]
    assert (found["status"], found["open"]["amount"]) == ("PARTIAL", "962.50")
    assert owes(club, account) == ("962.50", "962.50", "0.00")


def test_one_payment_pays_several_invoices_and_keeps_the_rest(club: Club) -> None:
    sale = sell_example(club)
    first, second, *_ = invoices(club, sale)
    document(club, first)
    payment = pay(club, "3000.00", to(first, "1362.50"), to(second, "1362.50"))
    assert payment["left"]["amount"] == "275.00"
    assert owes(club, payment["account"]["id"]) == ("-1637.50", "0.00", "1637.50")
    settlement = "settlement { open { amount } paid { amount } credited { amount } }"
    found = Stadium(club).read(sale, settlement)["settlement"]
    assert [found[name]["amount"] for name in ("open", "paid", "credited")] == [
        "0.00",
        "2725.00",
        "0.00",
    ]


def test_the_same_external_id_is_the_same_payment(club: Club) -> None:
    invoice = first_documented(club)
    given = received(
        "100.00", source="BANK", externalId="tx-1", allocations=[to(invoice, "100.00")]
    )
    first = club.make("paymentRecord", PAYMENT, given)["payment"]
    second = club.make("paymentRecord", PAYMENT, given)["payment"]
    assert first["id"] == second["id"]
    assert entries(club) == [("DOCUMENT", "1362.50"), ("PAYMENT", "-100.00")]
    for other in (
        {"amount": amount("100.01"), "allocations": []},
        {"reference": "other"},
        {"method": "CARD"},
        {"allocations": [to(invoice, "99.00")]},
        {"receivedOn": "2026-01-01"},
    ):
        assert refused(club, {**given, **other}) == [("PAYMENT_CONFLICT", ["externalId"])]
    other_source = club.make("paymentRecord", PAYMENT, {**given, "source": "SHOP"})["payment"]
    assert other_source["id"] != first["id"]


def test_what_is_wrong_with_a_payment_is_said_at_once(club: Club) -> None:
    invoice = first_documented(club)
    allocations = [
        to(invoice, "1362.51"),
        to(invoice, "1.00"),
        {"invoiceId": invoice["sale"]["id"], "amount": amount("1.00")},
    ]
    assert refused(club, received("5.00", allocations=allocations)) == [
        ("ID_INVALID", ["allocations", "2", "invoiceId"])
    ]
    assert refused(club, received("5.00", allocations=allocations[:2])) == [
        ("ALLOCATION_TOO_LARGE", ["allocations", "0", "amount"]),
        ("INPUT_INVALID", ["allocations", "1", "invoiceId"]),
        ("ALLOCATION_TOO_LARGE", ["allocations"]),
    ]
    nothing = received("0.00", receivedOn="2100-01-01", source=" ")
    assert refused(club, nothing) == [
        ("AMOUNT_INVALID", ["amount"]),
        ("TEXT_REQUIRED", ["source"]),
        ("DATE_INVALID", ["receivedOn"]),
    ]
    assert refused(club, received("-5.00", allocations=allocations[:1])) == [
        ("AMOUNT_NEGATIVE", ["amount"])
    ]
    zero = received("5.00", allocations=[to(invoice, "0.00")])
    assert refused(club, zero) == [("AMOUNT_INVALID", ["allocations", "0", "amount"])]
    assert refused(club, received("5.00")) == [("INPUT_INVALID", ["accountId"])]
    assert refused(club, received("5.00", reference="nobody")) == [("INPUT_INVALID", ["accountId"])]


def test_another_currency_is_refused(club: Club) -> None:
    invoice = first_documented(club)
    given = received("5.00", amount=amount("5.00", "USD"), allocations=[to(invoice, "5.00", "USD")])
    assert refused(club, given) == [("CURRENCY_MIXED", ["allocations", "0", "invoiceId"])]
    given["allocations"] = [to(invoice, "5.00")]
    assert refused(club, given) == [("CURRENCY_MIXED", ["allocations", "0", "amount", "currency"])]
    euros = received("5.00", allocations=[to(invoice, "5.00", "USD")])
    assert refused(club, euros) == [("CURRENCY_MIXED", ["allocations", "0", "amount", "currency"])]


def test_invoices_of_other_accounts_and_clubs_are_not_found(club: Club, other_club: Club) -> None:
    stadium = build_stadium(club)
    own, another = stadium.ids["A1"], stadium.account("A2")
    theirs = sell_to(stadium, "A2")
    invoice = invoices(club, theirs)[0]
    given = received("5.00", accountId=own, allocations=[to(invoice, "5.00")])
    where = ["allocations", "0", "invoiceId"]
    assert refused(club, given) == [("NOT_FOUND", where)]
    foreign = invoices(other_club, sell_example(other_club))[0]
    assert refused(club, {**given, "allocations": [to(foreign, "5.00")]}) == [("NOT_FOUND", where)]
    alone = received("5.00", allocations=[to(foreign, "5.00")])
    assert refused(club, alone) == [("NOT_FOUND", where)]
    assert refused(club, {**alone, "allocations": [to(invoice, "3.00"), to(foreign, "2.00")]}) == [
        ("NOT_FOUND", ["allocations", "1", "invoiceId"])
    ]
    assert another != own


def test_a_draft_is_paid_only_once_it_is_final(club: Club) -> None:
    stadium = build_stadium(club)
    sale = stadium.add(
        stadium.begin(), stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    )
    draft = stadium.equal(sale, 2)
    given = received("5.00", allocations=[to(draft["invoices"][0], "5.00")])
    found = stadium.refusals("paymentRecord", given)["userErrors"]
    assert [one["code"] for one in found] == ["INVOICE_NOT_PAYABLE"]
    assert "make it Final first" in found[0]["message"]


@pytest.mark.parametrize("role", [Role.SALES, Role.OPERATIONS, Role.ANALYST, Role.PORTAL])
def test_only_finance_root_and_partners_record_payments(club: Club, role: Role) -> None:
    invoice = first_documented(club)
    account = Stadium(club).read(invoice["sale"], "account { id }")["account"]["id"]
    own = Stadium.uuid(account) if role is Role.PORTAL else None
    given = received("5.00", allocations=[to(invoice, "5.00")])
    assert refused(club, given, role=role, account_id=own) == [("PERMISSION_DENIED", [])]


def test_a_partner_records_what_its_customers_paid(club: Club) -> None:
    invoice = first_documented(club)
    given = received("5.00", allocations=[to(invoice, "5.00")])
    club.make("paymentRecord", PAYMENT, given, role=Role.PARTNER)
    assert again(club, invoice)["paid"]["amount"] == "5.00"


def test_a_payment_number_typed_in_pays_all_that_is_open(club: Club) -> None:
    invoice = first_documented(club)
    pay(club, "362.50", to(invoice, "362.50"))
    given = {"invoiceId": invoice["id"], "paymentNo": "B-17"}
    answer = "invoice { code status paid { amount } allocations { payment { externalId } } }"
    found = club.make("invoicePaymentNoSet", answer, given)["invoice"]
    assert (found["status"], found["paid"]["amount"]) == ("RECEIVED", "1362.50")
    assert found["allocations"][1]["payment"]["externalId"] == "B-17"
    before = entries(club)
    club.make("invoicePaymentNoSet", answer, given)
    assert entries(club) == before
    second = invoices(club, invoice["sale"])[1]
    stadium = Stadium(club)
    other = {"invoiceId": second["id"], "paymentNo": "B-17"}
    assert stadium.refused("invoicePaymentNoSet", other) == [("PAYMENT_CONFLICT", ["paymentNo"])]
    done = {"invoiceId": invoice["id"], "paymentNo": "B-18"}
    assert stadium.refused("invoicePaymentNoSet", done) == [("INVOICE_NOT_PAYABLE", ["invoiceId"])]
    blank = {"invoiceId": second["id"], "paymentNo": " "}
    assert stadium.refused("invoicePaymentNoSet", blank) == [("TEXT_REQUIRED", ["paymentNo"])]
