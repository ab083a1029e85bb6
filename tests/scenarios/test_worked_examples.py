"""The worked examples of invoicing, with their exact numbers, through the public API."""

from typing import Any

from tests.club import Club
from tests.stadium import Stadium, build_stadium


def amounts(sale: dict[str, Any], name: str = "amount") -> list[str]:
    return [invoice[name]["amount"] for invoice in sale["invoices"]]


def cells(sale: dict[str, Any], line_no: int) -> list[str]:
    return [
        cell["amount"]["amount"]
        for invoice in sale["invoices"]
        for cell in invoice["lines"]
        if cell["line"]["lineNo"] == line_no
    ]


def vat(sale: dict[str, Any], rate_bp: int) -> list[str]:
    return [
        part["vat"]["amount"]
        for invoice in sale["invoices"]
        for part in invoice["vatLines"]
        if part["rateBp"] == rate_bp
    ]


def sell_e0(stadium: Stadium) -> dict[str, Any]:
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 4, "1000.00", seatIds=stadium.seats[:4]),
        stadium.line("PARKING", 2, "200.00", parkingIds=stadium.parkings[:2]),
        stadium.line("SCARF", 1, "600.00", bundleId=None),
    )
    return stadium.equal(sale, 4)


def test_four_instalments_of_the_base_sale_carry_their_part_of_every_line(club: Club) -> None:
    sale = sell_e0(build_stadium(club))
    assert amounts(sale) == ["1250.00"] * 4
    assert cells(sale, 1) == ["1000.00"] * 4
    assert cells(sale, 2) == ["100.00"] * 4
    assert cells(sale, 3) == ["150.00"] * 4
    assert vat(sale, 600) == ["60.00"] * 4
    assert vat(sale, 2100) == ["52.50"] * 4
    assert amounts(sale, "gross") == ["1362.50"] * 4
    assert (sale["net"]["amount"], sale["vat"]["amount"]) == ("5000.00", "450.00")


def test_the_base_sale_becomes_final_and_cannot_be_altered(club: Club) -> None:
    stadium = build_stadium(club)
    sale = stadium.act("saleFinalise", sell_e0(stadium))
    assert sale["status"] == "FINAL"
    line = stadium.line("SCARF", 1, "1.00", bundleId=None)
    errors = club.refused("saleLineAdd", stadium.about(sale, lines=[line]))
    assert [one["code"] for one in errors] == ["SALE_FINAL_IMMUTABLE"]
    after = club.query("query($id: ID!) { sale(id: $id) { version lines { id } } }", sale)["sale"]
    assert after["version"] == sale["version"]
    assert len(after["lines"]) == 3
