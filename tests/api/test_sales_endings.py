"""Cancelling and removing Sales, sub-sales, credits, seat swaps and names on tickets."""

from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.club import Club
from tests.scenarios.billed import amounts, sell, totals
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, amount, build_stadium

MONEY = "net { amount } vat { amount } gross { amount }"


def season_sale(stadium: Stadium, first: int = 0, seats: int = 2) -> dict[str, Any]:
    """A Draft with seats and cocktails for the season in two instalments."""
    chosen = stadium.seats[first : first + seats]
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", seats, "100.00", seatIds=chosen),
        stadium.line("COCKTAIL", seats, "20.00"),
    )
    return stadium.equal(sale, 2)


@pytest.mark.parametrize("is_final", [False, True])
def test_a_cancelled_sale_is_worth_nothing_and_holds_nothing(
    club: Club, engine: Engine, *, is_final: bool
) -> None:
    stadium = build_stadium(club)
    sale = season_sale(stadium)
    if is_final:
        sale = stadium.act("saleFinalise", sale)
    after = stadium.cancel(sale, reason="  the account is moving away ")
    assert after["status"] == "CANCELLED"
    assert totals(after) == ("0.00", "0.00", "0.00")
    assert amounts(after) == ["0.00", "0.00"]
    assert [invoice["status"] for invoice in after["invoices"]] == ["VOID", "VOID"]
    assert [invoice["lines"] for invoice in after["invoices"]] == [[], []]
    assert stadium.held() == stadium.held("SOLD") == []
    assert set(stadium.taken().values()) == {0}
    fields = f"""cancelReason cancelledAt vatSummary {{ vat {{ amount }} }}
      lines {{ quantity unitPrice {{ amount }} {MONEY} }} totalsWithSubSales {{ {MONEY} }}
      entitlements {{ nodes {{ status }} }}"""
    found = stadium.read(after, fields)
    assert found["cancelReason"] == "the account is moving away"
    assert {part["vat"]["amount"] for part in found["vatSummary"]} == {"0.00"}
    assert [line["gross"]["amount"] for line in found["lines"]] == ["0.00", "0.00"]
    assert [line["unitPrice"]["amount"] for line in found["lines"]] == ["100.00", "20.00"]
    assert {node["status"] for node in found["entitlements"]["nodes"]} == {"CANCELLED"}
    assert not broken_rules(engine, club.organisation.id)
    # What was held is free for the next, and the cancelled one stays as it is.
    season_sale(stadium)
    for name in ("saleFinalise", "saleRevive", "saleExpire"):
        codes = [code for code, _ in stadium.refused(name, stadium.about(after))]
        assert codes == ["SALE_STATUS_INVALID"]
    given = {"saleId": after["id"], "everything": True, "reason": "again", "previewHash": "?"}
    assert [code for code, _ in stadium.refused("saleCancel", given)] == ["SALE_STATUS_INVALID"]


