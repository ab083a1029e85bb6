"""What is free at calendar items, and the checklist before a Sale."""

from app.domain.permissions import Role
from tests.club import Club
from tests.stadium import build_stadium

QUERY = """
query($item: ID, $season: ID, $bundle: ID) {
  availability(calendarItemId: $item, seasonId: $season, bundleId: $bundle) {
    calendarItems { code }
    seats { kind total blocked taken free location { code } }
    places { capacity free product { code } location { code } calendarItem { code } }
    freeResources(first: 100, filter: { kind: [SEAT] }) { nodes { id } totalCount { count } }
  }
}
"""


def test_a_seat_sold_for_one_match_is_not_free_for_the_season(club: Club) -> None:
    stadium = build_stadium(club)
    sale = stadium.begin()
    one_match = {"bundleId": None, "calendarItemId": stadium.matches[1]}
    stadium.add(sale, stadium.line("SEAT", 1, "50.00", seatIds=stadium.seats[:1], **one_match))
    free_season = club.query(QUERY, {"season": stadium.ids["S1"]})["availability"]
    seats = {one["kind"]: one for one in free_season["seats"]}
    assert seats["SEAT"] == {
        "kind": "SEAT",
        "total": 12,
        "blocked": 0,
        "taken": 1,
        "free": 11,
        "location": {"code": "N1-1"},
    }
    assert seats["PARKING"]["free"] == 6
    assert free_season["freeResources"]["totalCount"]["count"] == 11
    assert stadium.seats[0] not in [one["id"] for one in free_season["freeResources"]["nodes"]]
    other_match = club.query(QUERY, {"item": stadium.matches[0]})["availability"]
    assert {one["kind"]: one["free"] for one in other_match["seats"]} == {"SEAT": 12, "PARKING": 6}


def test_places_show_the_scarcest_calendar_item(club: Club) -> None:
    stadium = build_stadium(club, places=5)
    sale = stadium.begin()
    at_match = {"bundleId": None, "calendarItemId": stadium.matches[2]}
    stadium.add(
        sale,
        stadium.line("SEAT", 2, "50.00", seatIds=stadium.seats[:2], **at_match),
        stadium.line("COCKTAIL", 2, "90.00", **at_match),
    )
    found = club.query(QUERY, {"bundle": stadium.ids["SUBSCRIPTION"]})["availability"]
    assert found["places"] == [
        {
            "capacity": 5,
            "free": 3,
            "product": None,
            "location": {"code": "LOUNGE"},
            "calendarItem": {"code": "M3"},
        }
    ]


def test_a_portal_user_sees_what_is_free_but_no_capacity(club: Club) -> None:
    stadium = build_stadium(club)
    made = club.query("{ accounts { nodes { id } } }")["accounts"]["nodes"][0]["id"]
    account_id = stadium.uuid(made)
    answer = club.query(
        QUERY, {"item": stadium.matches[0]}, role=Role.PORTAL, account_id=account_id
    )
    assert [one["capacity"] for one in answer["availability"]["places"]] == [None]
    assert [one["free"] for one in answer["availability"]["places"]] == [20]


def test_exactly_one_scope_must_be_given(club: Club) -> None:
    stadium = build_stadium(club)
    both = {"item": stadium.matches[0], "season": stadium.ids["S1"]}
    answer = club.send(QUERY, both)
    assert answer["data"]["availability"] is None
    assert answer["errors"][0]["extensions"]["code"] == "INPUT_INVALID"


def test_another_clubs_calendar_item_is_not_found(club: Club, other_club: Club) -> None:
    stadium = build_stadium(club)
    answer = other_club.send(QUERY, {"item": stadium.matches[0]})
    assert answer["data"]["availability"] is None
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_the_checklist_says_what_is_missing(club: Club) -> None:
    document = "query($a: ID) { saleReadiness(accountId: $a) { topic isMet message } }"
    empty = club.query(document)["saleReadiness"]
    assert [one["isMet"] for one in empty] == [False] * 6
    stadium = build_stadium(club)
    full = club.query(document, {"a": stadium.ids["A1"]})["saleReadiness"]
    assert {one["topic"]: one["isMet"] for one in full} == {
        "VENUE": True,
        "SEATS": True,
        "CALENDAR": True,
        "PRODUCTS": True,
        "PRICES": False,
        "ACCOUNTS": True,
        "ACCOUNT": True,
    }
