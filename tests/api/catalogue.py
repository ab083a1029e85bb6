"""Makes the parts of a club's catalogue over HTTP, as the sentences of tests need them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.club import Club

_NUMBERS = itertools.count(1)

PAGES = """
query($first: Int, $after: String, $last: Int, $before: String) {{
  {name}(first: $first, after: $after, last: $last, before: $before, sort: {sort}) {{
    nodes {{ id }}
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
  }}
}}
"""


def fresh_code(prefix: str) -> str:
    return f"{prefix}-{next(_NUMBERS)}"


def made(club: Club, name: str, member: str, fields: str, given: dict[str, Any]) -> dict[str, Any]:
    """Run a mutation that must succeed and return its object."""
    found: dict[str, Any] = club.make(name, f"{member} {{ {fields} }}", given)[member]
    return found


def make_season(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("season")
    wanted = {"code": code, "name": code, "startsOn": "2026-07-01", "endsOn": "2027-06-30"}
    return made(club, "seasonCreate", "season", "id code version", wanted | given)


def make_venue(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("venue")
    wanted = {"code": code, "name": code, "country": "BE"}
    return made(club, "venueCreate", "venue", "id code version", wanted | given)


def make_location(club: Club, venue: dict[str, Any], kind: str, **given: Any) -> dict[str, Any]:
    code = fresh_code(kind.lower())
    wanted = {"venueId": venue["id"], "code": code, "name": code, "kind": kind}
    if kind == "HOSPITALITY":
        wanted["typeCode"] = "COCKTAIL"
    return made(club, "locationCreate", "location", "id code version", wanted | given)


def make_row(club: Club, venue: dict[str, Any], seats: int = 3) -> dict[str, Any]:
    """A row in a stand with numbered seats; `resources` has them in order."""
    stand = make_location(club, venue, "STAND")
    row = make_location(club, venue, "ROW", parentId=stand["id"])
    given = {"locationId": row["id"], "kind": "SEAT", "count": seats}
    seats_made = club.make("resourcesCreate", "resources { id code label version }", given)
    return {**row, "resources": seats_made["resources"]}


def make_item(
    club: Club, season: dict[str, Any], venue: dict[str, Any], **given: Any
) -> dict[str, Any]:
    code = fresh_code("item")
    wanted = {
        "code": code,
        "name": code,
        "seasonId": season["id"],
        "venueId": venue["id"],
        "kind": "MATCH",
        "startsAt": "2026-08-01T18:30:00Z",
    }
    fields = "id code name version status startsAt originalStartsAt"
    return made(club, "calendarItemCreate", "calendarItem", fields, wanted | given)


def make_group(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("group")
    wanted = {"code": code, "name": code}
    return made(club, "productGroupCreate", "productGroup", "id code version", wanted | given)


def make_product(club: Club, kind: str = "CATALOG", **given: Any) -> dict[str, Any]:
    code = fresh_code("product")
    wanted: dict[str, Any] = {
        "code": code,
        "name": code,
        "kind": kind,
        "scope": "NONE" if kind in {"CATALOG", "PACKAGE"} else "CALENDAR_ITEM",
        "supplyType": "ADMISSION",
    }
    if "productGroupId" not in given:
        wanted["productGroupId"] = make_group(club)["id"]
    if kind == "FORMULA":
        wanted["locationTypeCode"] = "COCKTAIL"
    return made(club, "productCreate", "product", "id code version", wanted | given)


def make_price_list(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("list")
    wanted = {"code": code, "name": code, "currency": "EUR", "priceBasis": "NET"}
    return made(club, "priceListCreate", "priceList", "id code version", wanted | given)


def price_given(
    prices: dict[str, Any], product: dict[str, Any], euros: str = "100.00", **given: object
) -> dict[str, Any]:
    wanted = {
        "priceListId": prices["id"],
        "productId": product["id"],
        "amount": {"amount": euros, "currency": "EUR"},
        "validFrom": "2026-01-01",
    }
    return wanted | given


def pools_of(club: Club, **condition: Any) -> list[dict[str, Any]]:
    """All pools that meet a filter, oldest first."""
    document = """
    query($filter: PoolFilter) { pools(filter: $filter, first: 100) { nodes {
      id version capacity blocked taken free
      calendarItem { id } season { id } product { id } location { id }
    } } }
    """
    found: list[dict[str, Any]] = club.query(document, {"filter": condition})["pools"]["nodes"]
    return found


def codes(errors: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """What was refused and where."""
    return [(error["code"], error["path"]) for error in errors]


def ids_by_pages(club: Club, name: str, sort: str, *, backward: bool = False) -> list[str]:
    """Read a connection to its end two by two, forwards, or backwards from the last page."""
    document = PAGES.format(name=name, sort=sort)
    found: list[str] = []
    cursor = None
    while True:
        window = {"last": 2, "before": cursor} if backward else {"first": 2, "after": cursor}
        page = club.query(document, window)[name]
        nodes = [node["id"] for node in page["nodes"]]
        found = nodes + found if backward else found + nodes
        more = page["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]
        cursor = page["pageInfo"]["startCursor" if backward else "endCursor"]
        if not more:
            return found


def sorts_of(club: Club, enum: str) -> list[str]:
    """The values of an enum of the API."""
    document = "query($name: String!) { __type(name: $name) { enumValues { name } } }"
    values = club.query(document, {"name": enum})["__type"]["enumValues"]
    return [value["name"] for value in values]


def assert_every_sort_visits_each_once(club: Club, name: str, enum: str, ids: set[str]) -> None:
    """Page through a connection in every order, forwards and backwards."""
    for sort in sorts_of(club, enum):
        forwards = ids_by_pages(club, name, sort)
        backwards = ids_by_pages(club, name, sort, backward=True)
        assert sorted(forwards) == sorted(ids), sort
        assert forwards == backwards, sort
