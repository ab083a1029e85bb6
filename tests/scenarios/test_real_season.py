"""A real fixture list becomes a season: imported, sold in 300 season Sales, half of them Final."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.domain.permissions import Actor, Role
from app.transfers.imports import ImportKind, ImportOptions, run_import
from semantic.query.query import Query, TimeDimension
from tests.club import Club
from tests.reported import reported
from tests.scenarios.season_files import write_accounts, write_products, write_seating

FIXTURES = Path(__file__).parents[2].parent / "shared/data/football/2025-26_be.1.json"
TEAM = "Club Brugge KV"
SALES = 300
SALE = """
sale { id code status version net { amount } vat { amount } gross { amount }
  invoices { amount { amount } gross { amount } lines { amount { amount } } }
  lines { amount { amount } gross { amount } } }
"""


@dataclass
class Season:
    """What the Sales of the season are made of."""

    id: str
    items: int
    products: dict[str, str]
    accounts: list[str]
    seats: dict[str, list[str]]
    parkings: list[str]


@dataclass
class Wanted:
    """One Sale to make."""

    account: str
    package: str
    seats: list[str]
    parking: str
    is_final: bool


def imported(club: Club, kind: ImportKind, path: Path, **options: Any) -> None:
    actor = Actor(club.organisation.id, UUID(int=1), Role.ROOT)
    report = run_import(club.runner, actor, kind, path, ImportOptions(**options))
    assert report.errors == ()
    assert report.is_written


def everything(club: Club, connection: str, fields: str, condition: str) -> list[dict[str, Any]]:
    """Read a whole connection page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        document = (
            f"query($after: String) {{ {connection}(first: 100, after: $after, sort: CODE_ASC, "
            f"filter: {condition}) {{ nodes {{ {fields} }} "
            "pageInfo { hasNextPage endCursor } } }"
        )
        page = club.query(document, {"after": after})[connection]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def load_season(club: Club, folder: Path) -> Season:
    imported(club, ImportKind.SEATING, write_seating(folder))
    imported(club, ImportKind.CALENDAR, FIXTURES, team=TEAM, venue="STADIUM")
    imported(club, ImportKind.PRODUCTS, write_products(folder))
    imported(club, ImportKind.ACCOUNTS, write_accounts(folder, SALES))
    (season,) = everything(club, "seasons", "id", "{}")
    resources = {
        key: [one["id"] for one in everything(club, "resources", "id", condition)]
        for key, condition in {
            "SILVER": '{category: ["SILVER"]}',
            "GOLD": '{category: ["GOLD"]}',
            "PARKING": "{kind: [PARKING]}",
        }.items()
    }
    assert len(resources["SILVER"]) + len(resources["GOLD"]) == 5000
    return Season(
        id=season["id"],
        items=len(everything(club, "calendarItems", "id", "{}")),
        products={one["code"]: one["id"] for one in everything(club, "products", "id code", "{}")},
        accounts=[one["id"] for one in everything(club, "accounts", "id", "{}")],
        seats=resources,
        parkings=resources["PARKING"],
    )


def plan(season: Season) -> list[Wanted]:
    """2 to 12 seats a Sale; a VIP package as long as the lounge has places."""
    dice = random.Random(26)
    free = {key: list(seats) for key, seats in season.seats.items()}
    places = 400
    wanted = []
    for number, account in enumerate(season.accounts):
        quantity = dice.randint(2, 12)
        is_vip = number % 4 == 0 and quantity <= places
        places -= quantity if is_vip else 0
        stand = free["GOLD" if is_vip else "SILVER"]
        seats, stand[:quantity] = stand[:quantity], []
        package = "VIP" if is_vip else "SILVER"
        parking = season.parkings[number]
        wanted.append(Wanted(account, package, seats, parking, is_final=number % 2 == 0))
    return wanted


def sell(club: Club, season: Season, wanted: Wanted) -> dict[str, Any]:
    """Draft, lines, four instalments, and for half of them Final."""
    header = {"type": "SEASON", "accountId": wanted.account, "seasonId": season.id}
    sale: dict[str, Any] = club.make("saleCreate", SALE, header)["sale"]
    scope = {"seasonId": season.id, "includesPast": True}
    lines = [
        {
            "productId": season.products[wanted.package],
            "quantity": len(wanted.seats),
            "seatIds": wanted.seats,
            **scope,
        },
        {
            "productId": season.products["PARK"],
            "quantity": 1,
            "parkingIds": [wanted.parking],
            **scope,
        },
    ]
    sale = act(club, "saleLineAdd", sale, lines=lines)
    recipe = {"equal": {"count": 4, "firstOn": "2027-01-15", "every": "QUARTER"}}
    sale = act(club, "invoiceScheduleSet", sale, recipe=recipe)
    return act(club, "saleFinalise", sale) if wanted.is_final else sale


def act(club: Club, name: str, sale: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"saleId": sale["id"], "expectedVersion": sale["version"], **more}
    changed: dict[str, Any] = club.make(name, SALE, given)["sale"]
    return changed


