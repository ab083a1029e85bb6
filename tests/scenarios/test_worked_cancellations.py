"""The worked examples of cancelling, A1 to B10, with exact numbers, through the public API."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.storage.engine import Engine
from tests.api.documented import claim, document
from tests.api.paid import owes, pay, to
from tests.club import Club
from tests.conftest import LiveServer, found_club
from tests.scenarios.billed import entitlement_values, percents
from tests.scenarios.cancelled import (
    PREVIEW,
    a3,
    by_hand,
    documented,
    e0,
    final,
    invoice,
    invoices_of,
    notes_of,
    seat_of,
    seen,
    vat_of,
    whole_line,
)
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, amount, build_stadium

Start = Callable[[Stadium], dict[str, Any]]


@pytest.fixture
def stadium(club: Club, engine: Engine) -> Iterator[Stadium]:
    """A stadium in which all invariants hold at the end."""
    yield build_stadium(club)
    assert not broken_rules(engine, club.organisation.id)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(e0, id="A5 in a Draft with a recipe"),
        pytest.param(lambda shop: by_hand(shop, e0(shop)), id="A5 in a Draft with fixed amounts"),
        pytest.param(lambda shop: final(shop, e0(shop)), id="A1 in a Final Sale"),
    ],
)
def test_a1_a5_one_of_four_seats(stadium: Stadium, start: Start) -> None:
    sale = start(stadium)
    assert invoices_of(seen(stadium, sale)) == ["1250.00"] * 4
    status = sale["status"]
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 3))
    after = seen(stadium, sale)
    assert invoices_of(after) == ["1000.00"] * 4
    assert notes_of(after) == []
    assert vat_of(after, 600) == ["45.00"] * 4
    assert vat_of(after, 2100) == ["52.50"] * 4
    cells = [[cell["amount"]["amount"] for cell in one["lines"]] for one in after["invoices"]]
    assert [sorted(one) for one in cells] == [["100.00", "150.00", "750.00"]] * 4
    assert after["net"]["amount"] == "4000.00"
    assert (after["status"], after["isPartlyCancelled"]) == (status, True)
    assert [line["quantityCancelled"] for line in after["lines"]] == [1, 0, 0]
    assert [line["cancelled"]["amount"] for line in after["lines"]] == ["1000.00", "0.00", "0.00"]
    held = stadium.held("SOLD" if status == "FINAL" else "HELD")
    assert stadium.seats[3] not in {seat for _, seat in held}
    assert len(held) == 3 * (3 + 2)


def test_a2_everything_without_documents(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    after = seen(stadium, stadium.cancel(sale))
    assert invoices_of(after) == ["0.00"] * 4
    assert [one["status"] for one in after["invoices"]] == ["VOID"] * 4
    assert (after["status"], after["isPartlyCancelled"]) == ("CANCELLED", False)
    assert after["gross"]["amount"] == "0.00"
    assert stadium.held("SOLD") == []
    (one,) = after["cancellations"]
    assert (one["isWhole"], one["amount"]["amount"], one["sequenceNo"]) == (True, "5000.00", 1)


def test_a3_rounding(stadium: Stadium) -> None:
    sale = final(stadium, a3(stadium))
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 0))
    after = seen(stadium, sale)
    assert invoices_of(after) == ["266.68", "266.67", "266.66"]
    seats = [
        cell["amount"]["amount"]
        for one in after["invoices"]
        for cell in one["lines"]
        if cell["line"]["lineNo"] == 1
    ]
    assert seats == ["133.33", "133.33", "133.32"]
    assert after["net"]["amount"] == "800.01"
    assert after["vat"]["amount"] == "85.50"
    assert sum(round(100 * float(one)) for one in vat_of(after, 600)) == 2400
    assert sum(round(100 * float(one)) for one in vat_of(after, 2100)) == 3150
    assert sum(round(100 * float(one)) for one in vat_of(after, 1200)) == 3000


def test_a4_one_match_of_seventeen(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club, matches=17, seats=1, parkings=1)
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 1, "1000.00", seatIds=stadium.seats),
        stadium.line("PARKING", 1, "170.00", parkingIds=stadium.parkings),
    )
    sale = stadium.act("invoiceScheduleSet", sale, recipe=percents(2099, "40", "30", "30"))
    sale = final(stadium, sale)
    assert entitlement_values(stadium, sale, "SEAT", stadium.matches[4:5]) == ["58.83"]
    after = seen(stadium, stadium.cancel(sale, calendarItemIds=stadium.matches[4:5]))
    assert invoices_of(after) == ["440.47", "330.35", "330.35"]
    assert after["net"]["amount"] == "1101.17"
    assert vat_of(after, 600) == ["22.59", "16.94", "16.94"]
    assert vat_of(after, 2100) == ["13.44", "10.08", "10.08"]
    # Nothing but match 5 is free: a unit with something left is not a cancelled one.
    assert [line["quantityCancelled"] for line in after["lines"]] == [0, 0]
    held = stadium.held("SOLD")
    assert len(held) == 2 * 16
    assert "M5" not in {item for item, _ in held}
    seat = stadium.line("SEAT", 1, "1.00", seatIds=stadium.seats, calendarItemId=stadium.matches[4])
    stadium.add(stadium.begin(), seat)
    assert not broken_rules(engine, club.organisation.id)


@pytest.mark.parametrize(
    ("paid", "settled", "left", "still_open"),
    [
        (None, "181.50", "0.00", "1181.00"),
        ("1362.50", "0.00", "181.50", "0.00"),
        ("1300.00", "62.50", "119.00", "0.00"),
    ],
)
def test_b1_the_gift_after_the_first_document(
    stadium: Stadium, paid: str | None, settled: str, left: str, still_open: str
) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, 1)
    if paid is not None:
        pay(stadium.club, paid, to(invoice(sale, 1), paid))
    given = {"saleId": sale["id"], "lines": whole_line(sale, 3)}
    (one,) = stadium.preview(given, PREVIEW)["settlements"]
    assert (one["settled"]["amount"], one["left"]["amount"]) == (settled, left)
    after = seen(stadium, stadium.cancel(sale, lines=whole_line(sale, 3)))
    assert invoices_of(after) == ["1250.00", "1100.00", "1100.00", "1100.00"]
    assert (notes_of(after), notes_of(after, "vat")) == (["-150.00"], ["-31.50"])
    assert notes_of(after, "gross") == ["-181.50"]
    assert invoice(after, 1)["open"]["amount"] == still_open
    assert invoice(after, 5)["open"]["amount"] == ("0.00" if left == "0.00" else f"-{left}")
    assert after["net"]["amount"] == "4400.00"
    assert owes(stadium.club, stadium.ids["A1"])[2] == left


def test_b1_the_credit_of_a_paid_document_pays_the_next_one(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, 1)
    pay(stadium.club, "1362.50", to(invoice(sale, 1), "1362.50"))
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    documented(stadium.club, sale, 2)
    found = seen(stadium, sale)
    assert invoice(found, 2)["open"]["amount"] == "1181.00"
    credit = {"creditId": invoice(found, 5)["id"], "invoiceId": invoice(found, 2)["id"]}
    stadium.club.make("creditAllocate", "invoice { id }", {**credit, "amount": amount("181.50")})
    assert invoice(seen(stadium, sale), 2)["open"]["amount"] == "999.50"


def test_b2_then_both_parkings(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, 1)
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    after = seen(stadium, stadium.cancel(sale, lines=whole_line(sale, 2)))
    assert (notes_of(after), notes_of(after, "vat")) == (
        ["-150.00", "-100.00"],
        ["-31.50", "-21.00"],
    )
    assert invoices_of(after) == ["1250.00", "1000.00", "1000.00", "1000.00"]
    assert after["net"]["amount"] == "4000.00"
    assert sum(round(100 * float(one)) for one in vat_of(after, 2100)) == 0


@pytest.mark.parametrize("documents", [(1, 2), (1, 2, 3, 4)], ids=["B3", "B5"])
def test_b3_b5_a_seat_with_several_documents(stadium: Stadium, documents: tuple[int, ...]) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, *documents)
    after = seen(stadium, stadium.cancel(sale, lines=seat_of(stadium, sale, 0)))
    assert notes_of(after) == ["-250.00"] * len(documents)
    assert notes_of(after, "vat") == ["-15.00"] * len(documents)
    left = ["1250.00" if number in documents else "1000.00" for number in range(1, 5)]
    assert invoices_of(after) == left
    assert after["net"]["amount"] == "4000.00"


def test_b4_everything_when_the_first_document_is_paid(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, 1)
    paid = pay(stadium.club, "1362.50", to(invoice(sale, 1), "1362.50"))
    given = {"saleId": sale["id"], "everything": True, "settlement": "REFUND"}
    preview = stadium.preview(given, PREVIEW)
    assert preview["refunds"] == [{"payment": {"id": paid["id"]}, "amount": {"amount": "1362.50"}}]
    after = seen(stadium, stadium.cancel(sale, everything=True, settlement="REFUND"))
    assert (notes_of(after), notes_of(after, "vat")) == (["-1250.00"], ["-112.50"])
    assert notes_of(after, "gross") == ["-1362.50"]
    assert invoices_of(after) == ["1250.00", "0.00", "0.00", "0.00"]
    assert [one["status"] for one in after["invoices"][1:4]] == ["VOID"] * 3
    assert (after["gross"]["amount"], after["status"]) == ("0.00", "CANCELLED")
    assert owes(stadium.club, stadium.ids["A1"]) == ("0.00", "0.00", "0.00")


def test_b6_to_b8_end_at_exactly_nothing(stadium: Stadium) -> None:
    sale = final(stadium, a3(stadium))
    documented(stadium.club, sale, 1)
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 0))
    after = seen(stadium, sale)
    assert (notes_of(after), notes_of(after, "vat")) == (["-66.66"], ["-4.00"])
    assert invoices_of(after) == ["333.34", "266.67", "266.66"]
    assert after["net"]["amount"] == "800.01"
    document(stadium.club, invoice(sale, 2))
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 1))
    after = seen(stadium, sale)
    assert notes_of(after) == ["-66.66", "-66.66", "-66.67"]
    assert invoices_of(after) == ["333.34", "266.67", "200.00"]
    assert after["net"]["amount"] == "600.02"
    after = seen(stadium, stadium.cancel(sale))
    assert notes_of(after)[3:] == ["-200.02", "-200.00"]
    assert invoices_of(after)[2] == "0.00"
    assert (after["net"]["amount"], after["vat"]["amount"]) == ("0.00", "0.00")
    assert [invoice(after, number)["open"]["amount"] for number in (1, 2)] == ["0.00", "0.00"]
    assert [invoice(after, number)["status"] for number in (1, 2)] == ["CREDITED", "CREDITED"]
    assert owes(stadium.club, stadium.ids["A1"]) == ("0.00", "0.00", "0.00")


def test_b9_credit_notes_of_every_item_end_at_the_documents_total(
    engine: Engine, server: LiveServer
) -> None:
    club = found_club(engine, server, country="FR")
    stadium = build_stadium(club, matches=1, country="FR")
    lines = [
        stadium.line("SCARF", 1, net, bundleId=None) for net in ("68.33", "57.50", "85.00", "68.33")
    ]
    sale = final(stadium, stadium.equal(stadium.add(stadium.begin(), *lines), 1))
    assert seen(stadium, sale)["gross"]["amount"] == "334.99"
    documented(club, sale, 1)
    for number in range(1, 5):
        sale = stadium.cancel(sale, lines=whole_line(sale, number))
    after = seen(stadium, sale)
    assert notes_of(after, "gross") == ["-82.00", "-69.00", "-101.99", "-82.00"]
    assert invoice(after, 1)["open"]["amount"] == "0.00"
    assert (after["status"], after["gross"]["amount"]) == ("CANCELLED", "0.00")
    assert owes(club, stadium.ids["A1"])[0] == "0.00"
    assert not broken_rules(engine, club.organisation.id)
    club.http.close()


def test_b10_a_credit_note_waits_for_the_number_of_its_document(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    code = invoice(sale, 1)["code"]
    assert claim(stadium.club, limit=None, codes=[code]) == [code]
    given = {"saleId": sale["id"], "lines": whole_line(sale, 3)}
    preview = stadium.preview(given, PREVIEW)
    assert [one["isWaiting"] for one in preview["creditNotes"]] == [True]
    assert "WAITING_FOR_NUMBER" in {one["warning"] for one in preview["warnings"]}
    assert preview["settlements"] == []
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    after = seen(stadium, sale)
    assert notes_of(after) == ["-150.00"]
    assert invoice(after, 5)["waitsFor"] == [{"code": code}]
    assert invoice(after, 5)["status"] == "PENDING"
    assert owes(stadium.club, stadium.ids["A1"])[0] == "0.00"
    document(stadium.club, invoice(after, 1))
    after = seen(stadium, sale)
    assert (invoice(after, 5)["waitsFor"], invoice(after, 5)["status"]) == ([], "TODO")
    assert invoice(after, 1)["open"]["amount"] == "1181.00"
    assert owes(stadium.club, stadium.ids["A1"])[0] == "1181.00"
