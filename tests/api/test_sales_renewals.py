"""Templates of Sales, and renewing a Sale in another season."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.club import Club
from tests.scenarios.billed import amounts, percents, totals
from tests.scenarios.invariants import broken_rules
from tests.stadium import SALE, Stadium, amount, build_stadium

YEAR = datetime.now(UTC).year + 2


def add_season(stadium: Stadium, *bundles: str) -> None:
    """A next season with two matches, and a subscription of both for each code."""
    season = {"code": "S2", "name": "Next", "startsOn": f"{YEAR}-07-01"}
    season_id = stadium.make("seasonCreate", "season", {**season, "endsOn": f"{YEAR + 1}-06-30"})
    members = []
    for number in (1, 2):
        item = {"code": f"N{number}", "name": f"Next {number}", "kind": "MATCH"}
        starts_at = (datetime(YEAR, 8, 1, 18, tzinfo=UTC) + timedelta(days=number)).isoformat()
        place = {"venueId": stadium.ids["V"], "seasonId": season_id}
        given = {**item, **place, "startsAt": starts_at}
        made = stadium.make("calendarItemCreate", "calendarItem", given)
        members.append({"calendarItemId": made, "weight": number})
    for code in bundles:
        given = {"code": code, "name": code, "kind": "SUBSCRIPTION", "seasonId": season_id}
        stadium.make("calendarBundleCreate", "calendarBundle", {**given, "members": members})


def old_sale(stadium: Stadium) -> dict[str, Any]:
    """A Final Sale of seats, cocktails, a package and a scarf, at prices of its own."""
    sale = stadium.begin(isBarter=True, nameOnTickets="Halve Maan")
    sale = stadium.add(
        sale,
        stadium.line("SEAT", 2, "90.00", seatIds=[stadium.seats[4], stadium.seats[2]]),
        stadium.line("COCKTAIL", 2, "20.00", discount=amount("4.00")),
        stadium.line("VIP", 1, "50.00", seatIds=stadium.seats[:1], parkingIds=stadium.parkings[:1]),
        stadium.line("SCARF", 1, "14.00", bundleId=None),
    )
    sale = stadium.act("saleUpdate", sale, discount=amount("28.00"))
    return stadium.act("saleFinalise", stadium.equal(sale, 1))


def renew(stadium: Stadium, sale: dict[str, Any], **given: Any) -> dict[str, Any]:
    wanted = {"saleId": sale["id"], "seasonId": stadium.ids["S2"], **given}
    renewed: dict[str, Any] = stadium.club.make("saleDuplicate", SALE, wanted)["sale"]
    return renewed


def vip_stadium(club: Club, *bundles: str) -> Stadium:
    stadium = build_stadium(club, matches=2)
    stadium.package("VIP", ("SEAT", 1, 3), ("PARKING", 1, 1))
    add_season(stadium, *bundles)
    return stadium


def test_a_renewal_keeps_seats_and_header_and_takes_old_prices_when_asked(
    club: Club, engine: Engine
) -> None:
    stadium = vip_stadium(club, "NEXT")
    old = old_sale(stadium)
    recipe = percents(YEAR, "60", "40")
    new = renew(stadium, old, keepsPrices=True, recipe=recipe)
    assert [line["amount"] for line in new["lines"]] == [line["amount"] for line in old["lines"]]
    assert new["discount"] == {"amount": "28.00"}
    assert totals(new) == totals(old)
    assert amounts(new) == ["151.20", "100.80"]
    fields = """isBarter nameOnTickets status renewedFrom { code } season { code }
      entitlements(first: 100) { nodes { unitNo product { code } resource { id }
        calendarItem { code } } } renewals { code }"""
    found = stadium.read(new, fields)
    assert (found["isBarter"], found["nameOnTickets"]) == (True, "Halve Maan")
    assert (found["renewedFrom"]["code"], found["season"]["code"]) == (old["code"], "S2")
    seats = {
        (node["product"]["code"], node["unitNo"], node["resource"]["id"])
        for node in found["entitlements"]["nodes"]
        if node["resource"]
    }
    assert seats == {
        ("SEAT", 1, stadium.seats[4]),
        ("SEAT", 2, stadium.seats[2]),
        ("SEAT", 1, stadium.seats[0]),
        ("PARKING", 1, stadium.parkings[0]),
    }
    items = {n["calendarItem"]["code"] for n in found["entitlements"]["nodes"] if n["calendarItem"]}
    assert items == {"N1", "N2"}
    assert stadium.read(old, "renewals { code }")["renewals"] == [{"code": new["code"]}]
    assert stadium.act("saleFinalise", new)["status"] == "FINAL"
    assert not broken_rules(engine, club.organisation.id)


def test_a_renewal_names_the_seats_that_others_have_and_creates_nothing(club: Club) -> None:
    stadium = vip_stadium(club, "NEXT")
    old = old_sale(stadium)
    line = stadium.line("SEAT", 1, "1.00", seatIds=stadium.seats[2:3], bundleId=stadium.ids["NEXT"])
    rival = stadium.add(stadium.begin(), line)
    given = {"saleId": old["id"], "seasonId": stadium.ids["S2"], "keepsPrices": True}
    payload = stadium.conflict("saleDuplicate", given)
    assert [
        (one["calendarItem"]["code"], one["resource"]["label"], one["holder"]["saleCode"])
        for one in payload["conflicts"]
    ] == [("N1", "3", rival["code"]), ("N2", "3", rival["code"])]
    rest = [line["id"] for line in old["lines"][2:]]
    assert len(renew(stadium, old, keepsPrices=True, lineIds=rest)["lines"]) == 2


def test_a_renewal_without_old_prices_takes_those_of_the_list_of_today(club: Club) -> None:
    stadium = vip_stadium(club, "NEXT")
    stadium.price("SEAT", "80.00")
    sale = stadium.begin()
    line = stadium.line("SEAT", 1, None, seatIds=stadium.seats[:1])
    old = stadium.act("saleFinalise", stadium.equal(stadium.add(sale, line), 1))
    stadium.price("SEAT", "95.00", bundleId=stadium.ids["NEXT"])
    assert totals(renew(stadium, old))[0] == "95.00"
    # The list of the old Sale has ended since; another one is valid now, with VAT in its prices.
    ended = {"id": stadium.ids["LIST"], "expectedVersion": 1, "validTo": "2025-12-31"}
    club.make("priceListUpdate", "priceList { id }", ended)
    del stadium.ids["LIST"]
    given = {"code": "LIST2", "name": "List", "currency": "EUR", "priceBasis": "GROSS"}
    stadium.ids["LIST"] = stadium.make("priceListCreate", "priceList", given)
    stadium.price("SEAT", "106.00")
    stadium.cancel(renewal_of(stadium, old), reason="once more")
    new = renew(stadium, old)
    assert totals(new) == ("100.00", "6.00", "106.00")
    stadium.cancel(new, reason="once more")
    assert totals(renew(stadium, old, keepsPrices=True, bundles=[]))[0] == "80.00"


def test_a_renewal_of_a_partly_cancelled_sale_has_what_is_left(club: Club) -> None:
    stadium = vip_stadium(club, "NEXT")
    old = old_sale(stadium)
    seats, cocktails, _, scarf = (line["id"] for line in old["lines"])
    lines = [
        {"lineId": seats, "resourceIds": stadium.seats[2:3]},
        {"lineId": cocktails, "quantity": 1},
        {"lineId": scarf},
    ]
    old = stadium.cancel(old, lines=lines)
    # The guest of the package sits elsewhere at the only match that is left.
    moves = [{"fromId": stadium.seats[0], "toId": stadium.seats[7]}]
    old = stadium.act("seatSwap", old, moves=moves, calendarItemIds=stadium.matches[1:])
    package = {"lineId": old["lines"][2]["id"], "calendarItemIds": stadium.matches[:1]}
    old = stadium.cancel(old, lines=[package])
    new = renew(stadium, old, keepsPrices=True)
    assert [line["quantity"] for line in new["lines"]] == [1, 1, 1]
    # 90.00, 20.00 less 2.00 and 50.00, less 15.80 of the discount on the whole Sale.
    assert totals(new)[0] == "142.20"
    held = {seat for _, seat in stadium.held()}
    assert held == {stadium.seats[4], stadium.seats[7], stadium.parkings[0]}
    given = {"saleId": old["id"], "seasonId": stadium.ids["S2"], "lineIds": [scarf]}
    assert stadium.refused("saleDuplicate", given) == [("CANCEL_NOTHING", ["lineIds", "0"])]
    stadium.cancel(new)
    # Of a Sale that is cancelled as a whole everything is renewed, as it was sold.
    everything = renew(stadium, stadium.cancel(old), keepsPrices=True)
    assert [line["quantity"] for line in everything["lines"]] == [2, 2, 1, 1]


def renewal_of(stadium: Stadium, old: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = stadium.read(old, "renewals { id version }")["renewals"][0]
    return found


def test_a_bundle_without_a_counterpart_must_be_named(club: Club) -> None:
    stadium = vip_stadium(club, "FULL", "HALF")
    old = old_sale(stadium)
    given = {"saleId": old["id"], "seasonId": stadium.ids["S2"], "keepsPrices": True}
    assert stadium.refused("saleDuplicate", given) == [
        ("LINE_SCOPE_INVALID", ["lines", str(index)]) for index in range(3)
    ]
    pair = {"fromId": stadium.ids["SUBSCRIPTION"]}
    for to_id, code in (
        ("calendar_bundle_" + "0" * 32, "NOT_FOUND"),
        (stadium.ids["SUBSCRIPTION"], "LINE_SCOPE_INVALID"),
    ):
        bundles = [{**pair, "toId": to_id}]
        assert stadium.refused("saleDuplicate", {**given, "bundles": bundles}) == [
            (code, ["bundles"])
        ]
    new = renew(stadium, old, keepsPrices=True, bundles=[{**pair, "toId": stadium.ids["HALF"]}])
    found = stadium.read(new, "lines { bundle { code } }")["lines"]
    assert [line["bundle"] and line["bundle"]["code"] for line in found] == ["HALF"] * 3 + [None]


def test_what_cannot_be_renewed_is_refused(club: Club) -> None:
    stadium = vip_stadium(club, "NEXT")
    single = stadium.line(
        "SEAT", 1, "9.00", seatIds=stadium.seats[:1], calendarItemId=stadium.matches[0]
    )
    sale = stadium.add(stadium.begin(), single)
    given = {"saleId": sale["id"], "seasonId": stadium.ids["S2"], "keepsPrices": True}
    assert stadium.refused("saleDuplicate", given) == [("LINE_SCOPE_INVALID", ["lines", "0"])]
    for wrong, expected in (
        ({"seasonId": "season_" + "0" * 32}, ("NOT_FOUND", ["seasonId"])),
        ({"lineIds": ["sale_line_" + "0" * 32]}, ("NOT_FOUND", ["lineIds", "0"])),
        ({"saleId": stadium.ids["A1"]}, ("ID_INVALID", ["saleId"])),
        (
            {"recipe": {"amounts": [{"on": f"{YEAR}-01-01", "amount": amount("1", "USD")}]}},
            ("CURRENCY_MIXED", ["recipe"]),
        ),
    ):
        assert stadium.refused("saleDuplicate", {**given, **wrong}) == [expected]
    codes = stadium.refused("saleDuplicate", given, role=Role.FINANCE)
    assert [code for code, _ in codes] == ["PERMISSION_DENIED"]


def test_a_renewal_may_be_billed_by_fixed_amounts(club: Club) -> None:
    stadium = vip_stadium(club, "NEXT")
    rows = [{"on": f"{YEAR}-0{month}-01", "amount": amount("126.00")} for month in (1, 2)]
    new = renew(stadium, old_sale(stadium), keepsPrices=True, recipe={"amounts": rows})
    assert amounts(new) == ["126.00", "126.00"]
    assert stadium.act("saleFinalise", new)["status"] == "FINAL"


TEMPLATE = """saleTemplate { id version code saleType isActive recipe pastDates
  lines { lineNo quantity product { code } fixedPrice { amount currency } } }"""


def template(stadium: Stadium, **more: Any) -> dict[str, Any]:
    lines = [
        {"productId": stadium.ids["SEAT"], "quantity": 2},
        {"productId": stadium.ids["SCARF"], "quantity": 3, "fixedPrice": amount("5.00")},
    ]
    relative = [
        {"anchor": "SALE_DATE", "percent": "50"},
        {"anchor": "SEASON_START", "offsetDays": -30},
    ]
    given = {"code": "T", "name": "Duo", "saleType": "SEASON", "lines": lines}
    return {**given, "recipe": {"relative": relative}, **more}


def test_a_sale_of_a_templates_shape_has_its_lines_prices_and_schedule(
    club: Club, engine: Engine
) -> None:
    stadium = build_stadium(club, matches=2)
    stadium.price("SEAT", "40.00")
    made = club.make("saleTemplateCreate", TEMPLATE, template(stadium))["saleTemplate"]
    assert [line["fixedPrice"] for line in made["lines"]] == [None, amount("5.00")]
    choice = {"lineNo": 1, "seatIds": stadium.seats[:2], "bundleId": stadium.ids["SUBSCRIPTION"]}
    given = {"templateId": made["id"], "accountId": stadium.ids["A1"]}
    given |= {"seasonId": stadium.ids["S1"], "choices": [choice]}
    sale = club.make("saleCreateFromTemplate", SALE, given)["sale"]
    assert [line["amount"]["amount"] for line in sale["lines"]] == ["80.00", "15.00"]
    assert amounts(sale) == ["47.50", "47.50"]
    assert sale["invoices"][1]["plannedOn"] == f"{YEAR - 1}-06-01"
    assert stadium.read(sale, "template { code }")["template"] == {"code": "T"}
    assert stadium.act("saleFinalise", sale)["status"] == "FINAL"
    # A template that changes leaves the Sales made of it as they are.
    change = template(stadium, code="T2", recipe=None, isActive=False)
    change |= {"id": made["id"], "expectedVersion": 1, "lines": change["lines"][:1]}
    after = club.make("saleTemplateUpdate", TEMPLATE, change)["saleTemplate"]
    assert (after["code"], after["version"], len(after["lines"])) == ("T2", 2, 1)
    assert len(stadium.read(sale)["lines"]) == 2
    assert stadium.refused("saleTemplateUpdate", change) == [("VERSION_STALE", ["expectedVersion"])]
    assert stadium.refused("saleCreateFromTemplate", given) == [("IN_USE", ["templateId"])]
    assert not broken_rules(engine, club.organisation.id)


def test_every_line_of_a_template_that_cannot_be_filled_is_named(club: Club) -> None:
    stadium = build_stadium(club, matches=2)
    made = club.make("saleTemplateCreate", TEMPLATE, template(stadium))["saleTemplate"]
    given = {"templateId": made["id"], "accountId": stadium.ids["A1"]}
    assert stadium.refused("saleCreateFromTemplate", given) == [
        ("LINE_SCOPE_INVALID", ["lines", "0", "calendarItemId"]),
        ("PRICE_MISSING", ["lines", "0", "unitPrice"]),
        ("SEATS_MISMATCH", ["lines", "0", "seatIds"]),
    ]
    wrong = [
        {"lineNo": 1, "quantity": 0, "seatIds": [], "seasonId": stadium.ids["S1"]},
        {"lineNo": 2, "quantity": 1},
    ]
    errors = stadium.refused("saleCreateFromTemplate", {**given, "choices": wrong})
    assert ("QUANTITY_INVALID", ["lines", "0", "quantity"]) in errors
    wrong = [{"lineNo": 3}, {"lineNo": 1}, {"lineNo": 1}]
    assert stadium.refused("saleCreateFromTemplate", {**given, "choices": wrong}) == [
        ("NOT_FOUND", ["choices", "0", "lineNo"]),
        ("INPUT_INVALID", ["choices", "2", "lineNo"]),
    ]


def test_a_template_that_makes_no_sense_is_refused(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    club.make("saleTemplateCreate", TEMPLATE, template(stadium))
    negative = [{"productId": stadium.ids["SCARF"], "fixedPrice": amount("-1.00")}]
    for wrong, expected in (
        ({}, ("CODE_TAKEN", ["code"])),
        ({"code": "A B"}, ("CODE_INVALID", ["code"])),
        ({"code": "T2", "name": " "}, ("TEXT_REQUIRED", ["name"])),
        ({"code": "T2", "lines": []}, ("NO_LINES", ["lines"])),
        ({"code": "T2", "lines": negative}, ("AMOUNT_NEGATIVE", ["lines", "0", "fixedPrice"])),
        (
            {"code": "T2", "recipe": {"equal": Stadium.months(2)}},
            ("SCHEDULE_INVALID", ["recipe"]),
        ),
        (
            {"code": "T2", "lines": [{"productId": "product_" + "0" * 32}]},
            ("NOT_FOUND", ["lines", "0", "productId"]),
        ),
    ):
        assert stadium.refused("saleTemplateCreate", template(stadium, **wrong)) == [expected]
    codes = stadium.refused("saleTemplateCreate", template(stadium), role=Role.PARTNER)
    assert [code for code, _ in codes] == ["PERMISSION_DENIED"]
    credit = template(stadium, code="C", saleType="CREDIT", lines=negative, recipe=None)
    made = club.make("saleTemplateCreate", TEMPLATE, credit)["saleTemplate"]
    given = {"templateId": made["id"], "accountId": stadium.ids["A1"]}
    sale = club.make("saleCreateFromTemplate", SALE, given)["sale"]
    assert sale["net"]["amount"] == "-1.00"
