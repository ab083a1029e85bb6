"""Documents as accounting systems report them: accepted, drafts, repeated, late, malformed."""

import pytest

from app.domain.permissions import Role
from tests.api.documented import (
    balance,
    cancel,
    claim,
    document,
    invoices,
    report,
    sell_example,
    sell_to,
    topics,
)
from tests.club import Club
from tests.stadium import Stadium, amount, build_stadium


def refused(club: Club, given: dict[str, object], **caller: object) -> list[tuple[str, list[str]]]:
    return Stadium(club).refused("invoiceDocumentRecord", given, **caller)  # type: ignore[arg-type]


def test_a_document_makes_its_invoice_payable(club: Club) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    assert (first["status"], first["open"]["amount"], first["isFrozen"]) == ("TODO", "0.00", False)
    made = document(club, first, reference="+++090/9337/55493+++")
    assert (made["state"], made["type"], made["source"]) == ("ACCEPTED", "INVOICE", "BOOKS")
    amounts = [made[name]["amount"] for name in ("net", "vat", "gross", "rounding")]
    assert amounts == ["1250.00", "112.50", "1362.50", "0.00"]
    assert made["invoice"]["status"] == "OPEN"
    found = invoices(club, sale)
    assert [one["status"] for one in found] == ["OPEN", "TODO", "TODO", "TODO"]
    assert found[0]["open"]["amount"] == "1362.50"
    assert found[0]["document"] == {
        "id": made["id"],
        "state": "ACCEPTED",
        "number": found[0]["documentNumber"],
    }
    assert (found[0]["issuedOn"], found[0]["dueOn"]) == ("2030-01-15", "2030-02-14")
    assert balance(club) == 136_250
    assert topics(club, "invoice.documented", "invoice.mismatched") == ["invoice.documented"]


def test_b11_cents_are_accepted_as_rounding_and_a_full_credit_ends_at_nothing(club: Club) -> None:
    sale = sell_example(club)
    made = document(club, invoices(club, sale)[0], "1362.51")
    assert (made["state"], made["rounding"]["amount"]) == ("ACCEPTED", "0.01")
    assert made["invoice"]["open"]["amount"] == "1362.51"
    assert (made["net"]["amount"], made["vat"]["amount"]) == ("1250.00", "112.51")
    assert balance(club) == 136_251
    cancel(club, sale)
    assert balance(club) == 0
    first, *_, note = invoices(club, sale)
    assert (first["status"], first["open"]["amount"]) == ("CREDITED", "0.00")
    assert (note["kind"], note["open"]["amount"]) == ("CREDIT_NOTE", "0.00")
    assert note["originals"] == [{"code": first["code"]}]
    assert first["creditNotes"] == [{"code": note["code"]}]
    own = document(club, note)
    assert (own["type"], own["gross"]["amount"]) == ("CREDIT_NOTE", "-1362.51")
    assert balance(club) == 0
    assert invoices(club, sale)[-1]["status"] == "CREDITED"


def test_b11_a_larger_difference_is_a_mismatch_and_nothing_is_payable(club: Club) -> None:
    sale = sell_example(club)
    made = document(club, invoices(club, sale)[0], "1372.50")
    assert (made["state"], made["rounding"]["amount"]) == ("MISMATCH", "10.00")
    assert made["invoice"]["status"] == "PENDING"
    assert made["invoice"]["open"]["amount"] == "0.00"
    assert balance(club) == 0
    assert topics(club, "invoice.documented", "invoice.mismatched") == ["invoice.mismatched"]


def test_b10_a_credit_note_waits_for_the_number_of_a_claimed_invoice(club: Club) -> None:
    sale = sell_example(club)
    codes = claim(club, limit=1)
    cancel(club, sale, lines=[{"lineId": sale["lines"][2]["id"]}])
    first, *rest, note = invoices(club, sale)
    assert (first["status"], note["status"]) == ("PENDING", "PENDING")
    assert [one["gross"]["amount"] for one in rest] == ["1181.00"] * 3
    assert (note["gross"]["amount"], note["open"]["amount"]) == ("-181.50", "0.00")
    assert note["waitsFor"] == [{"code": codes[0]}]
    assert note["code"] not in claim(club, "OTHER")
    early = report(note)
    assert refused(club, early) == [("INVOICE_NOT_BILLABLE", [])]
    document(club, first)
    first, *_, note = invoices(club, sale)
    assert (first["status"], first["open"]["amount"]) == ("PARTIAL", "1181.00")
    assert first["credited"]["amount"] == "181.50"
    assert (note["status"], note["waitsFor"]) == ("TODO", [])
    assert balance(club) == 118_100
    assert claim(club) == [note["code"]]
    own = document(club, note, "181.50", type="CREDIT_NOTE")
    assert own["gross"]["amount"] == "-181.50"
    assert invoices(club, sale)[-1]["status"] == "CREDITED"
    assert balance(club) == 118_100


