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


def make_season(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("season")
    wanted = {"code": code, "name": code, "startsOn": "2026-07-01", "endsOn": "2027-06-30"}
    return club.make("seasonCreate", "season { id code version }", wanted | given)["season"]


def make_venue(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("venue")
    wanted = {"code": code, "name": code, "country": "BE"}
    return club.make("venueCreate", "venue { id code version }", wanted | given)["venue"]


def make_location(club: Club, venue: dict[str, Any], kind: str, **given: Any) -> dict[str, Any]:
    code = fresh_code(kind.lower())
    wanted = {"venueId": venue["id"], "code": code, "name": code, "kind": kind}
    if kind == "HOSPITALITY":
        wanted["typeCode"] = "COCKTAIL"
    fields = "location { id code version }"
    return club.make("locationCreate", fields, wanted | given)["location"]


def make_row(club: Club, venue: dict[str, Any], seats: int = 3) -> dict[str, Any]:
    """A row in a stand with numbered seats; `resources` has them in order."""
    stand = make_location(club, venue, "STAND")
    row = make_location(club, venue, "ROW", parentId=stand["id"])
    given = {"locationId": row["id"], "kind": "SEAT", "count": seats}
    made = club.make("resourcesCreate", "resources { id code label version }", given)
    return {**row, "resources": made["resources"]}


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
    fields = "calendarItem { id code name version status startsAt originalStartsAt }"
    return club.make("calendarItemCreate", fields, wanted | given)["calendarItem"]


def make_group(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("group")
    wanted = {"code": code, "name": code}
    fields = "productGroup { id code version }"
    return club.make("productGroupCreate", fields, wanted | given)["productGroup"]


def make_product(club: Club, kind: str = "CATALOG", **given: Any) -> dict[str, Any]:
    code = fresh_code("product")
    wanted: dict[str, Any] = {
        "code": code,
        "name": code,
        "kind": kind,
        "scope": "NONE" if kind in {"CATALOG", "PACKAGE"} else "CALENDAR_ITEM",
        "supplyType": "ADMISSION",
    }
    if "groupId" not in given:
        wanted["groupId"] = make_group(club)["id"]
    if kind == "FORMULA":
        wanted["locationTypeCode"] = "COCKTAIL"
    return club.make("productCreate", "product { id code version }", wanted | given)["product"]


def make_price_list(club: Club, **given: Any) -> dict[str, Any]:
    code = fresh_code("list")
    wanted = {"code": code, "name": code, "currency": "EUR", "priceBasis": "NET"}
    fields = "priceList { id code version }"
    return club.make("priceListCreate", fields, wanted | given)["priceList"]


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
