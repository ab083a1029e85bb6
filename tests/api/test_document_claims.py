"""Claims: which system makes which documents, so that no invoice gets two."""

import itertools
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from app.commands.claims import ClaimInvoices, claim_invoices
from app.domain.permissions import Actor, Role
from app.storage.engine import Engine
from tests.api.documented import (
    cancel,
    claim,
    document,
    invoices,
    report,
    sell_example,
    sell_to,
    topics,
)
from tests.club import Club, fresh_key
from tests.scenarios.rivals import race, watching_deadlocks
from tests.stadium import Stadium, build_stadium


def refused(club: Club, name: str, given: dict[str, Any], **caller: Any) -> list[Any]:
    return Stadium(club).refused(name, given, **caller)


def let_leases_end(engine: Engine, club: Club) -> None:
    """Put the end of all leases into the past, as time would."""
    statement = """UPDATE receivable SET claim_expires_at = now() - interval '1 minute'
      WHERE organisation_id = :club AND claim_expires_at IS NOT NULL"""
    with engine.begin() as connection:
        connection.execute(text(statement), {"club": club.organisation.id})


def test_due_invoices_are_claimed_earliest_first_and_freeze(club: Club) -> None:
    sale = sell_example(club)
    codes = [one["code"] for one in invoices(club, sale)]
    assert claim(club, limit=2) == codes[:2]
    found = invoices(club, sale)
    assert [one["status"] for one in found] == ["PENDING", "PENDING", "TODO", "TODO"]
    assert [one["claimedBy"] for one in found] == ["BOOKS", "BOOKS", None, None]
    assert [one["isFrozen"] for one in found] == [True, True, False, False]
    assert claim(club, "OTHER") == codes[2:]
    assert claim(club) == []
    assert topics(club, "invoice.claimed") == ["invoice.claimed"] * 4


def test_future_invoices_are_claimed_by_name_or_by_a_later_day_only(club: Club) -> None:
    sale = sell_example(club, is_due=False)
    first, second, third, _ = invoices(club, sale)
    assert first["status"] == "FUTURE"
    assert claim(club) == []
    assert claim(club, limit=None, codes=[second["code"]]) == [second["code"]]
    assert claim(club, limit=None, invoiceIds=[third["id"]]) == [third["code"]]
    assert claim(club, until="2100-01-01", limit=1) == [first["code"]]


def test_another_source_waits_until_the_lease_ends(club: Club, engine: Engine) -> None:
    sale = sell_example(club)
    first, second, *_ = invoices(club, sale)
    wanted = {"source": "OTHER", "invoiceIds": [second["id"], first["id"]]}
    assert claim(club, limit=1) == [first["code"]]
    assert refused(club, "invoiceClaim", wanted) == [("CLAIM_TAKEN", ["invoiceIds", "1"])]
    assert invoices(club, sale)[1]["status"] == "TODO"
    taken = report(first, source="OTHER")
    assert refused(club, "invoiceDocumentRecord", taken) == [("CLAIM_TAKEN", [])]
    assert claim(club, limit=None, codes=[first["code"]]) == [first["code"]]
    let_leases_end(engine, club)
    assert invoices(club, sale)[0]["status"] == "PENDING"
    assert claim(club, "OTHER", limit=None, invoiceIds=[first["id"]]) == [first["code"]]
    assert refused(club, "invoiceDocumentRecord", report(first)) == [("CLAIM_TAKEN", [])]
    assert document(club, first, source="OTHER")["state"] == "ACCEPTED"


def test_a_lease_that_ended_is_offered_again(club: Club, engine: Engine) -> None:
    codes = [one["code"] for one in invoices(club, sell_example(club))]
    assert claim(club) == codes
    let_leases_end(engine, club)
    assert claim(club, "OTHER", limit=1) == codes[:1]
    assert claim(club) == codes[1:]


def test_what_cannot_have_a_document_now_is_not_claimed(club: Club) -> None:
    sale = sell_example(club)
    first, second, third, fourth = invoices(club, sale)
    document(club, first)
    document(club, second, number="D1")
    cancel(club, sale)
    notes = invoices(club, sale)[4:]
    given = {"source": "BOOKS", "codes": [one["code"] for one in (first, second, third, notes[1])]}
    assert refused(club, "invoiceClaim", given) == [
        ("INVOICE_NOT_BILLABLE", ["codes", str(index)]) for index in range(4)
    ]
    assert claim(club) == [notes[0]["code"]]
    unknown = {"source": "BOOKS", "codes": ["S-1"]}
    assert refused(club, "invoiceClaim", unknown) == [("NOT_FOUND", ["codes", "0"])]
    assert fourth["code"] not in claim(club)


def test_a_claim_says_what_it_wants_in_one_way(club: Club) -> None:
    first = invoices(club, sell_example(club))[0]
    wrong = [("INPUT_INVALID", ["limit"])]
    assert refused(club, "invoiceClaim", {"source": "BOOKS"}) == wrong
    both = {"source": "BOOKS", "limit": 1, "codes": [first["code"]]}
    assert refused(club, "invoiceClaim", both) == wrong
    many = {"source": "a b", "limit": 501}
    assert refused(club, "invoiceClaim", many) == [
        ("CODE_INVALID", ["source"]),
        ("INPUT_INVALID", ["limit"]),
    ]


