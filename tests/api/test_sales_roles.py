"""Who may do what with Sales, what each sees, and what `allowedActions` says about it."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.conftest import LiveServer, found_club
from tests.stadium import SALE, Stadium, amount, build_stadium

ACTIONS = "allowedActions { action isAllowed reasons { code message } }"


@pytest.fixture(scope="module")
def shop(engine: Engine, server: LiveServer) -> Iterator[Stadium]:
    """A stadium with two accounts and a price for scarves and seats."""
    club = found_club(engine, server)
    stadium = build_stadium(club, matches=1, seats=40)
    stadium.account("A2")
    stadium.price("SCARF", "10.00")
    stadium.price("SEAT", "50.00")
    yield stadium
    club.http.close()


def portal(shop: Stadium, account: str = "A1") -> dict[str, Any]:
    return {"role": Role.PORTAL, "account_id": shop.uuid(shop.ids[account])}


def codes(shop: Stadium, name: str, given: dict[str, Any], **caller: Any) -> list[str]:
    return [code for code, _ in shop.refused(name, given, **caller)]


def scarf_sale(shop: Stadium, account: str = "A1") -> dict[str, Any]:
    return shop.add(shop.begin(account), shop.line("SCARF", 1, None, bundleId=None))


def test_a_portal_sells_to_its_own_account_at_list_price(shop: Stadium) -> None:
    me = portal(shop)
    sale = shop.club.make("saleCreate", SALE, {"type": "CATALOG"}, **me)["sale"]
    line = shop.line("SCARF", 2, None, bundleId=None)
    sale = shop.club.make("saleLineAdd", SALE, shop.about(sale, lines=[line]), **me)["sale"]
    assert sale["net"]["amount"] == "20.00"
    own = shop.read(sale, "account { code } createdBy channel", **me)
    assert (own["account"]["code"], own["channel"]) == ("A1", "PORTAL")
    for given, expected in (
        ({"unitPrice": amount("1.00")}, ("PERMISSION_DENIED", ["lines", "0", "unitPrice"])),
        ({"discount": amount("1.00")}, ("PERMISSION_DENIED", ["lines", "0", "discount"])),
        ({"includesPast": True}, ("PERMISSION_DENIED", ["lines", "0", "includesPast"])),
    ):
        wanted = shop.about(sale, lines=[{**line, **given}])
        assert shop.refused("saleLineAdd", wanted, **me) == [expected]
    denied: tuple[tuple[str, dict[str, Any]], ...] = (
        ("saleFinalise", {}),
        ("invoiceScheduleSet", {"recipe": {"equal": Stadium.months(1)}}),
        ("saleUpdate", {"discount": amount("1.00")}),
        ("saleUpdate", {"isBarter": True}),
        ("saleUpdate", {"repCode": "ME"}),
        ("saleUpdate", {"comments": "give me more"}),
        ("saleLineUpdate", {"lineId": sale["lines"][0]["id"], "unitPrice": amount("1.00")}),
        ("saleHoldSet", {}),
        ("saleRemove", {"reason": "no"}),
        ("seatSwap", {"moves": [{"fromId": shop.seats[0], "toId": shop.seats[1]}]}),
    )
    for name, given in denied:
        assert codes(shop, name, shop.about(sale, **given), **me) == ["PERMISSION_DENIED"], name
    given = {"saleId": sale["id"], "everything": True, "reason": "no", "previewHash": "?"}
    assert codes(shop, "saleCancel", given, **me) == ["PERMISSION_DENIED"]
    after = shop.club.make("saleUpdate", SALE, shop.about(sale, reference="PO"), **me)["sale"]
    gone = shop.about(after, lineIds=[after["lines"][0]["id"]])
    assert shop.club.make("saleLineRemove", SALE, gone, **me)["sale"]["lines"] == []


def test_a_portal_cannot_choose_its_terms(shop: Stadium) -> None:
    me = portal(shop)
    for given, path in (
        ({"priceListId": shop.ids["LIST"]}, "priceListId"),
        ({"priceBasis": "GROSS"}, "priceBasis"),
        ({"currency": "EUR"}, "currency"),
        ({"repCode": "ME"}, "repCode"),
        ({"isBarter": True}, "isBarter"),
        ({"comments": "give me more"}, "comments"),
    ):
        errors = shop.refused("saleCreate", {"type": "CATALOG", **given}, **me)
        assert ("PERMISSION_DENIED", [path]) in errors
    other = {"type": "CATALOG", "accountId": shop.ids["A2"]}
    assert shop.refused("saleCreate", other, **me) == [("NOT_FOUND", ["accountId"])]
    parent = shop.act("saleFinalise", shop.equal(scarf_sale(shop), 1))
    below = {"type": "CATALOG", "parentSaleId": parent["id"]}
    assert codes(shop, "saleCreate", below, **me) == ["PERMISSION_DENIED"]


def test_internal_comments_stay_within_the_club(shop: Stadium) -> None:
    sale = shop.begin(comments="pays late")
    assert shop.read(sale, "comments", role=Role.PARTNER) == {"comments": "pays late"}
    assert shop.read(sale, "comments", **portal(shop)) == {"comments": None}


def test_a_portal_meets_nothing_of_other_accounts(shop: Stadium) -> None:
    me, sale = portal(shop), scarf_sale(shop, "A2")
    assert shop.read(sale, "id", **me) is None
    document = "query($code: String) { sale(code: $code) { id } }"
    assert shop.club.query(document, {"code": sale["code"]}, **me)["sale"] is None
    node = "query($id: ID!) { node(id: $id) { id } }"
    for foreign in (sale["id"], sale["lines"][0]["id"]):
        assert shop.club.query(node, {"id": foreign}, **me)["node"] is None
    listed = """{ sales(first: 100) { nodes { account { code } } totalCount { count } }
      invoices(first: 100) { nodes { account { code } } }
      entitlements(first: 100) { nodes { sale { account { code } } } } }"""
    found = shop.club.query(listed, **me)
    assert {one["account"]["code"] for one in found["sales"]["nodes"]} <= {"A1"}
    assert {one["account"]["code"] for one in found["invoices"]["nodes"]} <= {"A1"}
    seen = {one["sale"]["account"]["code"] for one in found["entitlements"]["nodes"]}
    assert seen <= {"A1"}
    line_id = sale["lines"][0]["id"]
    for name, given in (
        ("saleUpdate", {"reference": "x"}),
        ("saleLineAdd", {"lines": [shop.line("SCARF", 1, None, bundleId=None)]}),
        ("saleLineRemove", {"lineIds": [line_id]}),
        ("saleExpire", {}),
        ("ticketHolderAssign", {"names": []}),
    ):
        assert shop.refused(name, shop.about(sale, **given), **me) == [("NOT_FOUND", ["saleId"])]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.FINANCE, Role.OPERATIONS])
def test_who_does_not_sell_cannot_create_or_change_a_sale(shop: Stadium, role: Role) -> None:
    header = {"type": "CATALOG", "accountId": shop.ids["A1"]}
    assert codes(shop, "saleCreate", header, role=role) == ["PERMISSION_DENIED"]
    sale = scarf_sale(shop)
    assert shop.read(sale, "code", role=role) == {"code": sale["code"]}
    line = shop.line("SCARF", 1, None, bundleId=None)
    for name, given in (
        ("saleLineAdd", {"lines": [line]}),
        ("saleFinalise", {}),
        ("saleUpdate", {"reference": "x"}),
    ):
        wanted = shop.about(sale, **given)
        assert codes(shop, name, wanted, role=role) == ["PERMISSION_DENIED"], name


def test_finance_bills_and_cancels_but_does_not_touch_seats(shop: Stadium) -> None:
    sale = scarf_sale(shop)
    given = shop.about(sale, recipe={"equal": Stadium.months(2)})
    finance = {"role": Role.FINANCE}
    sale = shop.club.make("invoiceScheduleSet", SALE, given, **finance)["sale"]
    moves = [{"fromId": shop.seats[0], "toId": shop.seats[1]}]
    assert codes(shop, "seatSwap", shop.about(sale, moves=moves), **finance) == [
        "PERMISSION_DENIED"
    ]
    given = shop.to_cancel(sale, "insolvent")
    after = shop.club.make("saleCancel", "sale { status }", given, **finance)["sale"]
    assert after["status"] == "CANCELLED"


def test_a_partner_sells_from_draft_to_final(shop: Stadium) -> None:
    partner = {"role": Role.PARTNER}

    def act(name: str, sale: dict[str, Any], **given: Any) -> dict[str, Any]:
        made = shop.club.make(name, SALE, shop.about(sale, **given), **partner)
        changed: dict[str, Any] = made["sale"]
        return changed

    header = {"type": "SEASON", "accountId": shop.ids["A1"]}
    sale = shop.club.make("saleCreate", SALE, header, **partner)["sale"]
    line = shop.line("SEAT", 1, "45.00", seatIds=shop.seats[-1:])
    sale = act("saleLineAdd", sale, lines=[line])
    sale = act("invoiceScheduleSet", sale, recipe={"equal": Stadium.months(2)})
    sale = act("saleFinalise", sale)
    assert sale["status"] == "FINAL"
    assert shop.read(sale, "channel", **partner) == {"channel": "PARTNER"}
    given = shop.to_cancel(sale, "no")
    assert codes(shop, "saleCancel", given, **partner) == ["PERMISSION_DENIED"]


def answers(shop: Stadium, sale: dict[str, Any], **caller: Any) -> dict[str, list[str]]:
    """The codes against each action; none where it is possible."""
    found = shop.read(sale, ACTIONS, **caller)["allowedActions"]
    for one in found:
        assert one["isAllowed"] is not bool(one["reasons"])
        assert all(reason["message"] for reason in one["reasons"])
    return {one["action"]: [reason["code"] for reason in one["reasons"]] for one in found}


def test_allowed_actions_are_right_in_every_status(shop: Stadium) -> None:
    draft = scarf_sale(shop)
    wrong = ["SALE_STATUS_INVALID"]
    assert {name for name, against in answers(shop, draft).items() if against} == {
        "REVIVE",
        "UNDO_CANCEL",
        "REPLACE_INVOICE",
        "FINALISE",
        "ADD_SUB_SALE",
    }
    assert answers(shop, draft)["FINALISE"] == ["INVOICE_SUM_MISMATCH"]
    draft = shop.equal(draft, 1)
    assert answers(shop, draft)["FINALISE"] == []
    assert answers(shop, draft)["UNDO_CANCEL"] == ["UNDO_IMPOSSIBLE"]
    final = answers(shop, shop.act("saleFinalise", draft))
    assert {name for name, against in final.items() if not against} == {
        "ANNOTATE",
        "CHANGE_INVOICES",
        "CANCEL",
        "REPLACE_INVOICE",
        "SWAP_SEATS",
        "ASSIGN_HOLDERS",
        "ADD_SUB_SALE",
        "DUPLICATE",
    }
    for name in ("UPDATE", "CHANGE_LINES", "SET_SCHEDULE", "REMOVE"):
        assert final[name] == ["SALE_FINAL_IMMUTABLE"]
    expired = answers(shop, shop.act("saleExpire", scarf_sale(shop)))
    assert {name for name, against in expired.items() if not against} == {
        "ANNOTATE",
        "REVIVE",
        "DUPLICATE",
    }
    assert expired["FINALISE"] == ["HOLD_LOST"]
    assert expired["CANCEL"] == wrong
    cancelled = answers(shop, shop.cancel(scarf_sale(shop), reason="no"))
    assert {name for name, against in cancelled.items() if not against} == {
        "ANNOTATE",
        "DUPLICATE",
    }


def test_allowed_actions_are_those_of_the_role_that_asks(shop: Stadium) -> None:
    draft = shop.equal(scarf_sale(shop), 1)
    expected = {
        Role.SALES: {"REVIVE", "ADD_SUB_SALE", "REMOVE", "UNDO_CANCEL", "REPLACE_INVOICE"},
        Role.OPERATIONS: {*answers(shop, draft)} - {"SWAP_SEATS", "ASSIGN_HOLDERS"},
        Role.ANALYST: {*answers(shop, draft)},
        Role.FINANCE: {*answers(shop, draft)} - {"SET_SCHEDULE", "CHANGE_INVOICES", "CANCEL"},
    }
    for role, denied in expected.items():
        against = answers(shop, draft, role=role)
        assert {name for name, codes in against.items() if codes} == denied, role
    mine = answers(shop, draft, **portal(shop))
    assert {name for name, codes in mine.items() if not codes} == {
        "UPDATE",
        "ANNOTATE",
        "CHANGE_LINES",
        "EXPIRE",
        "ASSIGN_HOLDERS",
    }
    assert mine["ADD_SUB_SALE"] == ["PERMISSION_DENIED", "PARENT_INVALID"]