def cancel(club: Club, sale: dict[str, Any]) -> None:
    """Cancel all of a Sale."""
    wanted = {"saleId": sale["id"], "everything": True}
    document = """query($input: SaleCancelPreviewInput!) { saleCancelPreview(input: $input) {
      preview { previewHash } } }"""
    found = club.query(document, {"input": wanted})["saleCancelPreview"]["preview"]
    club.make("saleCancel", "sale { id }", {**wanted, **found, "reason": "moved away"})


MOVED = """
SELECT account.country, to_char(moved.moved_at AT TIME ZONE 'Europe/Brussels', 'YYYY-MM'),
    sum(moved.net_minor) / 100.0, sum(moved.vat_minor) / 100.0,
    -sum(moved.net_minor) FILTER (WHERE moved.kind = 'CANCELLED') / 100.0
FROM sale_movement AS moved
JOIN sale ON sale.id = moved.sale_id JOIN account ON account.id = sale.account_id
WHERE moved.organisation_id = :club GROUP BY 1, 2
"""
REPORT = Query(
    measures=("sales.net_bookings", "sales.vat", "sales.cancellations"),
    dimensions=("sales.account_country",),
    time_dimensions=(TimeDimension("sales.moved_on", "month"),),
    timezone="Europe/Brussels",
)


def check_reports(club: Club, url: str, folder: Path, expected: list[Decimal]) -> None:
    """Compare what was sold and cancelled, by country and month, with both stores."""
    with club.runner.engine.connect() as connection:
        rows = connection.execute(text(MOVED), {"club": club.organisation.id})
        stored = {(country, month): sums for country, month, *sums in rows}
    with reported(url, folder, club.organisation, "EUR") as asked:
        found = {(country, f"{month:%Y-%m}"): sums for country, month, *sums in asked(REPORT)}
    assert found == stored
    assert {country for country, _ in found} == {"BE"}
    # A month may have ended meanwhile.
    sums = [sum(one or 0 for one in parts) for parts in zip(*found.values(), strict=True)]
    assert sums == expected


def total(parts: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(part[name]["amount"]) for part in parts), Decimal())


@pytest.mark.slow
@pytest.mark.real_input
@pytest.mark.skipif(not FIXTURES.exists(), reason=f"{FIXTURES.name} is not beside the repository")
def test_a_real_season_is_sold_and_every_cent_and_seat_adds_up(
    club: Club, tmp_path: Path, database_url: str
) -> None:
    season = load_season(club, tmp_path)
    assert season.items >= 15
    planned = plan(season)
    with ThreadPoolExecutor(4) as threads:
        sold = list(threads.map(lambda one: sell(club, season, one), planned))

    for sale, wanted in zip(sold, planned, strict=True):
        assert sale["status"] == ("FINAL" if wanted.is_final else "DRAFT")
        price = Decimal("4999.95" if wanted.package == "VIP" else "1249.99")
        assert Decimal(sale["net"]["amount"]) == price * len(wanted.seats) + Decimal("375.00")
        assert len(sale["invoices"]) == 4
        for name in ("amount", "gross"):
            assert total(sale["invoices"], name) == total(sale["lines"], name)
        assert total(sale["invoices"], "gross") == Decimal(sale["gross"]["amount"])
        for invoice in sale["invoices"]:
            assert total(invoice["lines"], "amount") == Decimal(invoice["amount"]["amount"])

    seats = sum(len(one.seats) for one in planned)
    dinners = sum(len(one.seats) for one in planned if one.package == "VIP")
    document = """query($id: ID!) { availability(seasonId: $id) { calendarItems { code } } }"""
    # The season is over, so nothing of it is to come; single items still answer.
    assert club.query(document, {"id": season.id})["availability"]["calendarItems"] == []
    items = everything(club, "calendarItems", "id", "{}")
    for item in items:
        document = """query($id: ID!) { availability(calendarItemId: $id) {
          seats { kind taken } places { capacity free } } }"""
        found = club.query(document, {"id": item["id"]})["availability"]
        taken = {"SEAT": 0, "PARKING": 0}
        for one in found["seats"]:
            taken[one["kind"]] += one["taken"]
        assert taken == {"SEAT": seats, "PARKING": SALES}
        assert found["places"] == [{"capacity": 400, "free": 400 - dinners}]
    document = "{ sales(filter: {status: [FINAL]}) { totalCount { count precision } } }"
    count = club.query(document)["sales"]["totalCount"]
    assert count == {"count": SALES // 2, "precision": "EXACT"}

    finals = [sale for sale, wanted in zip(sold, planned, strict=True) if wanted.is_final]
    cancelled = finals[::10]
    for sale in cancelled:
        cancel(club, sale)
    kept = [sale for sale in finals if sale not in cancelled]
    expected = [total(kept, "net"), total(kept, "vat"), total(cancelled, "net")]
    check_reports(club, database_url, tmp_path / "facts", expected)
