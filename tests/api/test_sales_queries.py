"""Reading Sales, invoices and entitlements: every filter and order, and what hangs on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.storage.engine import Engine
from tests.api.catalogue import assert_every_sort_visits_each_once
from tests.club import Club
from tests.conftest import LiveServer, found_club
from tests.stadium import Stadium, amount, build_stadium

YEAR = datetime.now(UTC).year + 1
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@dataclass
class Listed:
    """A club with one Sale of each kind that filters tell apart."""

    stadium: Stadium
    sales: dict[str, dict[str, Any]]

    def ids(self, *names: str) -> set[str]:
        return {self.sales[name]["id"] for name in names}

    def names(self, condition: dict[str, Any]) -> set[str]:
        """The Sales that meet a condition; `totalCount` must agree."""
        document = """query($filter: SaleFilter) { sales(first: 100, filter: $filter) {
            nodes { id } totalCount { count precision } } }"""
        found = self.stadium.club.query(document, {"filter": condition})["sales"]
        assert found["totalCount"] == {"count": len(found["nodes"]), "precision": "EXACT"}
        by_id = {sale["id"]: name for name, sale in self.sales.items()}
        return {by_id[node["id"]] for node in found["nodes"]}


@pytest.fixture(scope="module")
def listed(engine: Engine, server: LiveServer) -> Iterator[Listed]:
    """Five Sales: a seat draft, a final one with a sub-sale, a cancelled one, one in dollars."""
    club = found_club(engine, server)
    stadium = build_stadium(club, matches=2, seats=3)
    stadium.account("A2")
    given = {"accountId": stadium.ids["A1"], "firstName": "Jan", "lastName": "Maes"}
    holder = club.make("ticketHolderCreate", "ticketHolder { id }", given)["ticketHolder"]["id"]
    stadium.ids["HOLDER"] = holder
    template: dict[str, Any] = {"code": "T", "name": "T", "saleType": "CATALOG"}
    template |= {"lines": [{"productId": stadium.ids["SCARF"], "fixedPrice": amount("7.00")}]}
    stadium.make("saleTemplateCreate", "saleTemplate", template)
    scarf = stadium.line("SCARF", 1, "100.00", bundleId=None)
    season = {"seasonId": stadium.ids["S1"], "repCode": "KVD", "reference": "PO-77"}
    draft = stadium.add(
        stadium.begin(**season),
        stadium.line("SEAT", 2, "30.00", seatIds=stadium.seats[:2]),
        stadium.line("COCKTAIL", 2, "5.00"),
    )
    fields = "entitlements { nodes { id resource { id } } }"
    nodes = stadium.read(draft, fields)["entitlements"]["nodes"]
    seat = next(node["id"] for node in nodes if node["resource"])
    names = [{"entitlementId": seat, "ticketHolderId": holder}]
    draft = stadium.act("ticketHolderAssign", draft, names=names)
    draft = stadium.equal(draft, 3)
    final = stadium.begin("A2", type="CATALOG", isBarter=True, nameOnTickets="Duvel")
    final = stadium.act("saleFinalise", stadium.equal(stadium.add(final, scarf), 2))
    sub = stadium.add(stadium.begin("A2", type="CATALOG", parentSaleId=final["id"]), scarf)
    gone = stadium.cancel(stadium.add(stadium.begin(), scarf), reason="no")
    dollars = {**scarf, "unitPrice": amount("500.00", "USD")}
    usd = stadium.add(stadium.begin(type="CATALOG", currency="USD"), dollars)
    made = {"templateId": stadium.ids["T"], "accountId": stadium.ids["A1"]}
    shaped = club.make("saleCreateFromTemplate", "sale { id code version }", made)["sale"]
    sales = {"draft": draft, "final": final, "sub": sub, "gone": gone, "usd": usd}
    yield Listed(stadium, {**sales, "shaped": shaped})
    club.http.close()


def fields_of(club: Club, kind: str) -> set[str]:
    document = "query($name: String!) { __type(name: $name) { inputFields { name } } }"
    return {f["name"] for f in club.query(document, {"name": kind})["__type"]["inputFields"]}


def test_every_filter_of_sales_tells_them_apart(listed: Listed) -> None:
    ids, sales = listed.stadium.ids, listed.sales
    everything = set(sales)
    expected: dict[str, tuple[Any, set[str]]] = {
        "code": ([sales["draft"]["code"], sales["usd"]["code"]], {"draft", "usd"}),
        "status": (["FINAL", "CANCELLED"], {"final", "gone"}),
        "type": (["SEASON"], {"draft", "gone"}),
        "channel": (["PORTAL"], set()),
        "accountId": ([ids["A2"]], {"final", "sub"}),
        "seasonId": ([ids["S1"]], {"draft"}),
        "parentSaleId": ([sales["final"]["id"]], {"sub"}),
        "templateId": ([ids["T"]], {"shaped"}),
        "repCode": (["KVD"], {"draft"}),
        "isBarter": (True, {"final"}),
        "isSubSale": (True, {"sub"}),
        "currency": (["USD"], {"usd"}),
        "search": ("duv", {"final"}),
        "createdFrom": (TOMORROW, set()),
        "createdBefore": (TOMORROW, everything),
        "updatedFrom": (TOMORROW, set()),
        "finalisedFrom": ("2020-01-01T00:00:00Z", {"final"}),
        "finalisedBefore": (TOMORROW, {"final"}),
        "holdExpiresBefore": (TOMORROW, set()),
        "grossFrom": (amount("121.00"), {"final", "sub"}),
        "grossTo": (amount("0.00"), {"gone"}),
    }
    assert expected.keys() == fields_of(listed.stadium.club, "SaleFilter")
    for name, (value, wanted) in expected.items():
        assert listed.names({name: value}) == wanted, name
    assert listed.names({"isBarter": False, "isSubSale": False}) == everything - {"final", "sub"}
    assert listed.names({"search": "PO-7"}) == {"draft"}
    assert listed.names({"search": "%"}) == set()
    assert listed.names({"grossFrom": amount("1.00", "USD")}) == {"usd"}
    assert listed.names({"status": []}) == set()
    assert listed.names({"status": None}) == everything


def ids_where(club: Club, name: str, condition: dict[str, Any]) -> list[str]:
    kind = {"invoices": "InvoiceFilter", "entitlements": "EntitlementFilter"}[name]
    document = f"""query($filter: {kind}) {{ {name}(first: 100, filter: $filter) {{
      nodes {{ id }} totalCount {{ count }} }} }}"""
    found = club.query(document, {"filter": condition})[name]
    assert found["totalCount"]["count"] == len(found["nodes"])
    return [node["id"] for node in found["nodes"]]


def test_every_filter_of_invoices_and_entitlements_works(listed: Listed) -> None:
    club, ids, sales = listed.stadium.club, listed.stadium.ids, listed.sales
    code = sales["final"]["invoices"][0]["code"]
    invoices: dict[str, tuple[Any, int]] = {
        "code": ([code], 1),
        "saleId": ([sales["draft"]["id"]], 3),
        "accountId": ([ids["A2"]], 2),
        "kind": (["INVOICE"], 5),
        "plannedFrom": (f"{YEAR}-10-01", 1),
        "plannedTo": (f"{YEAR}-08-01", 2),
        "search": (sales["final"]["code"], 2),
        "currency": (["EUR"], 5),
    }
    assert invoices.keys() <= fields_of(club, "InvoiceFilter")
    for name, (value, count) in invoices.items():
        assert len(ids_where(club, "invoices", {name: value})) == count, name
    entitlements: dict[str, tuple[Any, int]] = {
        "saleId": ([sales["draft"]["id"]], 8),
        "calendarItemId": (listed.stadium.matches[:1], 4),
        "productId": ([ids["COCKTAIL"]], 4),
        "resourceId": (listed.stadium.seats[:1], 2),
        "ticketHolderId": ([ids["HOLDER"]], 1),
        "status": (["CANCELLED"], 1),
    }
    assert entitlements.keys() <= fields_of(club, "EntitlementFilter")
    for name, (value, count) in entitlements.items():
        assert len(ids_where(club, "entitlements", {name: value})) == count, name


def test_every_order_visits_each_once_forwards_and_backwards(listed: Listed) -> None:
    club = listed.stadium.club
    assert_every_sort_visits_each_once(club, "sales", "SaleSort", listed.ids(*listed.sales))
    invoices = set(ids_where(club, "invoices", {}))
    assert len(invoices) == 5
    assert_every_sort_visits_each_once(club, "invoices", "InvoiceSort", invoices)
    entitlements = set(ids_where(club, "entitlements", {}))
    assert len(entitlements) == 13
    assert_every_sort_visits_each_once(club, "entitlements", "EntitlementSort", entitlements)


def test_a_sale_is_read_with_everything_that_hangs_on_it(listed: Listed) -> None:
    document = """query($code: String!) { sale(code: $code) { code
      account { code contacts { lastName isDefault } } contact { lastName }
      lines { lineNo product { code group { code } } bundle { code }
        season { code } calendarItems { code venue { code } }
        entitlements(first: 1, sort: VALUE_DESC) { totalCount { count } nodes {
          value { amount } calendarItem { code } resource { label location { code } }
          ticketHolder { lastName account { code } } pool { capacity } } } }
      invoices { code schedule { mode invoices { code } }
        lines { line { lineNo } net { amount } } } } }"""
    code = listed.sales["draft"]["code"]
    found = listed.stadium.club.query(document, {"code": code})["sale"]
    assert found["account"] == {
        "code": "A1",
        "contacts": [{"lastName": "Peeters", "isDefault": True}],
    }
    assert found["contact"] == {"lastName": "Peeters"}
    seat, cocktail = found["lines"]
    assert seat["product"] == {"code": "SEAT", "group": {"code": "GROUP"}}
    assert [item["code"] for item in seat["calendarItems"]] == ["M1", "M2"]
    assert seat["entitlements"]["totalCount"] == {"count": 4}
    assert seat["entitlements"]["nodes"][0]["value"] == {"amount": "15.00"}
    assert seat["entitlements"]["nodes"][0]["resource"]["location"] == {"code": "N1-1"}
    assert cocktail["entitlements"]["nodes"][0]["pool"] == {"capacity": 20}
    assert [len(invoice["lines"]) for invoice in found["invoices"]] == [2, 2, 2]
    assert {len(invoice["schedule"]["invoices"]) for invoice in found["invoices"]} == {3}


def test_the_totals_of_a_sale_add_up(listed: Listed) -> None:
    fields = """net { amount amountMinor currency } vat { amount }
      vatSummary { vatCategory rateBp net { amount } vat { amount } }
      totalsWithSubSales { net { amount } gross { amount } }"""
    found = listed.stadium.read(listed.sales["draft"], fields)
    assert found["net"] == {"amount": "70.00", "amountMinor": "7000", "currency": "EUR"}
    assert found["vatSummary"] == [
        {
            "vatCategory": "STANDARD",
            "rateBp": 1200,
            "net": {"amount": "10.00"},
            "vat": {"amount": "1.20"},
        },
        {
            "vatCategory": "STANDARD",
            "rateBp": 600,
            "net": {"amount": "60.00"},
            "vat": {"amount": "3.60"},
        },
    ]
    assert found["vat"] == {"amount": "4.80"}
    # A sub-sale that is not Final does not count yet.
    totals = listed.stadium.read(listed.sales["final"], fields)["totalsWithSubSales"]
    assert totals == {"net": {"amount": "100.00"}, "gross": {"amount": "121.00"}}


def test_a_sale_that_is_not_there_is_null_and_a_wrong_question_is_coded(listed: Listed) -> None:
    club = listed.stadium.club
    by_code = "query($code: String) { sale(code: $code) { id } }"
    for code in ("S-2020-999999", "", "' OR 1=1 --", "\x00", "é" * 500):
        assert club.query(by_code, {"code": code})["sale"] is None
    by_id = "query($id: ID) { sale(id: $id) { id } }"
    assert club.query(by_id, {"id": "sale_" + "0" * 32})["sale"] is None
    for document, variables, code in (
        (by_code, {}, "INPUT_INVALID"),
        (by_id, {"id": "nonsense"}, "ID_INVALID"),
        (by_id, {"id": listed.stadium.ids["A1"]}, "ID_INVALID"),
    ):
        answer = club.send(document, variables)
        assert answer["errors"][0]["extensions"]["code"] == code
    query = "query($f: SaleFilter, $n: Int) { sales(filter: $f, first: $n) { nodes { id } } }"
    for condition, first, code in (
        ({"accountId": ["nonsense"]}, 1, "ID_INVALID"),
        ({"search": "\x00"}, 1, "INPUT_INVALID"),
        ({"grossFrom": amount("1.005")}, 1, "AMOUNT_INVALID"),
        ({"grossTo": amount("1.00", "XXX")}, 1, "CURRENCY_UNKNOWN"),
        ({"code": ["x"] * 201}, 1, "TOO_MANY_ITEMS"),
        ({}, 0, "INPUT_INVALID"),
        ({}, 101, "INPUT_INVALID"),
    ):
        answer = club.send(query, {"f": condition, "n": first})
        error = answer["errors"][0]
        assert error["extensions"]["code"] == code, condition
        if condition:
            assert error["extensions"]["path"] == ["filter", *condition], condition


def test_another_club_sees_none_of_it(listed: Listed, other_club: Club) -> None:
    found = other_club.query("{ sales { nodes { id } totalCount { count } } }")["sales"]
    assert found == {"nodes": [], "totalCount": {"count": 0}}
    for sale in listed.sales.values():
        document = "query($id: ID) { sale(id: $id) { id } }"
        assert other_club.query(document, {"id": sale["id"]})["sale"] is None
        by_code = "query($code: String) { sale(code: $code) { id } }"
        assert other_club.query(by_code, {"code": sale["code"]})["sale"] is None
