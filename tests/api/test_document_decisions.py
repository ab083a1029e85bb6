"""Documents that differ from their invoices, and corrections of dates and references."""

from typing import Any

import pytest
from sqlalchemy import text

from app.domain.permissions import Role
from tests.api.documented import (
    DOCUMENT,
    balance,
    cancel,
    claim,
    document,
    invoices,
    sell_example,
    topics,
)
from tests.club import Club
from tests.stadium import Stadium, build_stadium


def decide(club: Club, made: dict[str, Any], decision: str, reason: str = "agreed") -> Any:
    given = {"id": made["id"], "decision": decision, "reason": reason}
    return club.make("invoiceDocumentDecide", DOCUMENT, given)["invoiceDocument"]


def refused(club: Club, name: str, given: dict[str, Any], **caller: Any) -> list[Any]:
    return Stadium(club).refused(name, given, **caller)


def test_a_mismatch_is_accepted_as_it_is(club: Club) -> None:
    sale = sell_example(club)
    made = document(club, invoices(club, sale)[0], "1372.50")
    after = decide(club, made, "ACCEPT")
    assert (after["state"], after["decidedReason"]) == ("ACCEPTED", "agreed")
    assert after["decidedBy"].startswith("root:")
    assert after["invoice"]["open"]["amount"] == "1372.50"
    assert balance(club) == 137_250
    cancel(club, sale)
    assert balance(club) == 0
    assert invoices(club, sale)[0]["status"] == "CREDITED"


def test_a_rejected_document_waits_for_another_of_the_same_source(club: Club) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    made = document(club, first, "1372.50", number="F1")
    assert decide(club, made, "REJECT", "wrong total")["state"] == "REJECTED"
    found = invoices(club, sale)[0]
    assert (found["status"], found["claimedBy"]) == ("PENDING", "BOOKS")
    assert (found["claimExpiresAt"], found["document"]) == (None, None)
    assert first["code"] not in claim(club, "OTHER")
    again = document(club, first, number="F1")
    assert (again["state"], again["invoice"]["status"]) == ("ACCEPTED", "OPEN")
    assert balance(club) == 136_250


def test_a_rejected_document_is_offered_again_on_request(club: Club) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    made = document(club, first, "1372.50")
    decide(club, made, "REJECT_AND_OFFER")
    found = invoices(club, sale)[0]
    assert (found["status"], found["isFrozen"]) == ("TODO", False)
    assert topics(club, "invoice.released") == ["invoice.released"]
    assert claim(club, "OTHER", limit=1) == [first["code"]]


def test_what_was_credited_before_a_rejection_stays_frozen(club: Club) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    made = document(club, first, "1372.50")
    cancel(club, sale, lines=[{"lineId": sale["lines"][2]["id"]}])
    decide(club, made, "REJECT_AND_OFFER")
    found = invoices(club, sale)
    assert (found[0]["status"], found[0]["isFrozen"]) == ("PENDING", True)
    assert [one["code"] for one in found[-1]["waitsFor"]] == [first["code"]]
    document(club, first)
    found = invoices(club, sale)
    assert (found[0]["open"]["amount"], found[-1]["waitsFor"]) == ("1181.00", [])
    assert balance(club) == 118_100


def test_a_credit_note_on_a_mismatch_waits_for_the_decision(club: Club) -> None:
    sale = sell_example(club)
    made = document(club, invoices(club, sale)[0], "1372.50")
    cancel(club, sale)
    assert balance(club) == 0
    decide(club, made, "ACCEPT")
    assert [one["status"] for one in invoices(club, sale)] == [
        "CREDITED",
        "VOID",
        "VOID",
        "VOID",
        "TODO",
    ]
    assert balance(club) == 0


def test_a_drafts_number_is_rejected_but_not_accepted(club: Club) -> None:
    sale = sell_example(club)
    made = document(club, invoices(club, sale)[0], number="D1")
    given = {"id": made["id"], "decision": "ACCEPT", "reason": "agreed"}
    wrong = [("DOCUMENT_STATE_INVALID", ["id"])]
    assert refused(club, "invoiceDocumentDecide", given) == wrong
    decide(club, made, "REJECT_AND_OFFER")
    assert invoices(club, sale)[0]["status"] == "TODO"
    given |= {"decision": "REJECT"}
    assert refused(club, "invoiceDocumentDecide", given) == wrong


