"""Invoicing anew: a document is credited, and an open invoice of the same stands for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.api.documented import claim, document
from tests.api.paid import owes, pay, to
from tests.club import Club
from tests.scenarios.cancelled import (
    a3,
    documented,
    e0,
    final,
    invoice,
    notes_of,
    seat_of,
    seen,
    whole_line,
)
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, build_stadium

ANEW = """invoice { id code kind status plannedOn account { code } replaces { code }
  net { amount } vat { amount } gross { amount } vatLines { rateBp net { amount } vat { amount } }
  lines { line { lineNo } amount { amount } vat { amount } } } sale { version }"""


@pytest.fixture
def stadium(club: Club, engine: Engine) -> Iterator[Stadium]:
    """A stadium in which all invariants hold at the end."""
    yield build_stadium(club)
    assert not broken_rules(engine, club.organisation.id)


def anew(sale: dict[str, Any], number: int, **more: Any) -> dict[str, Any]:
    """Write the input that invoices something anew."""
    return {
        "invoiceId": invoice(sale, number)["id"],
        "expectedVersion": sale["version"],
        "plannedOn": "2099-09-01",
        "reason": "other purchase order",
        **more,
    }


def test_a_document_is_credited_and_the_same_is_open_again(stadium: Stadium) -> None:
    club = stadium.club
    sale = final(stadium, e0(stadium))
    documented(club, sale, 1)
    before = seen(stadium, sale)
    made = club.make("invoiceReplace", ANEW, anew(sale, 1))["invoice"]
    after = seen(stadium, sale)
    assert [after[name] for name in ("net", "vat", "gross", "lines")] == [
        before[name] for name in ("net", "vat", "gross", "lines")
    ]
    assert notes_of(after, "gross") == ["-1362.50"]
    assert (made["net"]["amount"], made["vat"]["amount"]) == ("1250.00", "112.50")
    assert (made["kind"], made["status"], made["plannedOn"]) == ("INVOICE", "FUTURE", "2099-09-01")
    assert made["replaces"]["code"] == invoice(sale, 1)["code"]
    assert [part["vat"]["amount"] for part in made["vatLines"]] == ["60.00", "52.50"]
    assert [cell["amount"]["amount"] for cell in made["lines"]] == ["1000.00", "100.00", "150.00"]
    assert invoice(after, 1)["status"] == "CREDITED"
    assert owes(club, stadium.ids["A1"]) == ("0.00", "0.00", "0.00")
    fields = "invoices { code replacedBy { code } creditNotes { code } cancellation { id } }"
    found = stadium.read(sale, fields)["invoices"]
    assert found[0]["replacedBy"] == [{"code": made["code"]}]
    assert [one["cancellation"] for one in found] == [None] * 6
    # It is billed, cancelled and credited like every other one.
    after = seen(stadium, stadium.cancel(sale, lines=seat_of(stadium, sale, 0)))
    assert invoice(after, 6)["net"]["amount"] == "1000.00"
    assert invoice(after, 1)["open"]["amount"] == "0.00"
    document(club, made)
    assert seen(stadium, stadium.cancel(sale))["gross"]["amount"] == "0.00"


def test_another_account_can_pay_instead(stadium: Stadium) -> None:
    club = stadium.club
    stadium.account("A2")
    sale = final(stadium, e0(stadium))
    documented(club, sale, 1)
    pay(club, "1362.50", to(invoice(sale, 1), "1362.50"))
    given = anew(sale, 1, accountId=stadium.ids["A2"])
    made = club.make("invoiceReplace", ANEW, given)["invoice"]
    assert made["account"]["code"] == "A2"
    assert owes(club, stadium.ids["A1"]) == ("-1362.50", "0.00", "1362.50")
    document(club, made)
    assert owes(club, stadium.ids["A2"])[1] == "1362.50"
    # A cancellation concerns both accounts' money.
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    assert owes(club, stadium.ids["A2"])[1] == "1181.00"
    assert owes(club, stadium.ids["A1"])[2] == "1362.50"
    now = seen(stadium, sale)
    given = {"cancellationId": now["cancellations"][0]["id"], "expectedVersion": now["version"]}
    club.make("cancellationUndo", "sale { id }", {**given, "reason": "no"})
    assert owes(club, stadium.ids["A2"])[1] == "1362.50"


def test_only_what_is_left_of_a_document_is_invoiced_anew(stadium: Stadium) -> None:
    club = stadium.club
    sale = final(stadium, a3(stadium))
    document(club, invoice(sale, 1), "365.85")
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 0))
    before = seen(stadium, sale)
    made = club.make("invoiceReplace", ANEW, anew(sale, 1))["invoice"]
    assert made["net"]["amount"] == "266.68"
    after = seen(stadium, sale)
    assert after["gross"] == before["gross"]
    # The difference of the document to its invoice goes with the last credit note.
    assert invoice(after, 1)["open"]["amount"] == "0.00"
    assert owes(club, stadium.ids["A1"])[0] == "0.00"
    again = anew(after, 1)
    assert stadium.refused("invoiceReplace", again) == [("CANCEL_NOTHING", ["invoiceId"])]


def test_what_cannot_be_invoiced_anew(stadium: Stadium) -> None:
    club = stadium.club
    sale = final(stadium, e0(stadium))
    wrong = [("DOCUMENT_STATE_INVALID", ["invoiceId"])]
    assert stadium.refused("invoiceReplace", anew(sale, 1)) == wrong
    claim(club, limit=None, codes=[invoice(sale, 2)["code"]])
    assert stadium.refused("invoiceReplace", anew(sale, 2)) == wrong
    documented(club, sale, 1)
    stadium.account("A2")
    given = {"code": "A3", "name": "Unfinished", "kind": "BUSINESS"}
    stadium.make("accountCreate", "account", given)
    two = stadium.ids["A2"]
    change = {"id": two, "expectedVersion": 1, "isActive": False}
    club.make("accountUpdate", "account { id }", change)
    for more, expected in (
        ({"reason": ""}, [("REASON_REQUIRED", ["reason"])]),
        ({"plannedOn": "1900-01-01"}, [("DATE_INVALID", ["plannedOn"])]),
        ({"accountId": two}, [("ACCOUNT_INACTIVE", ["accountId"])]),
        ({"accountId": stadium.ids["A3"]}, [("ACCOUNT_INCOMPLETE", ["accountId"])]),
        ({"accountId": "account_" + "0" * 32}, [("NOT_FOUND", ["accountId"])]),
        ({"invoiceId": "invoice_" + "0" * 32}, [("NOT_FOUND", ["invoiceId"])]),
        ({"expectedVersion": 1}, [("VERSION_STALE", ["expectedVersion"])]),
    ):
        assert stadium.refused("invoiceReplace", anew(sale, 1, **more)) == expected
    sales = stadium.refused("invoiceReplace", anew(sale, 1), role=Role.SALES)
    assert [code for code, _ in sales] == ["PERMISSION_DENIED"]
    draft = stadium.equal(
        stadium.add(stadium.begin(), stadium.line("SCARF", 1, "5.00", bundleId=None)), 1
    )
    errors = stadium.refused("invoiceReplace", anew(draft, 1))
    assert [code for code, _ in errors] == ["SALE_STATUS_INVALID"]
