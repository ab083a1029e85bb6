"""Files of a large stadium's season, as a club would export them: seating, products, accounts."""

import csv
import random
from pathlib import Path

from stdnum.be import vat

SEATS_IN_A_ROW = 25
ROWS_IN_A_BLOCK = 10
STANDS = {"North": "SILVER", "East": "SILVER", "South": "SILVER", "West": "GOLD"}
BLOCKS_IN_A_STAND = 5
PARKING_PLACES = 300
HOSPITALITY_PLACES = 400


def write_seating(folder: Path) -> Path:
    """5,000 seats in four stands, 300 parking places, 400 places in a lounge."""
    header = ["venue", "venueName", "venueCountry", "stand", "block", "row", "seat", "category"]
    header += ["parkingZone", "place", "hospitality", "hospitalityType", "capacity"]
    rows = [
        ["STADIUM", "Stadium", "BE", stand, f"{stand[0]}{block}", str(row), str(seat), category]
        + [""] * 5
        for stand, category in STANDS.items()
        for block in range(1, BLOCKS_IN_A_STAND + 1)
        for row in range(1, ROWS_IN_A_BLOCK + 1)
        for seat in range(1, SEATS_IN_A_ROW + 1)
    ]
    rows += [
        ["STADIUM", "", "", *[""] * 5, "P1", str(place), "", "", ""]
        for place in range(1, PARKING_PLACES + 1)
    ]
    rows.append(["STADIUM", "", "", "West", *[""] * 6, "Lounge", "DINNER", str(HOSPITALITY_PLACES)])
    return _write(folder / "seating.csv", header, rows)


def write_products(folder: Path) -> Path:
    """Seats, parking, dinner, a programme, and two packages with their season prices."""
    header = ["code", "name", "kind", "group", "scope", "supplyType", "isNumbered", "isLimited"]
    header += ["location", "locationType", "category", "price", "currency", "priceList"]
    header += ["season", "components"]
    each, numbered = "CALENDAR_ITEM", ["true", "true"]
    no_price = ["", "", "", "", ""]
    rows = [
        ["SEAT-S", "Seat", "SEAT", "TICKETS", each, "ADMISSION", *numbered, "", "", "SILVER"],
        ["SEAT-G", "Gold seat", "SEAT", "TICKETS", each, "ADMISSION", *numbered, "", "", "GOLD"],
        ["PARK", "Parking", "PARKING", "PARKING", each, "PARKING", *numbered, "", "", ""],
        ["DINNER", "Dinner", "FORMULA", "CATERING", each, "CATERING", "false", "true"],
        ["PROGRAMME", "Programme", "CATALOG", "SHOP", "NONE", "GOODS", "false", "false"],
        ["SILVER", "Silver package", "PACKAGE", "VIP", each, "ADMISSION", "", "", "", "", ""],
        ["VIP", "VIP package", "PACKAGE", "VIP", each, "ADMISSION", "", "", "", "", ""],
    ]
    rows[3] += ["STADIUM-West-Lounge", "DINNER", ""]
    rows[4] += ["", "", ""]
    sold = ["EUR", "BUSINESS", "2025-26"]
    rows[:2] = [[*row, *no_price] for row in rows[:2]]
    rows[2] += ["375.00", *sold, ""]
    rows[3:5] = [[*row, *no_price] for row in rows[3:5]]
    rows[5] += ["1249.99", *sold, "SEAT-S:1:95|PROGRAMME:1:5"]
    rows[6] += ["4999.95", *sold, "SEAT-G:1:120|DINNER:1:80"]
    return _write(folder / "products.csv", header, rows)


def write_accounts(folder: Path, count: int) -> Path:
    """Complete Belgian accounts with valid VAT ids and a contact each."""
    header = ["code", "name", "language", "vatId", "street", "postalCode", "city", "country"]
    header += ["paymentTermDays", "contactFirstName", "contactLastName"]
    dice = random.Random(1)
    rows = []
    for number in range(1, count + 1):
        stem = f"0{dice.randrange(4_000_000, 8_000_000):07d}"
        check = 97 - int(stem) % 97
        vat_id = f"BE{stem}{check:02d}"
        assert vat.is_valid(vat_id)
        place = ["Kaai " + str(number), "8000", "Brugge", "BE"]
        name = f"Company {number}"
        rows.append([f"A{number:04d}", name, "nl", vat_id, *place, "30", "Jo", f"Maes {number}"])
    return _write(folder / "accounts.csv", header, rows)


def _write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path
