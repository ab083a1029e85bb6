"""Following a database: what is sold, cancelled and renamed shows as it is, and as it was then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.storage.extract.source import PostgresSource
from semantic.sync.store import Facts
from semantic.sync.worker import Follower
from tests.club import Club
from tests.semantic.sync.compared import Register, differing, values
from tests.semantic.sync.sources import OnAnotherDay
from tests.stadium import Stadium, amount, build_stadium

pytestmark = pytest.mark.postgres


@pytest.fixture
def stadium(seller: Club) -> Stadium:
    return build_stadium(seller)


@pytest.fixture
def rebuilt(source: PostgresSource, tmp_path: Path) -> Iterator[Any]:
    """Compare facts with those of a rebuild."""
    made: list[Facts] = []

    def compare(facts: Facts) -> dict[str, list[str]]:
        other = Facts(tmp_path / f"rebuilt-{len(made)}", threads=1)
        made.append(other)
        Follower(source, other).step()
        return differing(facts, other)

    yield compare
    for one in made:
        one.close()


def sell_scarfs(stadium: Stadium, quantity: int, *, is_final: bool = True) -> dict[str, Any]:
    sale = stadium.begin(type="CATALOG")
    line = stadium.line("SCARF", quantity, None, bundleId=None, unitPrice=amount("10"))
    sale = stadium.equal(stadium.add(sale, line), 2)
    return stadium.act("saleFinalise", sale) if is_final else sale


def movements(facts: Facts, sale: dict[str, Any]) -> list[tuple[Any, ...]]:
    return values(
        facts,
        "SELECT kind, quantity, net_minor, reason FROM store.fact_sale_movement "
        f"WHERE sale_id = '{Stadium.uuid(sale['id'])}' ORDER BY moved_at",
    )


def own(stadium: Stadium) -> str:
    return f"organisation_id = '{stadium.club.organisation.id}'"


def test_what_is_sold_and_cancelled_moves_and_a_draft_is_in_the_pipeline_alone(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any
) -> None:
    follower.step()
    before = facts.version()
    sale = sell_scarfs(stadium, 3, is_final=False)
    assert follower.step()
    assert movements(facts, sale) == []
    pipeline = (
        f"SELECT net_minor, days_in_draft FROM store.fact_pipeline_snapshot WHERE {own(stadium)}"
    )
    assert values(facts, pipeline) == [(3000, 0)]
    assert {"dim_sale", "fact_pipeline_snapshot"} <= facts.tables_changed_since(before)
    assert "fact_payment" not in facts.tables_changed_since(before)

    sale = stadium.act("saleFinalise", sale)
    assert follower.step()
    assert movements(facts, sale) == [("FINALISED", 3, 3000, "")]
    assert values(facts, pipeline) == []

    stadium.cancel(sale, "rain")
    follower.step()
    assert movements(facts, sale) == [
        ("FINALISED", 3, 3000, ""),
        ("CANCELLED", -3, -3000, "rain"),
    ]
    assert not follower.step()
    assert rebuilt(facts) == {}


def test_a_fact_has_the_version_that_its_account_and_product_had_then(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any
) -> None:
    register = Register(stadium, None)  # type: ignore[arg-type]  # nothing is drawn here
    follower.step()
    sell_scarfs(stadium, 1)
    register.change("account", "account", stadium.ids["A1"], segment="gold")
    sell_scarfs(stadium, 2)
    follower.step()
    register.change("product", "product", stadium.ids["SCARF"], name="Shawl")
    follower.step()
    sell_scarfs(stadium, 4)
    follower.step()
    found = values(
        facts,
        """SELECT m.quantity, a.segment, p.name
        FROM store.fact_sale_movement AS m JOIN store.dim_account AS a USING (account_sk)
        JOIN store.dim_product AS p USING (product_sk)
        WHERE m.organisation_id = a.organisation_id AND m.organisation_id = p.organisation_id
        AND """
        f"m.{own(stadium)} ORDER BY m.quantity",
    )
    assert found == [(1, "", "Scarf"), (2, "gold", "Scarf"), (4, "gold", "Shawl")]
    assert rebuilt(facts) == {}


def test_a_version_that_is_told_late_takes_over_the_facts_of_its_time(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any
) -> None:
    sell_scarfs(stadium, 1)
    follower.step()
    register = Register(stadium, None)  # type: ignore[arg-type]  # nothing is drawn here
    register.change("account", "account", stadium.ids["A1"], segment="late")
    # Its command began before the Sale was made Final, and was held up until after.
    moment = text(
        """
        UPDATE sale_movement SET moved_at = now() + interval '1 minute'
        WHERE organisation_id = :club
        """
    )
    with stadium.club.runner.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(moment, {"club": stadium.club.organisation.id})
    with facts.cursor() as cursor:
        cursor.execute(
            "UPDATE store.fact_sale_movement SET moved_at = moved_at + INTERVAL 1 MINUTE"
        )
    before = facts.version()
    follower.step()
    segments = """SELECT a.segment FROM store.fact_sale_movement AS m
        JOIN store.dim_account AS a USING (organisation_id, account_sk) WHERE m."""
    assert values(facts, segments + own(stadium)) == [("late",)]
    assert "fact_sale_movement" in facts.tables_changed_since(before)


def test_a_group_that_products_have_left_is_renamed_in_their_past_too(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any
) -> None:
    register = Register(stadium, None)  # type: ignore[arg-type]  # nothing is drawn here
    stadium.make("productGroupCreate", "productGroup", {"code": "NEW", "name": "New"})
    for code in ("SEAT", "PARKING", "SCARF", "COCKTAIL"):
        register.change("product", "product", stadium.ids[code], productGroupId=stadium.ids["NEW"])
    follower.step()
    register.change("productGroup", "productGroup", stadium.ids["GROUP"], name="Once")
    assert follower.step()
    names = f"SELECT DISTINCT group_name FROM store.dim_product WHERE {own(stadium)} ORDER BY 1"
    assert values(facts, names) == [("New",), ("Once",), ("unknown",)]
    assert rebuilt(facts) == {}


def test_places_are_counted_as_they_are_held_sold_and_given_back(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any
) -> None:
    counted = (
        "SELECT capacity, blocked, held, sold FROM store.fact_inventory_daily AS i "
        "JOIN store.dim_calendar_item AS c USING (organisation_id, calendar_item_id) "
        f"WHERE i.{own(stadium)} AND c.code = 'M1' AND i.kind = 'SEAT'"
    )
    follower.step()
    assert values(facts, counted) == [(12, 0, 0, 0)]
    sale = stadium.begin()
    sale = stadium.add(sale, stadium.line("SEAT", 2, "100", seatIds=stadium.seats[:2]))
    follower.step()
    assert values(facts, counted) == [(12, 0, 2, 0)]
    stadium.act("saleFinalise", stadium.equal(sale, 2))
    follower.step()
    assert values(facts, counted) == [(12, 0, 0, 2)]
    assert rebuilt(facts) == {}


def test_a_new_day_counts_the_present_anew_and_keeps_the_day_that_was_kept(
    stadium: Stadium, source: PostgresSource, follower: Follower, facts: Facts, tmp_path: Path
) -> None:
    sell_scarfs(stadium, 5, is_final=False)
    follower.step()
    days = f"SELECT DISTINCT day FROM store.fact_pipeline_snapshot WHERE {own(stadium)}"
    ((today,),) = values(facts, days)
    tomorrow = OnAnotherDay(source, today + timedelta(days=1))
    late = Follower(tomorrow, facts)
    assert late.step()
    assert values(facts, days) == [(tomorrow.day,)]
    inventory = f"SELECT DISTINCT day FROM store.fact_inventory_daily WHERE {own(stadium)}"
    assert values(facts, inventory) == [(tomorrow.day,)]
    keep_day(stadium, today)
    late.step()
    assert sorted(values(facts, days)) == [(today,), (tomorrow.day,)]
    assert sorted(values(facts, inventory)) == [(today,), (tomorrow.day,)]
    other = Facts(tmp_path / "other", threads=1)
    Follower(tomorrow, other).step()
    assert differing(facts, other) == {}
    other.close()


def keep_day(stadium: Stadium, day: date) -> None:
    """Keep a day as the worker does when it is over."""
    from app.storage.snapshots import keep_day as keep  # noqa: PLC0415 - the same name

    club = stadium.club
    club.runner.transact(club.organisation.id, "test", lambda work: keep(work, day))


def test_another_time_zone_of_a_club_reads_everything_again(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any, tmp_path: Path
) -> None:
    sell_scarfs(stadium, 1)
    follower.step()
    folder = tmp_path / "semantic"
    assert [path.name for path in folder.glob("*.duckdb")] == ["facts-1.duckdb"]
    given = {"expectedVersion": 1, "timeZone": "Pacific/Kiritimati"}
    stadium.club.make("organisationUpdate", "organisation { id }", given)
    assert follower.step()
    assert [path.name for path in folder.glob("*.duckdb")] == ["facts-2.duckdb"]
    assert rebuilt(facts) == {}


def test_the_totals_agree_and_one_row_too_few_is_found(
    stadium: Stadium, follower: Follower, facts: Facts
) -> None:
    sell_scarfs(stadium, 7)
    assert [one for one in follower.check() if not one.is_equal] == []
    with facts.cursor() as cursor:
        cursor.execute(f"DELETE FROM store.fact_sale_movement WHERE {own(stadium)}")
    wrong = {one.measure: one for one in follower.check() if not one.is_equal}
    club = stadium.club.organisation.id
    assert set(wrong) == {
        f"{name} {club} EUR"
        for name in ("sold quantity", "sold net", "sold VAT", "sold gross", "moved list")
    }
    found = wrong[f"sold net {club} EUR"]
    assert (found.postgres, found.duckdb) == (7000, 0)


def test_a_log_that_was_trimmed_and_another_database_are_read_anew(
    stadium: Stadium, follower: Follower, facts: Facts, source: PostgresSource
) -> None:
    follower.step()
    state = facts.state()
    assert state is not None
    facts.confirm(replace(state, identity="another"))
    assert follower.step()
    assert facts.state() is not None
    assert facts.state().identity == state.identity  # type: ignore[union-attr]  # not None
    facts.confirm(replace(state, position="999999999:999999999:"))
    assert follower.step()
    assert facts.version() > state.version


def scan(number: int, ticket: str, minute: int, **more: Any) -> dict[str, Any]:
    at = f"2026-02-01T18:{minute:02d}:00Z"
    return {"externalId": f"G{number}", "ticket": ticket, "scannedAt": at, **more}


def test_scans_and_what_is_noted_follow_and_the_first_scan_is_the_earliest(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any
) -> None:
    club = stadium.club
    line = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    sale = stadium.act("saleFinalise", stadium.equal(stadium.add(stadium.begin(), line), 1))
    found = club.query("{ entitlements(first: 2) { nodes { id } } }")["entitlements"]["nodes"]
    ticket, other = (one["id"] for one in found)
    follower.step()

    def record(*scans: dict[str, Any]) -> None:
        club.make("scansRecord", "", {"source": "GATES", "scans": list(scans)})
        assert follower.step()

    def seen() -> list[tuple[Any, ...]]:
        return values(
            facts,
            "SELECT gate, result, reason, is_first FROM store.fact_attendance "
            f"WHERE {own(stadium)} ORDER BY scanned_at",
        )

    record(scan(1, ticket, 30, gate="late"), scan(2, "4711", 31, gate="none"))
    assert seen() == [
        ("late", "ACCEPTED", "", True),
        ("none", "REFUSED", "UNKNOWN_TICKET", False),
    ]
    record(scan(3, ticket, 10, gate="early"), scan(4, ticket, 5, gate="out", direction="OUT"))
    assert [(gate, is_first) for gate, _, _, is_first in seen()] == [
        ("out", False),
        ("early", True),
        ("late", False),
        ("none", False),
    ]
    club.make("fulfilmentsSet", "", {"entitlements": [{"entitlementId": other, "menu": "Fish"}]})
    follower.step()
    later = [{"entitlementId": other, "menu": "Meat", "plate": "1-ABC-123"}]
    club.make("fulfilmentsSet", "", {"entitlements": later})
    follower.step()
    noted = f"SELECT menu, plate, dietary FROM store.dim_fulfilment WHERE {own(stadium)}"
    assert values(facts, noted) == [("Meat", "1-ABC-123", "")]
    stadium.act("saleUpdate", sale, repCode="HV")
    follower.step()
    reps = f"SELECT DISTINCT rep_code FROM store.fact_attendance WHERE {own(stadium)} ORDER BY 1"
    assert values(facts, reps) == [("",), ("HV",)]
    assert rebuilt(facts) == {}


def test_reps_and_targets_follow(
    stadium: Stadium, follower: Follower, facts: Facts, rebuilt: Any
) -> None:
    club = stadium.club
    group = stadium.ids["GROUP"]
    stadium.act("saleUpdate", stadium.begin(), repCode="HV")
    follower.step()
    reps = (
        f"SELECT rep_code, name, team FROM store.dim_rep WHERE {own(stadium)} "
        "AND name <> 'unknown' ORDER BY 1"
    )
    assert values(facts, reps) == [("HV", "HV", "")]
    made = club.make("salesRepCreate", "salesRep { id version }", {"code": "HV", "name": "Hanne"})
    wanted = {"month": "2026-02-14", "amount": amount("100.00")}
    targets = [{**wanted, "repCode": "SD"}, {**wanted, "repCode": "HV", "productGroupId": group}]
    done = club.make("salesTargetsSet", "salesTargets { id }", {"targets": targets})
    follower.step()
    assert values(facts, reps) == [("HV", "Hanne", ""), ("SD", "SD", "")]
    aims = (
        "SELECT t.rep_code, t.month, t.amount_minor, g.code FROM store.fact_target AS t "
        "JOIN store.dim_product_group AS g USING (organisation_id, product_group_id) "
        f"WHERE t.{own(stadium)} ORDER BY 1"
    )
    first = date(2026, 2, 1)
    assert values(facts, aims) == [("HV", first, 10000, "GROUP"), ("SD", first, 10000, "unknown")]
    change = {"id": made["salesRep"]["id"], "expectedVersion": 1, "team": "Business"}
    club.make("salesRepUpdate", "", change)
    club.make("salesTargetsRemove", "", {"ids": [done["salesTargets"][0]["id"]]})
    follower.step()
    assert values(facts, reps) == [("HV", "Hanne", "Business")]
    assert values(facts, aims) == [("HV", first, 10000, "GROUP")]
    assert rebuilt(facts) == {}
