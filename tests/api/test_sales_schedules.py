"""How Drafts are billed: every recipe, groups by season, edits by hand, and what does not fit."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.storage.engine import Engine
from tests.conftest import LiveServer, found_club
from tests.scenarios.billed import amounts, cells, percents, sell, totals
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, amount, build_stadium

YEAR = datetime.now(UTC).year + 1
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def shop(engine: Engine, server: LiveServer) -> Iterator[Stadium]:
    """A stadium with two seasons, whose Sales do not touch each other."""
    club = found_club(engine, server)
    stadium = build_stadium(club, matches=2, seats=1, parkings=1)
    season = {"code": "S2", "name": "Next", "startsOn": f"{YEAR + 1}-07-01"}
    stadium.make("seasonCreate", "season", {**season, "endsOn": f"{YEAR + 2}-06-30"})
    stadium.make("productGroupCreate", "productGroup", {"code": "GROUP2", "name": "Two"})
    other = {"scope": "NONE", "productGroupId": stadium.ids["GROUP2"]}
    stadium.product("MUG", "CATALOG", "CATERING", **other)
    yield stadium
    assert not broken_rules(engine, club.organisation.id)
    club.http.close()


def days(sale: dict[str, Any]) -> list[str]:
    return [invoice["plannedOn"] for invoice in sale["invoices"]]


def bill(shop: Stadium, sale: dict[str, Any], **given: Any) -> dict[str, Any]:
    return shop.act("invoiceScheduleSet", sale, **given)


def schedules(shop: Stadium, sale: dict[str, Any]) -> list[dict[str, Any]]:
    fields = "schedules { mode season { code } invoices { amount { amount } } }"
    found: list[dict[str, Any]] = shop.read(sale, fields)["schedules"]
    return found


@pytest.mark.parametrize(
    ("recipe", "on", "parts"),
    [
        (
            {"equal": {"count": 3, "firstOn": f"{YEAR}-01-31"}},
            [f"{YEAR}-01-31", f"{YEAR}-02-{28 + (YEAR % 4 == 0)}", f"{YEAR}-03-31"],
            ["33.34", "33.33", "33.33"],
        ),
        (
            {"equal": {"count": 2, "firstOn": f"{YEAR}-10-31", "every": "QUARTER"}},
            [f"{YEAR}-10-31", f"{YEAR + 1}-01-31"],
            ["50.00", "50.00"],
        ),
        (
            {"dates": [f"{YEAR}-09-01", f"{YEAR}-03-01"]},
            [f"{YEAR}-03-01", f"{YEAR}-09-01"],
            ["50.00", "50.00"],
        ),
        (
            {"percent": [{"on": f"{YEAR}-01-01", "percent": "12.5"}, {"on": f"{YEAR}-02-01"}]},
            [f"{YEAR}-01-01", f"{YEAR}-02-01"],
            ["12.50", "87.50"],
        ),
        (
            {"amounts": [{"on": f"{YEAR}-01-01"}, {"on": f"{YEAR}-02-01", "amount": amount("20")}]},
            [f"{YEAR}-01-01", f"{YEAR}-02-01"],
            ["80.00", "20.00"],
        ),
        (
            {
                "relative": [
                    {"anchor": "SALE_DATE", "percent": "10"},
                    {"anchor": "SEASON_START", "offsetDays": -1, "percent": "40"},
                    {"anchor": "CALENDAR_ITEM", "offsetDays": 7},
                ]
            },
            [TODAY.isoformat(), f"{YEAR}-06-30", f"{YEAR}-08-28"],
            ["10.00", "40.00", "50.00"],
        ),
    ],
)
def test_every_recipe_gives_its_dates_and_parts(
    shop: Stadium, recipe: dict[str, Any], on: list[str], parts: list[str]
) -> None:
    sale = shop.begin(seasonId=shop.ids["S1"])
    if "relative" in recipe:
        single = shop.line("PARKING", 1, "100.00", parkingIds=shop.parkings)
        sale = shop.add(sale, single)
    else:
        sale = shop.add(sale, shop.line("SCARF", 1, "100.00", bundleId=None))
    sale = bill(shop, sale, recipe=recipe)
    assert (days(sale), amounts(sale)) == (on, parts)
    after = shop.act("saleFinalise", sale)
    assert after["status"] == "FINAL"
    shop.cancel(after, reason="the next case needs the parking place")


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ({"equal": {"count": 0, "firstOn": f"{YEAR}-01-01"}}, ["recipe", "equal", "count"]),
        ({"equal": {"count": 121, "firstOn": f"{YEAR}-01-01"}}, ["recipe", "equal", "count"]),
        ({"equal": {"count": 1, "firstOn": "1989-12-31"}}, ["recipe", "equal", "firstOn"]),
        ({"dates": []}, ["recipe", "dates"]),
        ({"dates": ["2201-01-01"]}, ["recipe", "dates", "0"]),
        ({"amounts": [{"on": f"{YEAR}-01-01"}] * 2}, ["recipe", "amounts"]),
        (
            {"amounts": [{"on": "1900-01-01", "amount": amount("1")}]},
            ["recipe", "amounts", "0", "on"],
        ),
        (
            {"relative": [{"anchor": "SALE_DATE", "offsetDays": 3661, "percent": "100"}]},
            ["recipe", "relative", "0", "offsetDays"],
        ),
        (percents(YEAR, "0", "100"), ["recipe", "percent", "0", "percent"]),
    ],
)
def test_a_malformed_recipe_is_refused_at_its_own_field(
    shop: Stadium, recipe: dict[str, Any], expected: list[str]
) -> None:
    sale = sell(shop, "100.00", None)
    errors = shop.refused("invoiceScheduleSet", shop.about(sale, recipe=recipe))
    assert errors == [("SCHEDULE_INVALID", expected)]


def test_percentages_that_do_not_sum_are_refused(shop: Stadium) -> None:
    sale = sell(shop, "100.00", None)
    for parts in (["50", "49.9999"], ["50", "50.0001"]):
        given = shop.about(sale, recipe=percents(YEAR, *parts))
        assert shop.refused("invoiceScheduleSet", given) == [
            ("PERCENT_SUM_INVALID", ["recipe", "percent"])
        ]
    given = shop.about(sale, recipe=percents(YEAR, "33.33333", "66.66667"))
    codes = {code for code, _ in shop.refused("invoiceScheduleSet", given)}
    assert codes == {"SCHEDULE_INVALID"}


def test_amounts_in_another_currency_or_two_are_refused(shop: Stadium) -> None:
    sale = sell(shop, "100.00", None)
    on = f"{YEAR}-01-01"
    dollars = [{"on": on, "amount": amount("100.00", "USD")}]
    assert shop.refused("invoiceScheduleSet", shop.about(sale, recipe={"amounts": dollars})) == [
        ("CURRENCY_MIXED", ["recipe"])
    ]
    mixed = {"amounts": [*dollars, {"on": on, "amount": amount("1.00")}]}
    assert shop.refused("invoiceScheduleSet", shop.about(sale, recipe=mixed)) == [
        ("CURRENCY_MIXED", ["recipe", "amounts"])
    ]
    given = shop.about(sale, recipe={"equal": Stadium.months(2)}, seasonId="season_" + "0" * 32)
    assert shop.refused("invoiceScheduleSet", given) == [("NOT_FOUND", ["seasonId"])]


def test_an_automatic_schedule_follows_its_lines(shop: Stadium) -> None:
    sale = sell(shop, "100.00", {"equal": Stadium.months(3)})
    ids = [invoice["id"] for invoice in sale["invoices"]]
    sale = shop.add(sale, shop.line("MUG", 1, "50.00", bundleId=None))
    assert amounts(sale) == ["50.00", "50.00", "50.00"]
    assert [invoice["id"] for invoice in sale["invoices"]] == ids
    sale = shop.act("saleUpdate", sale, discount=amount("0.01"))
    assert amounts(sale) == ["50.00", "50.00", "49.99"]
    sale = shop.act("saleLineRemove", sale, lineIds=[line["id"] for line in sale["lines"][:1]])
    assert amounts(sale) == ["16.67", "16.66", "16.66"]


def test_amounts_by_hand_stay_and_finalising_says_what_is_missing(shop: Stadium) -> None:
    on = [f"{YEAR}-01-01", f"{YEAR}-02-01"]
    rows = [{"on": day, "amount": amount("50.00")} for day in on]
    sale = sell(shop, "100.00", {"amounts": rows})
    assert totals(sale) == ("100.00", "21.00", "121.00")
    assert schedules(shop, sale)[0]["mode"] == "MANUAL"
    sale = shop.add(sale, shop.line("MUG", 1, "12.34", bundleId=None))
    assert amounts(sale) == ["50.00", "50.00"]
    assert [invoice["net"] for invoice in sale["invoices"]] == [None, None]
    assert totals(sale)[0] == "112.34"
    payload = shop.refusals("saleFinalise", shop.about(sale))
    assert [(e["code"], e["path"], e["message"]) for e in payload["userErrors"]] == [
        (
            "INVOICE_SUM_MISMATCH",
            ["invoices"],
            "the invoices are 12.34 EUR less than the lines",
        )
    ]
    second = sale["invoices"][1]["id"]
    sale = shop.act("invoiceUpdate", sale, invoiceId=second, amount=amount("62.35"))
    message = shop.refusals("saleFinalise", shop.about(sale))["userErrors"][0]["message"]
    assert message == "the invoices are 0.01 EUR more than the lines"
    sale = shop.act("invoiceUpdate", sale, invoiceId=second, amount=amount("62.34"))
    assert cells(sale, 1) == ["44.51", "55.49"]
    assert shop.act("saleFinalise", sale)["status"] == "FINAL"


def test_an_edit_by_hand_makes_an_automatic_schedule_manual(shop: Stadium) -> None:
    sale = sell(shop, "100.00", {"equal": Stadium.months(2)})
    first, second = (invoice["id"] for invoice in sale["invoices"])
    sale = shop.act("invoiceUpdate", sale, invoiceId=first, reference="PO 1")
    assert schedules(shop, sale)[0]["mode"] == "AUTO"
    sale = shop.act("invoiceUpdate", sale, invoiceId=first, plannedOn=f"{YEAR + 1}-12-24")
    assert schedules(shop, sale)[0]["mode"] == "MANUAL"
    assert [invoice["id"] for invoice in sale["invoices"]] == [second, first]
    assert [invoice["sequenceNo"] for invoice in sale["invoices"]] == [1, 2]
    for given, expected in (
        ({"amount": amount("1.00", "USD")}, ("CURRENCY_MIXED", ["amount", "currency"])),
        ({"amount": amount("1.001")}, ("AMOUNT_INVALID", ["amount"])),
        ({"plannedOn": "1900-01-01"}, ("DATE_INVALID", ["plannedOn"])),
        ({"reference": "x" * 201}, ("TEXT_TOO_LONG", ["reference"])),
    ):
        wanted = shop.about(sale, invoiceId=first, **given)
        assert shop.refused("invoiceUpdate", wanted) == [expected]
    other = sell(shop, "1.00", {"equal": Stadium.months(1)})["invoices"][0]["id"]
    wanted = shop.about(sale, invoiceId=other, reference="x")
    assert shop.refused("invoiceUpdate", wanted) == [("NOT_FOUND", ["invoiceId"])]
    sale = bill(shop, sale, recipe={"equal": Stadium.months(2)})
    assert schedules(shop, sale)[0]["mode"] == "AUTO"


def test_past_dates_stay_move_or_merge_as_asked(shop: Stadium) -> None:
    days_ago = [(TODAY - timedelta(days=back)).isoformat() for back in (60, 30, -30)]
    for recipe in (
        {"dates": days_ago},
        {"amounts": [{"on": on, "amount": amount("30.00")} for on in days_ago]},
    ):
        sale = sell(shop, "90.00", recipe)
        assert days(sale) == days_ago
        assert [invoice["status"] for invoice in sale["invoices"]] == ["TODO", "TODO", "FUTURE"]
        sale = bill(shop, sale, recipe=recipe, pastDates="MOVE_TO_TODAY")
        assert days(sale) == [TODAY.isoformat(), TODAY.isoformat(), days_ago[2]]
        assert amounts(sale) == ["30.00"] * 3
        sale = bill(shop, sale, recipe=recipe, pastDates="MERGE_INTO_FIRST")
        assert (days(sale), amounts(sale)) == ([days_ago[2]], ["90.00"])
        sale = bill(shop, sale, recipe=recipe)
        payload = shop.club.make("saleFinalise", "warnings { code path }", shop.about(sale))
        assert payload["warnings"] == [
            {"code": "INVOICE_DATE_BEFORE_TODAY", "path": ["invoices", str(index)]}
            for index in range(2)
        ]


def test_each_season_is_billed_by_a_schedule_of_its_own(shop: Stadium) -> None:
    this, following = shop.ids["S1"], shop.ids["S2"]
    sale = shop.add(
        shop.begin(seasonId=this),
        shop.line("MUG", 1, "100.00", seasonId=this),
        shop.line("MUG", 1, "50.00", seasonId=following),
        shop.line("SCARF", 1, "10.00", bundleId=None),
    )
    sale = bill(shop, sale, recipe={"equal": Stadium.months(2)}, seasonId=this)
    payload = shop.refusals("saleFinalise", shop.about(sale))
    message = "lines of 50.00 EUR have no invoice schedule; set one"
    assert [one["message"] for one in payload["userErrors"]] == [message]
    later = {"dates": [f"{YEAR + 1}-08-02"]}
    sale = bill(shop, sale, recipe=later, seasonId=following)
    assert amounts(sale) == ["55.00", "55.00", "50.00"]
    assert cells(sale, 3) == ["5.00", "5.00"]
    by_season = {one["season"]["code"]: len(one["invoices"]) for one in schedules(shop, sale)}
    assert by_season == {"S1": 2, "S2": 1}
    whole = bill(shop, sale, recipe={"equal": Stadium.months(1)})
    assert amounts(whole) == ["160.00"]
    assert [one["season"] for one in schedules(shop, whole)] == [None]
    again = bill(shop, whole, recipe=later, seasonId=following)
    assert amounts(again) == ["50.00"]
    again = bill(shop, again, recipe={"equal": Stadium.months(1)}, seasonId=this)
    assert shop.act("saleFinalise", again)["status"] == "FINAL"


def test_product_groups_go_to_chosen_instalments(shop: Stadium) -> None:
    sale = shop.add(
        shop.begin(),
        shop.line("SCARF", 1, "100.00", bundleId=None),
        shop.line("MUG", 1, "40.00", bundleId=None),
    )
    plan = [{"productGroupId": shop.ids["GROUP2"], "instalment": 2}]
    given = {
        "recipe": {"equal": Stadium.months(2)},
        "allocation": "GROUP_TO_INSTALMENT",
        "groupInstalments": plan,
    }
    sale = bill(shop, sale, **given)
    assert (cells(sale, 1), cells(sale, 2)) == (["70.00", "30.00"], ["40.00"])
    sale = bill(shop, sale, recipe={"equal": Stadium.months(2)}, allocation="LINE_BY_LINE")
    assert (cells(sale, 1), cells(sale, 2)) == (["70.00", "30.00"], ["40.00"])
    wrong = [{"productGroupId": shop.ids["GROUP2"], "instalment": 3}]
    assert shop.refused(
        "invoiceScheduleSet", shop.about(sale, **{**given, "groupInstalments": wrong})
    ) == [("ALLOCATION_INVALID", ["recipe"])]
    for plan_given, expected in (
        ([], ("ALLOCATION_INVALID", ["groupInstalments"])),
        (
            [{"productGroupId": "product_group_" + "0" * 32, "instalment": 1}],
            ("NOT_FOUND", ["groupInstalments"]),
        ),
        (
            [{**plan[0], "instalment": 0}],
            ("INPUT_INVALID", ["groupInstalments", "0", "instalment"]),
        ),
    ):
        wanted = shop.about(sale, **{**given, "groupInstalments": plan_given})
        assert shop.refused("invoiceScheduleSet", wanted) == [expected]
    sale = bill(shop, sale, **given)
    mugs = shop.line("MUG", 10, "40.00", bundleId=None)
    payload = shop.refusals("saleLineAdd", shop.about(sale, lines=[mugs]))
    assert payload["userErrors"][0]["code"] == "ALLOCATION_INVALID"
    assert "set another one first" in payload["userErrors"][0]["message"]


def test_a_line_that_the_fixed_amounts_of_a_schedule_need_cannot_just_go(shop: Stadium) -> None:
    recipe = {"amounts": [{"on": f"{YEAR}-01-01", "amount": amount("80")}, {"on": f"{YEAR}-02-01"}]}
    sale = sell(shop, "60.00", None)
    sale = shop.add(sale, shop.line("MUG", 1, "40.00", bundleId=None))
    sale = bill(shop, sale, recipe=recipe)
    assert amounts(sale) == ["80.00", "20.00"]
    given = shop.about(sale, lineIds=[sale["lines"][1]["id"]])
    payload = shop.refusals("saleLineRemove", given)
    error = payload["userErrors"][0]
    assert (error["code"], error["path"]) == ("INVOICE_SUM_MISMATCH", ["invoices"])
    assert error["message"].endswith("set another one first")
    sale = bill(shop, sale, recipe={"equal": Stadium.months(1)})
    sale = shop.act("saleLineRemove", sale, lineIds=given["lineIds"])
    assert amounts(sale) == ["60.00"]