def test_a_decision_needs_a_reason_and_something_to_decide(club: Club) -> None:
    first, second, *_ = invoices(club, sell_example(club))
    made = document(club, first, "1372.50")
    given = {"id": made["id"], "decision": "ACCEPT", "reason": " "}
    assert refused(club, "invoiceDocumentDecide", given) == [("REASON_REQUIRED", ["reason"])]
    given["reason"] = "x" * 4_001
    assert refused(club, "invoiceDocumentDecide", given) == [("TEXT_TOO_LONG", ["reason"])]
    given |= {"id": document(club, second)["id"], "reason": "agreed"}
    for decision in ("ACCEPT", "REJECT", "REJECT_AND_OFFER"):
        given["decision"] = decision
        found = refused(club, "invoiceDocumentDecide", given)
        assert found == [("DOCUMENT_STATE_INVALID", ["id"])]


@pytest.mark.parametrize("role", [Role.SALES, Role.OPERATIONS, Role.ANALYST, Role.PARTNER])
def test_only_finance_decides(club: Club, role: Role) -> None:
    made = document(club, invoices(club, sell_example(club))[0], "1372.50")
    given = {"id": made["id"], "decision": "ACCEPT", "reason": "agreed"}
    assert refused(club, "invoiceDocumentDecide", given, role=role) == [("PERMISSION_DENIED", [])]


def test_another_clubs_documents_do_not_exist(club: Club, other_club: Club) -> None:
    build_stadium(club)
    made = document(other_club, invoices(other_club, sell_example(other_club))[0], "1372.50")
    given = {"id": made["id"], "decision": "ACCEPT", "reason": "agreed"}
    assert refused(club, "invoiceDocumentDecide", given) == [("NOT_FOUND", ["id"])]
    given = {"ids": [made["id"]], "dueOn": "2030-03-01"}
    assert refused(club, "invoiceDocumentUpdate", given) == [("NOT_FOUND", ["ids", "0"])]
    assert balance(other_club) == 0


def test_due_dates_and_references_of_many_documents_are_corrected(club: Club) -> None:
    sale = sell_example(club)
    made = [document(club, one, reference="A") for one in invoices(club, sale)[:2]]
    ids = [one["id"] for one in made]
    given = {"ids": ids, "dueOn": "2030-03-31", "reference": "+++090/9337/55493+++"}
    fields = "invoiceDocuments { number dueOn reference }"
    after = club.make("invoiceDocumentUpdate", fields, given)["invoiceDocuments"]
    assert [one["dueOn"] for one in after] == ["2030-03-31"] * 2
    assert [one["dueOn"] for one in invoices(club, sale)[:2]] == ["2030-03-31"] * 2
    club.make("invoiceDocumentUpdate", fields, {"ids": ids[:1], "reference": None})
    query = """query($f: AuditEntryFilter) { auditEntries(filter: $f) {
      nodes { action before after } } }"""
    wanted = {"f": {"entity": ["invoice_document"], "action": ["invoice_document.changed"]}}
    entries = club.query(query, wanted)["auditEntries"]["nodes"]
    assert len(entries) == 3
    keys = [one["after"]["reference_key"] for one in entries]
    assert sorted(keys, key=str) == ["090933755493", "090933755493", None]


def test_a_correction_is_refused_whole(club: Club) -> None:
    first, second, *_ = invoices(club, sell_example(club))
    made, other = document(club, first), document(club, second, "1372.50")
    ids = [made["id"], other["id"]]
    early = {"ids": ids, "dueOn": "2030-01-14"}
    wrong = [("DATE_RANGE_INVALID", ["dueOn"])] * 2
    assert refused(club, "invoiceDocumentUpdate", early) == wrong
    nothing = {"ids": ids, "dueOn": None}
    assert refused(club, "invoiceDocumentUpdate", nothing) == [("DATE_INVALID", ["dueOn"])]
    long = {"ids": ids, "reference": "x" * 201}
    assert refused(club, "invoiceDocumentUpdate", long) == [("TEXT_TOO_LONG", ["reference"])]
    decide(club, other, "REJECT")
    late = {"ids": ids, "dueOn": "2030-03-31"}
    found = [("DOCUMENT_STATE_INVALID", ["ids", "1"])]
    assert refused(club, "invoiceDocumentUpdate", late) == found


def test_a_closed_period_posts_a_late_document_on_the_first_open_day(club: Club) -> None:
    first = invoices(club, sell_example(club))[0]
    statement = "UPDATE organisation SET closed_through_on = '2098-12-31' WHERE id = :club"
    with club.runner.engine.begin() as connection:
        connection.execute(text(statement), {"club": club.organisation.id})
    document(club, first)
    query = "SELECT posted_on, document_on FROM ledger_entry WHERE organisation_id = :club"
    with club.runner.engine.connect() as connection:
        row = connection.execute(text(query), {"club": club.organisation.id}).one()
    assert (str(row.posted_on), str(row.document_on)) == ("2099-01-01", "2030-01-15")
