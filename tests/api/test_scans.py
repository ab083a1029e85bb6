"""What gates report, and what is noted for handing over: once, all or nothing, judged here."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.permissions import Role
from app.domain.scopes import Scope
from tests.club import Club
from tests.stadium import Stadium, build_stadium

SCAN = (
    "scans { id externalId result reason isLetThrough gate entitlement { id } calendarItem { id } }"
)
BEFORE = "2026-02-01T19:00:00Z"


@pytest.fixture
def stadium(club: Club) -> Stadium:
    return build_stadium(club)


def sold(stadium: Stadium) -> dict[str, Any]:
    """Sell two seats for the season."""
    draft = stadium.add(
        stadium.begin(), stadium.line("SEAT", 2, "100.00", seatIds=stadium.seats[:2])
    )
    return stadium.act("saleFinalise", stadium.equal(draft, 1))


def tickets(stadium: Stadium, sale: dict[str, Any]) -> list[dict[str, Any]]:
    found = stadium.club.query(
        "query($s: [ID!]) { entitlements(filter: {saleId: $s}) "
        "{ nodes { id status calendarItem { id } resource { id } } } }",
        {"s": [sale["id"]]},
    )
    nodes: list[dict[str, Any]] = found["entitlements"]["nodes"]
    return sorted(nodes, key=lambda one: one["id"])


def scan(number: int, ticket: str, **more: Any) -> dict[str, Any]:
    return {"externalId": f"G{number}", "ticket": ticket, "scannedAt": BEFORE, **more}


def report(club: Club, *scans: dict[str, Any], **caller: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = club.make(
        "scansRecord", SCAN, {"source": "GATES", "scans": list(scans)}, **caller
    )["scans"]
    return found


def refused(club: Club, *scans: dict[str, Any]) -> list[tuple[str, str]]:
    """Report scans that are refused, and see that nothing of them was kept."""
    before = count(club)
    errors = club.refused("scansRecord", {"source": "GATES", "scans": list(scans)})
    assert count(club) == before
    return [(one["code"], ".".join(one["path"][-3:])) for one in errors]


def count(club: Club) -> int:
    return len(club.query("{ scans { nodes { id } } }")["scans"]["nodes"])


def test_scans_are_kept_with_what_was_found_of_their_tickets(stadium: Stadium) -> None:
    club = stadium.club
    mine = tickets(stadium, sold(stadium))
    item = mine[0]["calendarItem"]["id"]
    other = next(one for one in stadium.matches if one != item)
    held = stadium.add(
        stadium.begin(), stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[2:3])
    )
    draft = tickets(stadium, held)[0]["id"]
    kept = report(
        club,
        scan(1, mine[0]["id"], gate="NORTH", calendarItemId=item),
        scan(2, mine[1]["id"]),
        scan(3, mine[0]["id"], calendarItemId=other, isLetThrough=False, refusedFor="OTHER"),
        scan(4, "4711"),
        scan(5, draft),
        scan(6, mine[0]["id"], refusedFor="ALREADY_USED"),
        scan(7, mine[0]["id"], direction="OUT"),
    )
    assert [(one["result"], one["reason"], one["isLetThrough"]) for one in kept] == [
        ("ACCEPTED", None, True),
        ("ACCEPTED", None, True),
        ("REFUSED", "OTHER_EVENT", False),
        ("REFUSED", "UNKNOWN_TICKET", True),
        ("REFUSED", "NOT_SOLD", True),
        ("REFUSED", "ALREADY_USED", False),
        ("ACCEPTED", None, True),
    ]
    assert kept[0]["gate"] == "NORTH"
    assert kept[1]["calendarItem"] == mine[1]["calendarItem"]
    assert [one["entitlement"] for one in kept[3:5]] == [None, None]
    fields = f"scans {{ nodes {{ {SCAN.partition('{')[2].rpartition('}')[0]} }} }}"
    shown = club.query(
        f"query($id: ID!) {{ node(id: $id) {{ ... on Entitlement {{ {fields} }} }} }}",
        {"id": mine[0]["id"]},
    )["node"]["scans"]["nodes"]
    assert sorted(one["externalId"] for one in shown) == ["G1", "G3", "G6", "G7"]


def test_a_cancelled_ticket_is_refused_from_then_on_alone(stadium: Stadium) -> None:
    sale = sold(stadium)
    ticket = tickets(stadium, sale)[0]["id"]
    stadium.cancel(sale, everything=True)
    now = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    before, after = report(
        stadium.club, scan(1, ticket), scan(2, ticket, scannedAt=now, isLetThrough=True)
    )
    assert (before["result"], before["reason"]) == ("ACCEPTED", None)
    assert (after["result"], after["reason"], after["isLetThrough"]) == (
        "REFUSED",
        "CANCELLED",
        True,
    )


def test_a_scan_is_kept_once_and_never_changed(stadium: Stadium) -> None:
    club = stadium.club
    ticket, other = (one["id"] for one in tickets(stadium, sold(stadium))[:2])
    (first,) = report(club, scan(1, ticket))
    again, twice, new = report(club, scan(1, ticket), scan(1, ticket), scan(2, other))
    assert first["id"] == again["id"] == twice["id"] != new["id"]
    assert count(club) == 2
    differing = refused(club, scan(1, other), scan(3, ticket))
    assert differing == [("SCAN_CONFLICT", "scans.0.externalId")]
    item = tickets(stadium, sold_elsewhere(stadium))[0]["calendarItem"]["id"]
    moved = scan(1, ticket, calendarItemId=next(one for one in stadium.matches if one != item))
    assert {code for code, _ in refused(club, moved, scan(4, ticket, gate="X"))} <= {
        "SCAN_CONFLICT"
    }


def sold_elsewhere(stadium: Stadium) -> dict[str, Any]:
    """Sell another seat for the season."""
    line = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[3:4])
    draft = stadium.equal(stadium.add(stadium.begin(), line), 1)
    return stadium.act("saleFinalise", draft)


def test_what_is_wrong_with_scans_is_said_of_each_and_none_is_kept(stadium: Stadium) -> None:
    club = stadium.club
    far = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    item = f"calendar_item_{'0' * 31}1"
    assert refused(
        club,
        scan(1, "x", externalId=""),
        scan(2, ""),
        scan(3, "x", scannedAt=far),
        scan(4, "x", calendarItemId=item),
        scan(5, "x", isLetThrough=False),
        scan(6, "fine"),
    ) == [
        ("TEXT_REQUIRED", "scans.0.externalId"),
        ("TEXT_REQUIRED", "scans.1.ticket"),
        ("DATE_INVALID", "scans.2.scannedAt"),
        ("NOT_FOUND", "scans.3.calendarItemId"),
        ("INPUT_INVALID", "scans.4.isLetThrough"),
    ]
    many = [scan(number, "x") for number in range(1001)]
    assert refused(club, *many) == [("TOO_MANY_ITEMS", "scans")]
    assert club.refused("scansRecord", {"source": "", "scans": []})[0]["path"] == ["source"]


def test_operations_and_partners_with_the_scope_report_scans(stadium: Stadium) -> None:
    club = stadium.club
    report(club, scan(1, "x"), role=Role.OPERATIONS)
    report(club.scoped(Role.PARTNER, Scope.WRITE_ATTENDANCE), scan(2, "x"), role=Role.PARTNER)
    for role in (Role.SALES, Role.FINANCE, Role.ANALYST):
        given = {"source": "GATES", "scans": [scan(3, "x")]}
        assert club.refused("scansRecord", given, role=role)[0]["code"] == "PERMISSION_DENIED"
    assert count(club) == 2


NOTED = "entitlements { id fulfilment { menu dietary confirmation plate deliveredAt } }"


def test_what_is_noted_of_an_entitlement_stays_until_it_is_changed(stadium: Stadium) -> None:
    club = stadium.club
    one, other = (found["id"] for found in tickets(stadium, sold(stadium))[:2])
    given = [
        {"entitlementId": one, "menu": "Fish", "confirmation": "CHOSEN"},
        {"entitlementId": other, "plate": "1-ABC-123"},
    ]
    made = club.make("fulfilmentsSet", NOTED, {"entitlements": given})["entitlements"]
    assert made[0]["fulfilment"][0]["menu"] == "Fish"
    assert made[1]["fulfilment"][0]["plate"] == "1-ABC-123"
    later = [{"entitlementId": one, "menu": None, "dietary": "No nuts", "deliveredAt": BEFORE}]
    (changed,) = club.make("fulfilmentsSet", NOTED, {"entitlements": later})["entitlements"]
    assert changed["fulfilment"] == [
        {
            "menu": None,
            "dietary": "No nuts",
            "confirmation": "CHOSEN",
            "plate": None,
            "deliveredAt": "2026-02-01T19:00:00Z",
        }
    ]
    assert club.make("fulfilmentsSet", NOTED, {"entitlements": later})["entitlements"] == [changed]


def test_what_cannot_be_noted_is_said_of_each_and_nothing_is_noted(stadium: Stadium) -> None:
    club = stadium.club
    ticket = tickets(stadium, sold(stadium))[0]["id"]
    given = [
        {"entitlementId": ticket, "menu": "Fish"},
        {"entitlementId": ticket, "menu": "Meat"},
        {"entitlementId": f"entitlement_{'0' * 31}1"},
    ]
    errors = club.refused("fulfilmentsSet", {"entitlements": given})
    assert [(one["code"], one["path"]) for one in errors] == [
        ("INPUT_INVALID", ["entitlements", "1", "entitlementId"]),
        ("NOT_FOUND", ["entitlements", "2", "entitlementId"]),
    ]
    shown = club.query(
        "query($id: ID!) { node(id: $id) { ... on Entitlement { fulfilment { menu } } } }",
        {"id": ticket},
    )
    assert shown["node"]["fulfilment"] == []