def test_a_document_may_come_after_the_whole_sale_was_cancelled(club: Club) -> None:
    sale = sell_example(club)
    claim(club, limit=2)
    cancel(club, sale)
    first, second, third, fourth, *notes = invoices(club, sale)
    assert [one["status"] for one in (third, fourth)] == ["VOID", "VOID"]
    assert [one["status"] for one in notes] == ["PENDING", "PENDING"]
    document(club, second)
    assert [one["status"] for one in invoices(club, sale)] == [
        "PENDING",
        "CREDITED",
        "VOID",
        "VOID",
        "PENDING",
        "TODO",
    ]
    document(club, first, issuedOn="2029-12-31", dueOn="2030-01-30")
    assert [one["open"]["amount"] for one in invoices(club, sale)] == ["0.00"] * 6
    assert balance(club) == 0
    assert refused(club, report(third)) == [("INVOICE_NOT_BILLABLE", [])]


def test_a_draft_number_keeps_the_invoice_pending_until_the_final_one_comes(club: Club) -> None:
    sale = sell_example(club)
    claim(club, limit=1)
    first = invoices(club, sale)[0]
    made = document(club, first, number="D2026001")
    assert (made["state"], made["invoice"]["status"]) == ("DRAFT", "PENDING")
    assert balance(club) == 0
    again = document(club, first, number="D2026001")
    assert again["id"] == made["id"]
    other = document(club, first, number="D2026002", dueOn="2030-03-01")
    assert other["id"] != made["id"]
    assert first["code"] not in claim(club, "OTHER")
    final = document(club, first, number="F2026001")
    assert (final["state"], final["invoice"]["status"]) == ("ACCEPTED", "OPEN")
    text = """query($i: [ID!]) { invoiceDocuments(filter: {invoiceId: $i}, sort: CREATED_AT_DESC) {
      nodes { number state decidedReason } } }"""
    rows = club.query(text, {"i": [first["id"]]})["invoiceDocuments"]["nodes"]
    assert [(one["number"], one["state"], one["decidedReason"]) for one in rows] == [
        ("F2026001", "ACCEPTED", None),
        ("D2026002", "REJECTED", "replaced by F2026001"),
        ("D2026001", "REJECTED", "replaced by D2026002"),
    ]


def test_the_same_number_with_the_same_content_is_accepted_again(club: Club) -> None:
    sale = sell_example(club)
    first, second, *_ = invoices(club, sale)
    made = document(club, first, number="F1", reference="A 1")
    assert document(club, first, number="F1", reference="a-1")["id"] == made["id"]
    bare = report(first, number="F1")
    del bare["dueOn"]
    assert club.make("invoiceDocumentRecord", "invoiceDocument { id }", bare)[
        "invoiceDocument"
    ] == {"id": made["id"]}
    assert balance(club) == 136_250
    conflict = [("DOCUMENT_CONFLICT", ["number"])]
    assert refused(club, report(first, "1362.51", number="F1")) == conflict
    assert refused(club, report(first, number="F1", dueOn="2030-02-15")) == conflict
    assert refused(club, report(first, number="F1", reference="B 1")) == conflict
    assert refused(club, report(second, number="F1")) == conflict
    assert document(club, second, number="F1", source="OTHER")["state"] == "ACCEPTED"


def test_an_invoice_has_one_document(club: Club) -> None:
    first, second, *_ = invoices(club, sell_example(club))
    document(club, first)
    document(club, second, "1.00")
    for one in (first, second):
        assert refused(club, report(one)) == [("DOCUMENT_EXISTS", ["number"])]


def test_a_missing_due_date_follows_the_payment_term(club: Club) -> None:
    given = report(invoices(club, sell_example(club))[0])
    del given["dueOn"]
    made = club.make("invoiceDocumentRecord", "invoiceDocument { dueOn }", given)
    assert made["invoiceDocument"]["dueOn"] == "2030-02-14"


