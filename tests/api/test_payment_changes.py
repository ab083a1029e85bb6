"""Payments and credits after they came: re-allocated, charged back, offset, written off."""

from typing import Any

from app.domain.permissions import Role
from tests.api.documented import cancel, document, invoices, sell_example, sell_to, topics
from tests.api.paid import PAYMENT, entries, owes, paid_in_full, pay, received, to
from tests.club import Club
from tests.stadium import Stadium, amount, build_stadium

CREDIT = "invoice { code kind open { amount } }"


def billed(club: Club, count: int = 1) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Sell the example, and make the documents of its first invoices."""
    sale = sell_example(club)
    for one in invoices(club, sale)[:count]:
        document(club, one)
    return sale, invoices(club, sale)


def account_of(club: Club, sale: dict[str, Any]) -> str:
    found: str = Stadium(club).read(sale, "account { id }")["account"]["id"]
    return found


def test_what_is_left_of_a_payment_pays_another_invoice(club: Club) -> None:
    sale, (first, second, *_) = billed(club, 2)
    payment = pay(club, "2000.00", to(first, "1362.50"))
    given = {"paymentId": payment["id"], "allocations": [to(second, "637.50")]}
    changed = club.make("paymentAllocate", PAYMENT, given)["payment"]
    assert changed["left"]["amount"] == "0.00"
    assert invoices(club, sale)[1]["open"]["amount"] == "725.00"
    assert Stadium(club).refused("paymentAllocate", given) == [
        ("ALLOCATION_TOO_LARGE", ["allocations"])
    ]
    nothing = {"paymentId": payment["id"], "allocations": []}
    assert Stadium(club).refused("paymentAllocate", nothing) == [("INPUT_INVALID", ["allocations"])]


def test_an_allocation_is_taken_back_and_its_rounding_with_it(club: Club) -> None:
    sale, (first, second, *_) = billed(club, 2)
    payment = pay(club, "1362.48", to(first, "1362.48"))
    assert invoices(club, sale)[0]["status"] == "RECEIVED"
    some = {"paymentId": payment["id"], "invoiceId": first["id"], "amount": amount("100.00")}
    club.make("paymentUnallocate", PAYMENT, some)
    assert invoices(club, sale)[0]["open"]["amount"] == "100.02"
    whole = {"paymentId": payment["id"], "invoiceId": first["id"]}
    changed = club.make("paymentUnallocate", PAYMENT, whole)["payment"]
    assert changed["left"]["amount"] == "1362.48"
    assert [one["amount"]["amount"] for one in changed["allocations"]] == [
        "1362.48",
        "-100.00",
        "-1262.48",
    ]
    assert entries(club)[2:] == [
        ("PAYMENT", "-1362.48"),
        ("ROUNDING", "-0.02"),
        ("ROUNDING", "0.02"),
    ]
    assert invoices(club, sale)[0]["open"]["amount"] == "1362.50"
    assert topics(club, "invoice.settled", "invoice.reopened") == [
        "invoice.settled",
        "invoice.reopened",
    ]
    stadium = Stadium(club)
    assert stadium.refused("paymentUnallocate", whole) == [("ALLOCATION_TOO_LARGE", ["invoiceId"])]
    club.make(
        "paymentAllocate", PAYMENT, {**nothing_but(payment), "allocations": [to(second, "500.00")]}
    )
    too_much = {**whole, "invoiceId": second["id"], "amount": amount("500.01")}
    assert stadium.refused("paymentUnallocate", too_much) == [("ALLOCATION_TOO_LARGE", ["amount"])]
    dollars = {**too_much, "amount": amount("1.00", "USD")}
    assert stadium.refused("paymentUnallocate", dollars) == [("CURRENCY_MIXED", ["amount"])]


def nothing_but(payment: dict[str, Any]) -> dict[str, Any]:
    return {"paymentId": payment["id"]}


def test_b1_the_credit_of_a_paid_document_is_offset_on_the_next_invoice(club: Club) -> None:
    sale, (first, *_) = billed(club)
    paid_in_full(club, first)
    cancel(club, sale, lines=[{"lineId": sale["lines"][2]["id"]}])
    account = account_of(club, sale)
    assert owes(club, account) == ("-181.50", "0.00", "181.50")
    _, second, _, _, note = invoices(club, sale)
    payable = "query($i: ID!) { node(id: $i) { ... on Invoice { payable { amount } } } }"
    read = club.query(payable, {"i": second["id"]})["node"]["payable"]
    assert read["amount"] == "1181.00"
    given = {"creditId": note["id"], "invoiceId": second["id"], "amount": amount("181.50")}
    club.make("creditAllocate", CREDIT, given)
    read = club.query(payable, {"i": second["id"]})["node"]["payable"]
    assert read["amount"] == "999.50"
    document(club, second)
    second, note = (invoices(club, sale)[place] for place in (1, 4))
    assert (second["open"]["amount"], second["credited"]["amount"]) == ("999.50", "181.50")
    assert (note["open"]["amount"], note["status"]) == ("0.00", "TODO")
    assert owes(club, account) == ("999.50", "999.50", "0.00")
    stadium = Stadium(club)
    assert stadium.refused("creditAllocate", given) == [("INVOICE_NOT_PAYABLE", ["creditId"])]
    back = {"creditId": note["id"], "invoiceId": second["id"], "amount": amount("81.50")}
    club.make("creditUnallocate", CREDIT, back)
    assert invoices(club, sale)[1]["open"]["amount"] == "1081.00"
    assert stadium.refused("creditAllocate", {**given, "amount": amount("81.51")}) == [
        ("ALLOCATION_TOO_LARGE", ["amount"])
    ]
    club.make("creditUnallocate", CREDIT, {"creditId": note["id"], "invoiceId": second["id"]})
    assert stadium.refused("creditUnallocate", back) == [("ALLOCATION_TOO_LARGE", ["invoiceId"])]
    assert owes(club, account) == ("999.50", "1181.00", "181.50")


def test_b1_an_unpaid_document_is_open_less_its_credit(club: Club) -> None:
    sale, _ = billed(club)
    cancel(club, sale, lines=[{"lineId": sale["lines"][2]["id"]}])
    first, *_ = invoices(club, sale)
    assert (first["open"]["amount"], first["credited"]["amount"]) == ("1181.00", "181.50")
    assert owes(club, account_of(club, sale)) == ("1181.00", "1181.00", "0.00")


def test_b1_a_partly_paid_document_is_closed_first(club: Club) -> None:
    sale, (first, *_) = billed(club)
    pay(club, "1300.00", to(first, "1300.00"))
    cancel(club, sale, lines=[{"lineId": sale["lines"][2]["id"]}])
    first, *_, note = invoices(club, sale)
    assert (first["open"]["amount"], first["credited"]["amount"]) == ("0.00", "62.50")
    assert note["open"]["amount"] == "-119.00"
    assert owes(club, account_of(club, sale)) == ("-119.00", "0.00", "119.00")


def test_a_credit_pays_only_what_is_its_accounts(club: Club) -> None:
    stadium = build_stadium(club)
    stadium.account("A2")
    own, theirs = sell_to(stadium), sell_to(stadium, "A2", at=4)
    document(club, invoices(club, own)[0])
    paid_in_full(club, invoices(club, own)[0])
    cancel(club, own, lines=[{"lineId": own["lines"][2]["id"]}])
    note, foreign = invoices(club, own)[-1], invoices(club, theirs)[0]
    given = {"creditId": note["id"], "invoiceId": foreign["id"], "amount": amount("1.00")}
    assert stadium.refused("creditAllocate", given) == [("NOT_FOUND", ["invoiceId"])]
    dollars = {**given, "amount": amount("1.00", "USD")}
    assert stadium.refused("creditAllocate", dollars) == [("CURRENCY_MIXED", ["amount"])]


def test_a_chargeback_opens_what_the_payment_paid(club: Club) -> None:
    sale, (first, second, *_) = billed(club, 2)
    payment = pay(club, "1862.48", to(first, "1362.48"), to(second, "400.00"))
    assert payment["left"]["amount"] == "100.00"
    given = {"paymentId": payment["id"], "reason": "insufficient funds"}
    changed = club.make("paymentReverse", PAYMENT, given)["payment"]
    assert (changed["left"]["amount"], changed["reversedReason"]) == ("0.00", "insufficient funds")
    assert [one["open"]["amount"] for one in invoices(club, sale)[:2]] == ["1362.50", "1362.50"]
    assert entries(club)[4:] == [("ROUNDING", "0.02"), ("REOPEN", "1862.48")]
    assert owes(club, account_of(club, sale)) == ("2725.00", "2725.00", "0.00")
    assert topics(club, "payment.reversed", "invoice.reopened") == [
        "invoice.reopened",
        "payment.reversed",
    ]
    stadium = Stadium(club)
    reversed_ = [("PAYMENT_REVERSED", ["paymentId"])]
    assert stadium.refused("paymentReverse", given) == reversed_
    to_first = {"paymentId": payment["id"], "allocations": [to(first, "1.00")]}
    assert stadium.refused("paymentAllocate", to_first) == reversed_
    back = {"paymentId": payment["id"], "invoiceId": first["id"]}
    assert stadium.refused("paymentUnallocate", back) == reversed_
    refund = {"paymentId": payment["id"], "amount": amount("1.00"), "reason": "why not"}
    assert stadium.refused("refundRequest", refund) == reversed_


def test_a_chargeback_needs_a_reason_and_its_role(club: Club) -> None:
    _, (first, *_) = billed(club)
    payment = paid_in_full(club, first)
    given = {"paymentId": payment["id"], "reason": " "}
    stadium = Stadium(club)
    assert stadium.refused("paymentReverse", given) == [("REASON_REQUIRED", ["reason"])]
    given["reason"] = "bounced"
    denied: list[Any] = [("PERMISSION_DENIED", [])]
    assert stadium.refused("paymentReverse", given, role=Role.PARTNER) == denied
    assert stadium.refused("paymentReverse", given, role=Role.SALES) == denied


def test_what_will_never_be_paid_is_written_off(club: Club) -> None:
    sale, (first, second, *_) = billed(club)
    given = {"invoiceId": first["id"], "reason": "bankrupt", "amount": amount("1000.00")}
    answer = "invoice { status open { amount } }"
    found = club.make("receivableWriteOff", answer, given, role=Role.FINANCE)["invoice"]
    assert found == {"status": "PARTIAL", "open": {"amount": "362.50"}}
    stadium = Stadium(club)
    assert stadium.refused("receivableWriteOff", given) == [("WRITE_OFF_TOO_LARGE", ["amount"])]
    rest = {"invoiceId": first["id"], "reason": "bankrupt"}
    assert stadium.refused("receivableWriteOff", rest, role=Role.SALES) == [
        ("PERMISSION_DENIED", [])
    ]
    found = club.make("receivableWriteOff", answer, rest)["invoice"]
    assert found["open"]["amount"] == "0.00"
    for one in (first, second):
        again = {"invoiceId": one["id"], "reason": "bankrupt"}
        assert stadium.refused("receivableWriteOff", again) == [
            ("WRITE_OFF_TOO_LARGE", ["invoiceId"])
        ]
    assert entries(club) == [
        ("DOCUMENT", "1362.50"),
        ("WRITE_OFF", "-1000.00"),
        ("WRITE_OFF", "-362.50"),
    ]
    assert owes(club, account_of(club, sale)) == ("0.00", "0.00", "0.00")


def test_every_change_of_money_is_in_the_audit(club: Club) -> None:
    _, (first, second, *_) = billed(club, 2)
    payment = pay(club, "1500.00", to(first, "1000.00"))
    more = {"paymentId": payment["id"], "allocations": [to(second, "500.00")]}
    club.make("paymentAllocate", "payment { id }", more)
    back = {"paymentId": payment["id"], "invoiceId": second["id"]}
    club.make("paymentUnallocate", "payment { id }", back)
    given = {"paymentId": payment["id"], "reason": "bounced"}
    club.make("paymentReverse", "payment { id }", given)
    document_ = """query($id: [ID!]) { auditEntries(first: 20, sort: CREATED_AT_ASC,
      filter: {entityId: $id}) { nodes { action after } } }"""
    nodes = club.query(document_, {"id": [payment["id"]]})["auditEntries"]["nodes"]
    assert [one["action"] for one in nodes] == [
        "payment.recorded",
        "payment.allocated",
        "payment.unallocated",
        "payment.reversed",
    ]
    assert [one["after"].get("left_minor") for one in nodes] == [50_000, 0, 50_000, 0]
    assert nodes[3]["after"]["reversed_reason"] == "bounced"


def test_a_key_that_is_sent_again_pays_once(club: Club) -> None:
    _, (first, *_) = billed(club)
    given = received("5.00", allocations=[to(first, "5.00")], idempotencyKey="once-and-only")
    one = club.make("paymentRecord", PAYMENT, given)["payment"]
    other = club.make("paymentRecord", PAYMENT, given)["payment"]
    assert one["id"] == other["id"]
    assert len(entries(club)) == 2
