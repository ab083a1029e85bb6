"""Credit notes go the same way as invoices, and name the documents that they credit."""

from datetime import timedelta
from typing import Any

import pytest

from tests.club import Club
from tests.fingerprint import fingerprint
from tests.http.billing_club import TODAY, BillingClub, billing_club
from tests.scenarios.cancelled import seen, whole_line


@pytest.fixture
def billing(club: Club) -> BillingClub:
    return billing_club(club)


def sell_e0(billing: BillingClub) -> dict[str, Any]:
    """4 seats 4,000 (6 %), 2 parkings 400 and a gift 600 (21 %), a quarter of it due today."""
    stadium = billing.stadium
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 4, "1000.00", seatIds=stadium.seats[:4]),
        stadium.line("PARKING", 2, "200.00", parkingIds=stadium.parkings[:2]),
        stadium.line("SCARF", 1, "600.00", bundleId=None),
    )
    recipe = {"equal": {"count": 4, "firstOn": TODAY.isoformat()}}
    return stadium.act("saleFinalise", stadium.act("invoiceScheduleSet", sale, recipe=recipe))


def cancel(billing: BillingClub, sale: dict[str, Any], **selection: Any) -> None:
    """Cancel a part of a Sale, as its preview showed it."""
    club = billing.club
    preview = club.query(
        """query($input: SaleCancelPreviewInput!) {
          saleCancelPreview(input: $input) { preview { previewHash } userErrors { code } } }""",
        {"input": {"saleId": sale["id"], **selection}},
    )["saleCancelPreview"]["preview"]
    given = {"saleId": sale["id"], "reason": "ill", "previewHash": preview["previewHash"]}
    club.make("saleCancel", "cancellation { id }", {**given, **selection})


def test_a_credit_note_names_what_it_credits(billing: BillingClub) -> None:
    """Example B1: the document of 1,362.50 is credited by 181.50, and 1,181.00 stays open."""
    sale = sell_e0(billing)
    code = billing.claim()[0]["instalmentCode"]
    billing.done("PUT", "/instalments", billing.document(code, "F2026/1"))
    cancel(billing, sale, lines=whole_line(sale, 3))
    (note,) = billing.claim()
    assert (note["kind"], note["status"]) == ("CREDIT_NOTE", "PENDING")
    assert (note["net"], note["vat"], note["gross"]) == ("-150.00", "-31.50", "-181.50")
    assert note["originals"] == [
        {"instalmentCode": code, "invoiceNumber": "F2026/1", "invoiceDate": TODAY.isoformat()}
    ]
    (line,) = note["lines"]
    assert (line["productCode"], line["net"], line["originalCode"]) == ("SCARF", "-150.00", code)
    assert note["vatSummary"] == [
        {
            "vatCategory": "S",
            "vatRate": "21.00",
            "net": "-150.00",
            "vat": "-31.50",
            "originalCode": code,
        }
    ]
    assert billing.done("GET", f"/instalments/{code}")["openAmount"] == "1181.00"
    # Totals of a credit note may come as positive numbers.
    report = billing.document(note["instalmentCode"], "CN1", grossAmount="181.50")
    (result,) = billing.done("PUT", "/instalments", report)["results"]
    assert (result["status"], result["documentState"]) == ("CREDITED", "ACCEPTED")
    assert billing.done("GET", f"/instalments/{code}")["openAmount"] == "1181.00"


def test_a_credit_note_waits_until_its_original_has_a_number(billing: BillingClub) -> None:
    sale = sell_e0(billing)
    code = billing.claim()[0]["instalmentCode"]
    cancel(billing, sale, lines=whole_line(sale, 3))
    assert billing.claim() == billing.claim(claim=False) == []
    waiting = next(one for one in seen(billing.stadium, sale)["invoices"] if one["waitsFor"])
    before = fingerprint(billing.club)
    report = billing.document(waiting["code"], "CN1")
    problem = billing.refused(409, "PUT", "/instalments", report)
    assert problem["code"] == "INVOICE_NOT_BILLABLE"
    assert fingerprint(billing.club) == before
    billing.done("PUT", "/instalments", billing.document(code, "D1"))
    assert billing.claim(claim=False) == []
    billing.done("PUT", "/instalments", billing.document(code, "F1"))
    (note,) = billing.claim(claim=False)
    assert note["instalmentCode"] == waiting["code"]
    assert note["originals"][0]["invoiceNumber"] == "F1"


def test_no_payment_comes_in_for_a_credit_note(billing: BillingClub) -> None:
    sale = sell_e0(billing)
    code = billing.claim()[0]["instalmentCode"]
    billing.done("PUT", "/instalments", billing.document(code, "F1"))
    cancel(billing, sale, lines=whole_line(sale, 3))
    (note,) = billing.claim()
    before = fingerprint(billing.club)
    payment = {"externalId": "B1", "amount": "1.00", "date": TODAY.isoformat()}
    path = f"/instalments/{note['instalmentCode']}/payments"
    assert billing.refused(409, "PUT", path, payment)["code"] == "INVOICE_NOT_PAYABLE"
    assert fingerprint(billing.club) == before


def test_a_payment_of_a_closed_period_is_posted_on_the_first_open_day(
    billing: BillingClub,
) -> None:
    code = billing.sell()["invoices"][0]["code"]
    billing.done("PUT", "/instalments", billing.document(code, "F1"))
    through = TODAY - timedelta(days=2)
    billing.club.make("accountingPeriodClose", "", {"throughOn": through.isoformat()})
    paid_on = (TODAY - timedelta(days=10)).isoformat()
    payment = {"externalId": "B1", "amount": "53.00", "date": paid_on}
    (result,) = billing.done("PUT", f"/instalments/{code}/payments", payment)["results"]
    assert result["status"] == "RECEIVED"
    document = "{ ledgerEntries(first: 9) { nodes { type postedOn documentOn } } }"
    entries = billing.club.query(document)["ledgerEntries"]["nodes"]
    (entry,) = (one for one in entries if one["type"] == "PAYMENT")
    first_open = (through + timedelta(days=1)).isoformat()
    assert entry == {"type": "PAYMENT", "postedOn": first_open, "documentOn": paid_on}