def test_a_malformed_report_is_refused_whole(club: Club) -> None:
    first = invoices(club, sell_example(club))[0]
    assert refused(club, report(first, dueOn="2030-01-14")) == [("DATE_RANGE_INVALID", ["dueOn"])]
    wrong = report(first, net=amount("1250.00"), vat=amount("112.50"), gross=amount("1362.51"))
    assert refused(club, wrong) == [("AMOUNT_INVALID", ["gross"])]
    dollars = report(first, gross=amount("1362.50", "USD"))
    assert refused(club, dollars) == [("CURRENCY_MIXED", ["currency"])]
    mixed = report(first, net=amount("1250.00"), gross=amount("1362.50", "USD"))
    assert refused(club, mixed) == [("CURRENCY_MIXED", ["gross", "currency"])]
    note = report(first, "-1362.50", type="CREDIT_NOTE")
    found = refused(club, note)
    assert found == [("INPUT_INVALID", ["type"]), ("INVOICE_AMOUNT_NEGATIVE", ["gross"])]
    both = report(first, invoiceId=first["id"])
    assert refused(club, both) == [("INPUT_INVALID", ["invoiceId"])]
    nobody = report({"code": "S-2026-999999-01"})
    assert refused(club, nobody) == [("NOT_FOUND", ["code"])]


def test_drafts_are_not_billed(club: Club) -> None:
    stadium = build_stadium(club)
    line = stadium.line("SCARF", 1, "600.00", bundleId=None)
    sale = stadium.equal(stadium.add(stadium.begin(), line), 2)
    assert refused(club, report(sale["invoices"][0])) == [("INVOICE_NOT_BILLABLE", [])]
    assert claim(club, until="2100-01-01") == []


def test_another_clubs_instalments_do_not_exist(club: Club, other_club: Club) -> None:
    build_stadium(club)
    theirs = invoices(other_club, sell_example(other_club))[0]
    assert refused(club, report(theirs)) == [("NOT_FOUND", ["code"])]
    by_id = report(theirs, invoiceId=theirs["id"])
    del by_id["code"]
    assert refused(club, by_id) == [("NOT_FOUND", ["invoiceId"])]
    assert balance(other_club) == 0


@pytest.mark.parametrize("role", [Role.SALES, Role.OPERATIONS, Role.ANALYST])
def test_only_finance_and_partners_report_documents(club: Club, role: Role) -> None:
    first = invoices(club, sell_example(club))[0]
    assert refused(club, report(first), role=role) == [("PERMISSION_DENIED", [])]


def test_partners_report_documents_and_do_not_decide(club: Club) -> None:
    first = invoices(club, sell_example(club))[0]
    given = report(first, "2000.00")
    made = club.make("invoiceDocumentRecord", "invoiceDocument { id }", given, role=Role.PARTNER)
    wanted = {"id": made["invoiceDocument"]["id"], "decision": "ACCEPT", "reason": "agreed"}
    found = Stadium(club).refused("invoiceDocumentDecide", wanted, role=Role.PARTNER)
    assert found == [("PERMISSION_DENIED", [])]


def test_a_portal_user_sees_accepted_documents_of_their_own_only(club: Club) -> None:
    stadium = build_stadium(club)
    stadium.account("A2")
    first, second, *_ = invoices(club, sell_to(stadium))
    other = invoices(club, sell_to(stadium, "A2", at=4))[0]
    own = document(club, first)
    document(club, second, "2000.00")
    document(club, other)
    text = "{ invoiceDocuments { nodes { id } } }"
    caller = {"role": Role.PORTAL, "account_id": stadium.uuid(stadium.ids["A1"])}
    assert club.query(text, **caller)["invoiceDocuments"]["nodes"] == [{"id": own["id"]}]  # type: ignore[arg-type]


def test_a_document_source_has_its_own_tolerance(club: Club) -> None:
    first, second, third, *_ = invoices(club, sell_example(club))
    source = {"code": "BOOKS", "name": "Books"}
    fields = "documentSource { id toleranceMinor isActive version }"
    made = club.make("documentSourceCreate", fields, source)["documentSource"]
    assert (made["toleranceMinor"], made["isActive"]) == (5, True)
    assert document(club, first, "1362.60")["state"] == "MISMATCH"
    about = {"id": made["id"], "expectedVersion": made["version"]}
    made = club.make("documentSourceUpdate", fields, {**about, "toleranceMinor": 10})
    assert document(club, second, "1362.60")["state"] == "ACCEPTED"
    about["expectedVersion"] = 2
    club.make("documentSourceUpdate", fields, {**about, "isActive": False})
    assert refused(club, report(third)) == [("INPUT_INVALID", ["source"])]
    found = Stadium(club).refused("invoiceClaim", {"source": "BOOKS", "limit": 1})
    assert found == [("INPUT_INVALID", ["source"])]
