"""Live Sales over WebSockets: the present state, what changes, what comes and goes."""

from app.domain.permissions import Role
from tests.club import Club
from tests.live.followers import Follower, follow_sale, follow_sales
from tests.stadium import build_stadium


def test_a_sale_is_followed_from_its_present_state_on(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    with Follower.of(club) as follower:
        name = follower.begin(follow_sale(), id=sale["id"])
        present, caught_up = follower.until(name, "CAUGHT_UP")
        assert present["kind"] == "PRESENT"
        assert present["sale"]["version"] == sale["version"]
        assert caught_up["sale"] is None
        sale = stadium.add(sale, stadium.line("SEAT", 1, "10.00", seatIds=stadium.seats[:1]))
        changed = follower.event(name)
        assert changed["kind"] == "CHANGED"
        assert changed["saleId"] == sale["id"]
        assert changed["sale"]["version"] == sale["version"]
        assert changed["topics"] == ["sale.changed"]


def test_a_list_tells_what_comes_changes_leaves_and_is_removed(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    with Follower.of(club) as follower:
        drafts = {"status": ["DRAFT"], "accountId": [stadium.ids["A1"]]}
        name = follower.begin(follow_sales(), filter=drafts)
        assert [one["saleId"] for one in follower.until(name, "CAUGHT_UP")] == [sale["id"], None]
        new = stadium.begin()
        assert follower.event(name)["saleId"] == new["id"]
        sale = stadium.equal(
            stadium.add(sale, stadium.line("SEAT", 1, "10.00", seatIds=stadium.seats[:1])), 1
        )
        stadium.act("saleFinalise", sale)
        left = follower.until(name, "GONE")[-1]
        assert (left["saleId"], left["reason"], left["sale"]) == (sale["id"], "NOT_MATCHING", None)
        assert "sale.finalised" in left["topics"]
        given = stadium.about(new, reason="made by mistake")
        club.make("saleRemove", "saleTombstone { id }", given)
        gone = follower.event(name)
        assert (gone["saleId"], gone["reason"]) == (new["id"], "REMOVED")


def test_another_clubs_and_another_accounts_changes_are_not_told(
    club: Club, other_club: Club
) -> None:
    stadium, stranger = build_stadium(club, matches=1), build_stadium(other_club, matches=1)
    stadium.account("A2")
    own = stadium.uuid(stadium.ids["A1"])
    with Follower.of(club, Role.PORTAL, own) as portal, Follower.of(other_club) as other:
        mine = portal.begin(follow_sales())
        theirs = other.begin(follow_sales())
        portal.until(mine, "CAUGHT_UP")
        other.until(theirs, "CAUGHT_UP")
        stadium.begin(account="A2")
        foreign = stranger.begin()
        seen = stadium.begin()
        assert portal.event(mine)["saleId"] == seen["id"]
        assert other.event(theirs)["saleId"] == foreign["id"]
