"""Instalments go out once, with everything that an invoicing system needs."""

import pytest

from tests.club import Club
from tests.fingerprint import fingerprint
from tests.http.billing_club import TODAY, BillingClub, billing_club


@pytest.fixture
def billing(club: Club) -> BillingClub:
    return billing_club(club)


def test_what_is_due_is_offered_with_all_that_an_invoice_needs(billing: BillingClub) -> None:
    stadium = billing.stadium
    sale = stadium.begin(reference="PO 4711")
    seat = stadium.line("SEAT", 2, "500.00", seatIds=stadium.seats[:2])
    parking = stadium.line("PARKING", 1, "100.00", parkingIds=stadium.parkings[:1])
    sale = stadium.add(sale, seat, parking)
    recipe = {"equal": {"count": 2, "firstOn": TODAY.isoformat()}}
    sale = stadium.act("saleFinalise", stadium.act("invoiceScheduleSet", sale, recipe=recipe))
    answer = billing.done("GET", "/instalments", source="exact")
    assert (answer["source"], answer["isClaimed"]) == ("exact", True)
    (one,) = answer["instalments"]
    assert one["instalmentCode"] == sale["invoices"][0]["code"] == f"{sale['code']}-01"
    assert (one["saleCode"], one["saleReference"]) == (sale["code"], "PO 4711")
    assert (one["kind"], one["status"], one["claimedBy"]) == ("INVOICE", "PENDING", "exact")
    assert one["plannedOn"] == TODAY.isoformat()
    assert one["customer"] == {
        "id": stadium.ids["A1"],
        "code": "A1",
        "customerCode": None,
        "name": "Account A1",
    }
    assert (one["currency"], one["net"], one["vat"], one["gross"]) == (
        "EUR",
        "550.00",
        "40.50",
        "590.50",
    )
    assert [
        (line["lineNo"], line["productCode"], line["quantity"], line["net"], line["vat"])
        for line in one["lines"]
    ] == [(1, "SEAT", 2, "500.00", "30.00"), (2, "PARKING", 1, "50.00", "10.50")]
    assert [line["productId"] for line in one["lines"]] == [
        stadium.ids["SEAT"],
        stadium.ids["PARKING"],
    ]
    assert one["vatSummary"] == [
        {
            "vatCategory": "S",
            "vatRate": rate,
            "net": net,
            "vat": vat,
            "originalCode": None,
        }
        for rate, net, vat in (("6.00", "500.00", "30.00"), ("21.00", "50.00", "10.50"))
    ]
    assert one["originals"] == []


def test_a_claim_keeps_everybody_away_and_reading_does_not(billing: BillingClub) -> None:
    billing.sell()
    code = f"{billing.sell()['code']}-01"
    assert len(billing.claim(claim=False)) == 2
    assert [one["status"] for one in billing.claim(claim=False)] == ["TODO", "TODO"]
    assert len(billing.claim(limit=1, source="exact")) == 1
    assert [one["instalmentCode"] for one in billing.claim(source="exact")] == [code]
    assert billing.claim(source="exact") == billing.claim(source="other") == []
    assert len(billing.claim(status="PENDING", source="exact")) == 2
    assert billing.claim(status="PENDING", source="other") == []


def test_a_lost_answer_is_got_again_with_its_key(billing: BillingClub) -> None:
    billing.sell()
    key = {"idempotency-key": "poll-2026-08-01"}
    first = billing.done("GET", "/instalments", headers=key)
    again = billing.done("GET", "/instalments", headers=key)
    assert len(first["instalments"]) == 1
    assert again == first
    problem = billing.refused(409, "GET", "/instalments", headers=key, limit=3)
    assert problem["code"] == "IDEMPOTENCY_KEY_REUSED"


def test_what_is_not_due_is_offered_up_to_a_day(billing: BillingClub) -> None:
    sale = billing.sell(count=3)
    until = sale["invoices"][1]["plannedOn"]
    assert len(billing.claim(until=until, claim=False)) == 2
    assert len(billing.claim()) == 1


def test_drafts_are_not_offered(billing: BillingClub) -> None:
    stadium = billing.stadium
    line = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    sale = stadium.add(stadium.begin(), line)
    recipe = {"equal": {"count": 1, "firstOn": TODAY.isoformat()}}
    stadium.act("invoiceScheduleSet", sale, recipe=recipe)
    assert billing.claim() == []


def test_one_instalment_is_read_by_its_code(billing: BillingClub) -> None:
    code = f"{billing.sell()['code']}-02"
    one = billing.done("GET", f"/instalments/{code}")
    assert (one["instalmentCode"], one["status"], one["openAmount"]) == (code, "FUTURE", None)


def test_nothing_of_another_club_is_offered_or_found(
    billing: BillingClub, other_club: Club
) -> None:
    other = billing_club(other_club)
    # Both clubs number from 1: only the second Sale's code is the other's alone.
    codes = [f"{other.sell()['code']}-01" for _ in range(2)]
    billing.sell()
    before = fingerprint(other_club)
    theirs = {one["id"] for one in other.claim(claim=False)}
    assert not theirs & {one["id"] for one in billing.claim()}
    for path in (f"/instalments/{codes[1]}", f"/instalments/{codes[1]}/payments"):
        method = "PUT" if path.endswith("payments") else "GET"
        payment = {"externalId": "BK-1", "amount": "1.00", "date": TODAY.isoformat()}
        problem = billing.refused(404, method, path, payment if method == "PUT" else None)
        assert problem["code"] == "NOT_FOUND"
    problem = billing.refused(404, "PUT", "/instalments", billing.document(codes[1], "F1"))
    assert [one["field"] for one in problem["errors"]] == ["instalmentCode"]
    assert fingerprint(other_club) == before


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"until": "01/08/2026"}, "until"),
        ({"source": "two words"}, "source"),
        ({"claim": "perhaps"}, "claim"),
        ({"status": "OPEN"}, "status"),
        ({"limt": 5}, "limt"),
    ],
)
def test_a_wrong_parameter_is_named_and_nothing_is_claimed(
    billing: BillingClub, query: dict[str, object], field: str
) -> None:
    billing.sell()
    before = fingerprint(billing.club)
    problem = billing.refused(422, "GET", "/instalments", **query)
    assert [one["field"] for one in problem["errors"]] == [field]
    assert fingerprint(billing.club) == before