def test_released_invoices_thaw_and_are_offered_again(club: Club) -> None:
    sale = sell_example(club)
    first, second, *_ = invoices(club, sale)
    claim(club, limit=2)
    ids = {"invoiceIds": [first["id"], second["id"]]}
    foreign = [("CLAIM_TAKEN", ["invoiceIds", "0"]), ("CLAIM_TAKEN", ["invoiceIds", "1"])]
    assert refused(club, "invoiceClaimRelease", {**ids, "source": "OTHER"}) == foreign
    club.make("invoiceClaimRelease", "invoices { code }", {**ids, "source": "BOOKS"})
    assert [one["isFrozen"] for one in invoices(club, sale)] == [False] * 4
    unclaimed = [("INVOICE_NOT_BILLABLE", ["invoiceIds", "0"])]
    assert refused(club, "invoiceClaimRelease", {"invoiceIds": [first["id"]]}) == unclaimed
    assert claim(club, "OTHER", limit=2) == [first["code"], second["code"]]
    document(club, first, source="OTHER")
    documented = [("DOCUMENT_EXISTS", ["invoiceIds", "0"])]
    assert refused(club, "invoiceClaimRelease", {"invoiceIds": [first["id"]]}) == documented
    club.make("invoiceClaimRelease", "invoices { code }", {"invoiceIds": [second["id"]]})
    assert topics(club, "invoice.released") == ["invoice.released"] * 3


def test_a_released_invoice_that_is_credited_stays_frozen_and_is_offered(club: Club) -> None:
    sale = sell_example(club)
    first = invoices(club, sale)[0]
    claim(club, limit=1)
    cancel(club, sale, lines=[{"lineId": sale["lines"][2]["id"]}])
    club.make("invoiceClaimRelease", "invoices { code }", {"invoiceIds": [first["id"]]})
    found = invoices(club, sale)[0]
    assert (found["status"], found["isFrozen"]) == ("PENDING", True)
    assert claim(club, "OTHER", limit=1) == [first["code"]]
    document(club, first, source="OTHER")
    assert invoices(club, sale)[0]["open"]["amount"] == "1181.00"


@pytest.mark.parametrize("role", [Role.SALES, Role.OPERATIONS, Role.ANALYST])
def test_only_finance_and_partners_claim(club: Club, role: Role) -> None:
    first = invoices(club, sell_example(club))[0]
    for name, given in (
        ("invoiceClaim", {"source": "BOOKS", "limit": 1}),
        ("invoiceClaimRelease", {"invoiceIds": [first["id"]]}),
    ):
        assert refused(club, name, given, role=role) == [("PERMISSION_DENIED", [])]


def test_another_clubs_invoices_are_neither_claimed_nor_released(
    club: Club, other_club: Club
) -> None:
    build_stadium(club)
    sale = sell_example(other_club)
    first = invoices(other_club, sale)[0]
    given = {"invoiceIds": [first["id"]]}
    missing = [("NOT_FOUND", ["invoiceIds", "0"])]
    assert refused(club, "invoiceClaim", {"source": "BOOKS", **given}) == missing
    claim(other_club, limit=1)
    assert refused(club, "invoiceClaimRelease", given) == missing
    assert claim(club) == []
    assert invoices(other_club, sale)[0]["claimedBy"] == "BOOKS"


@pytest.mark.postgres
def test_exporters_at_once_never_claim_the_same_invoice(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club, seats=24, parkings=12)
    for number in range(6):
        account = f"B{number}"
        stadium.account(account)
        sell_to(stadium, account, at=4 * number, instalments=5)
    actor = Actor(club.organisation.id, None, Role.FINANCE, operator="exporter")

    def export(source: str) -> list[Any]:
        claimed: list[Any] = []
        for _ in itertools.repeat(None, 40):
            wanted = ClaimInvoices(source, limit=3)
            outcome = club.runner.run(actor, "claim", fresh_key(), wanted, claim_invoices)
            claimed += outcome.ids.values()
        return claimed

    with watching_deadlocks() as deadlocks:
        answers = race([partial(export, f"BOOKS{number}") for number in range(4)])
    everything = [one for claimed in answers for one in claimed]
    assert len(everything) == len(set(everything)) == 30
    assert deadlocks == []


def test_a_claim_lasts_as_long_as_the_club_says(club: Club) -> None:
    sale = sell_example(club)
    claim(club, limit=1)
    found = invoices(club, sale)[0]
    with club.runner.engine.connect() as connection:
        query = "SELECT claim_expires_at - claimed_at FROM receivable WHERE organisation_id = :club"
        lease = connection.execute(text(query), {"club": club.organisation.id}).scalar_one()
    assert lease == timedelta(minutes=club.organisation.claim_lease_minutes)
    assert found["claimExpiresAt"] is not None