def test_cancelling_and_removing_need_a_reason(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    for name, given in (
        ("saleCancel", stadium.to_cancel(sale)),
        ("saleRemove", stadium.about(sale)),
    ):
        for reason in ("", "  \n"):
            wanted = {**given, "reason": reason}
            assert stadium.refused(name, wanted) == [("REASON_REQUIRED", ["reason"])]
        wanted = {**given, "reason": "x" * 4001}
        assert stadium.refused(name, wanted) == [("TEXT_TOO_LONG", ["reason"])]


def test_a_removed_draft_leaves_its_tombstone(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    sale = season_sale(stadium)
    given = stadium.about(sale, reason="entered twice")
    codes = stadium.refused("saleRemove", given, role=Role.SALES)
    assert [code for code, _ in codes] == ["PERMISSION_DENIED"]
    stone = club.make("saleRemove", "saleTombstone { id code reason }", given)["saleTombstone"]
    assert (stone["code"], stone["reason"]) == (sale["code"], "entered twice")
    assert stadium.read(sale) is None
    assert club.query("{ invoices { nodes { id } } }")["invoices"]["nodes"] == []
    assert stadium.held() == []
    assert set(stadium.taken().values()) == {0}
    found = club.query("{ saleTombstones { nodes { code removedBy } } }")["saleTombstones"]["nodes"]
    assert [one["code"] for one in found] == [sale["code"]]
    assert stadium.refused("saleRemove", given) == [("NOT_FOUND", ["saleId"])]
    assert not broken_rules(engine, club.organisation.id)


def test_a_draft_that_was_renewed_cannot_be_removed(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = sell(stadium, "10.00", None)
    given = {"saleId": sale["id"], "seasonId": stadium.ids["S1"], "keepsPrices": True}
    club.make("saleDuplicate", "sale { id }", given)
    assert [c for c, _ in stadium.refused("saleRemove", stadium.about(sale, reason="no"))] == [
        "IN_USE"
    ]


def test_a_sub_sale_inherits_the_terms_of_its_parent(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    stadium.account("A2")
    parent = stadium.act("saleFinalise", season_sale(stadium))
    given = {"type": "SEASON", "parentSaleId": parent["id"]}
    fields = """sale { id version status currency priceBasis account { code }
      parentSale { code } }"""
    sub = club.make("saleCreate", fields, given)["sale"]
    assert (sub["account"]["code"], sub["parentSale"]["code"]) == ("A1", parent["code"])
    # A formula of the sub-sale belongs to a seat of the parent, of which each has one already.
    cocktail = stadium.line("COCKTAIL", 1, "20.00")
    codes = [c for c, _ in stadium.refused("saleLineAdd", stadium.about(sub, lines=[cocktail]))]
    assert codes == ["FORMULA_TYPE_CONFLICT"]
    stadium.product("DINNER", "FORMULA", "CATERING", locationTypeCode="DINNER")
    sub = stadium.add(sub, stadium.line("DINNER", 2, "50.00"))
    roll_up = f"totalsWithSubSales {{ {MONEY} }} subSales {{ code status }}"
    before = stadium.read(parent, roll_up)
    assert before["totalsWithSubSales"]["net"]["amount"] == "240.00"
    sub = stadium.act("saleFinalise", stadium.equal(sub, 1))
    after = stadium.read(parent, roll_up)
    assert after["totalsWithSubSales"]["net"]["amount"] == "340.00"
    assert after["subSales"] == [{"code": sub["code"], "status": "FINAL"}]
    for wrong, expected in (
        ({"accountId": stadium.ids["A2"]}, ("PARENT_INVALID", ["accountId"])),
        ({"currency": "USD"}, ("CURRENCY_MIXED", ["currency"])),
        ({"priceBasis": "GROSS"}, ("INPUT_INVALID", ["priceBasis"])),
    ):
        assert stadium.refused("saleCreate", {**given, **wrong}) == [expected]
    below = {**given, "parentSaleId": sub["id"]}
    assert [code for code, _ in stadium.refused("saleCreate", below)] == ["PARENT_INVALID"]
    draft = {**given, "parentSaleId": stadium.begin()["id"]}
    assert [code for code, _ in stadium.refused("saleCreate", draft)] == ["PARENT_INVALID"]
    assert not broken_rules(engine, club.organisation.id)


def test_a_parent_is_not_cancelled_while_hospitality_below_it_needs_its_seats(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    seat = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    parent = stadium.equal(stadium.add(stadium.begin(), seat), 1)
    parent = stadium.act("saleFinalise", parent)
    sub = stadium.begin(parentSaleId=parent["id"])
    sub = stadium.add(sub, stadium.line("COCKTAIL", 1, "20.00"))
    given = {"saleId": parent["id"], "everything": True, "reason": "no", "previewHash": "?"}
    payload = stadium.refusals("saleCancel", given)
    assert [one["code"] for one in payload["userErrors"]] == ["FORMULA_NEEDS_SEAT"]
    stadium.cancel(sub, reason="first")
    assert stadium.cancel(parent, reason="then")["status"] == "CANCELLED"


def test_a_credit_sale_has_negative_catalog_lines_only(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club, matches=1)
    parent = stadium.act("saleFinalise", season_sale(stadium))
    credit = stadium.begin(type="CREDIT", parentSaleId=parent["id"])
    lines = [
        stadium.line("SCARF", 1, "10.00", bundleId=None),
        stadium.line("SEAT", 1, "-10.00", seatIds=stadium.seats[5:6]),
        stadium.line("SCARF", 1, "-10.00", bundleId=None, discount=amount("1.00")),
    ]
    assert stadium.refused("saleLineAdd", stadium.about(credit, lines=lines)) == [
        ("CREDIT_LINE_SIGN", ["lines", "0", "unitPrice"]),
        ("CREDIT_LINE_SIGN", ["lines", "1", "productId"]),
        ("DISCOUNT_INVALID", ["lines", "2", "discount"]),
    ]
    line = stadium.line("SCARF", 3, "-33.34", bundleId=None, discount=amount("-0.02"))
    credit = stadium.equal(stadium.add(credit, line), 3)
    assert amounts(credit) == ["-33.34", "-33.33", "-33.33"]
    assert totals(credit) == ("-100.00", "-21.00", "-121.00")
    credit = stadium.act("saleFinalise", credit)
    assert credit["status"] == "FINAL"
    split = {"invoiceId": credit["invoices"][0]["id"], "amount": amount("-0.04")}
    after = stadium.act("invoiceSplit", credit, **split, plannedOn="2099-01-01")
    assert totals(after) == totals(credit)
    found = stadium.read(parent, "totalsWithSubSales { net { amount } }")
    assert found["totalsWithSubSales"]["net"]["amount"] == "140.00"
    assert not broken_rules(engine, club.organisation.id)


def test_guests_move_to_other_seats_and_may_change_places(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    sale = stadium.act("saleFinalise", season_sale(stadium))
    a, b, c, d = stadium.seats[:4]
    given = stadium.about(sale, moves=[{"fromId": a, "toId": b}, {"fromId": b, "toId": a}])
    names = """entitlements(first: 100) { nodes { id unitNo calendarItem { code } resource { id }
        value { amount } } }"""

    def seats() -> dict[tuple[int, str], str]:
        nodes = stadium.read(sale, names)["entitlements"]["nodes"]
        return {
            (n["unitNo"], n["calendarItem"]["code"]): n["resource"]["id"]
            for n in nodes
            if n["resource"]
        }

    assert set(seats().values()) == {a, b}
    after = club.make(
        "seatSwap", "sale { id version gross { amount } }", given, role=Role.OPERATIONS
    )
    assert {key: seat for key, seat in seats().items() if key[0] == 1} == {
        (1, "M1"): b,
        (1, "M2"): b,
        (1, "M3"): b,
    }
    sale |= {"version": after["sale"]["version"]}
    assert after["sale"]["gross"]["amount"] == sale["gross"]["amount"]
    one = stadium.act(
        "seatSwap", sale, moves=[{"fromId": b, "toId": c}], calendarItemIds=stadium.matches[1:2]
    )
    assert seats()[1, "M2"] == c
    assert seats()[1, "M3"] == b
    assert len(stadium.held("SOLD")) == 6
    rival = season_sale(stadium, first=3, seats=1)
    payload = stadium.conflict("seatSwap", stadium.about(one, moves=[{"fromId": a, "toId": d}]))
    assert {c["holder"]["saleCode"] for c in payload["conflicts"]} == {rival["code"]}
    assert len(payload["conflicts"]) == 3
    for moves, expected in (
        ([], [("INPUT_INVALID", ["moves"])]),
        ([{"fromId": stadium.seats[9], "toId": c}], [("NOT_FOUND", ["moves"])]),
        ([{"fromId": a, "toId": "resource_" + "0" * 32}], [("NOT_FOUND", ["moves", "0", "toId"])]),
        (
            [{"fromId": a, "toId": stadium.parkings[0]}],
            [("SEATS_MISMATCH", ["moves", "0", "toId"])],
        ),
        (
            [{"fromId": a, "toId": stadium.seats[8]}, {"fromId": b, "toId": stadium.seats[8]}],
            [("SEAT_DUPLICATE", ["moves", "1"])],
        ),
    ):
        assert stadium.refused("seatSwap", stadium.about(one, moves=moves)) == expected
    assert not broken_rules(engine, club.organisation.id)


def test_names_on_tickets_are_those_of_the_account(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.account("A2")

    def holder(account: str) -> str:
        given = {"accountId": stadium.ids[account], "firstName": "Jan", "lastName": "Maes"}
        made = club.make("ticketHolderCreate", "ticketHolder { id }", given)
        return str(made["ticketHolder"]["id"])

    own, foreign = holder("A1"), holder("A2")
    sale = stadium.act("saleFinalise", season_sale(stadium))
    other = season_sale(stadium, first=4)
    fields = "entitlements { nodes { id ticketHolder { id } } }"
    first = stadium.read(sale, fields)["entitlements"]["nodes"][0]["id"]
    strange = stadium.read(other, fields)["entitlements"]["nodes"][0]["id"]
    names = [
        {"entitlementId": first, "ticketHolderId": foreign},
        {"entitlementId": strange, "ticketHolderId": own},
    ]
    assert stadium.refused("ticketHolderAssign", stadium.about(sale, names=names)) == [
        ("NOT_FOUND", ["names", "0", "ticketHolderId"]),
        ("NOT_FOUND", ["names", "1", "entitlementId"]),
    ]
    twice = [{"entitlementId": first, "ticketHolderId": one} for one in (own, None)]
    assert stadium.refused("ticketHolderAssign", stadium.about(sale, names=twice)) == [
        ("INPUT_INVALID", ["names"])
    ]
    assert stadium.refused("ticketHolderAssign", stadium.about(sale, names=[])) == [
        ("INPUT_INVALID", ["names"])
    ]
    portal = {"role": Role.PORTAL, "account_id": stadium.uuid(stadium.ids["A1"])}
    given = stadium.about(sale, names=[{"entitlementId": first, "ticketHolderId": own}])
    after = club.make("ticketHolderAssign", "sale { id version }", given, **portal)["sale"]
    nodes = stadium.read(after, fields)["entitlements"]["nodes"]
    assert {n["id"]: n["ticketHolder"] for n in nodes}[first] == {"id": own}
    stadium.act("ticketHolderAssign", after, names=[{"entitlementId": first}])
    nodes = stadium.read(after, fields)["entitlements"]["nodes"]
    assert {n["ticketHolder"] is None for n in nodes} == {True}
