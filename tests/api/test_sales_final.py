"""Making Sales Final: everything against it at once, and what can never change afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.club import Club
from tests.scenarios.billed import amounts, sell, totals, vat
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, amount, build_stadium

YEAR = datetime.now(UTC).year + 1


def sold(stadium: Stadium, seats: int = 2) -> dict[str, Any]:
    """A Final Sale with seats, cocktails and a scarf in three instalments."""
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", seats, "100.00", seatIds=stadium.seats[:seats]),
        stadium.line("COCKTAIL", seats, "20.00"),
        stadium.line("SCARF", 1, "9.99", bundleId=None),
    )
    return stadium.act("saleFinalise", stadium.equal(sale, 3))


def set_limit(stadium: Stadium, text: str) -> None:
    account = stadium.club.query(
        "query($id: ID!) { node(id: $id) { ... on Account { version } } }",
        {"id": stadium.ids["A1"]},
    )["node"]
    given = {"id": stadium.ids["A1"], "expectedVersion": account["version"]}
    stadium.club.make("accountUpdate", "account { id }", {**given, "creditLimit": amount(text)})


def configure(club: Club, **settings: Any) -> None:
    version = club.query("{ organisation { version } }")["organisation"]["version"]
    given = {"expectedVersion": version, **settings}
    club.make("organisationUpdate", "organisation { id }", given)


def test_everything_that_is_missing_is_said_at_once(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.make("accountCreate", "account", {"code": "BARE", "name": "Bare", "kind": "BUSINESS"})
    sale = stadium.begin("BARE")
    assert stadium.refused("saleFinalise", stadium.about(sale)) == [
        ("NO_LINES", ["lines"]),
        ("ACCOUNT_INCOMPLETE", ["account"]),
    ]
    sale = stadium.add(sale, stadium.line("SCARF", 1, "100.00", bundleId=None))
    closed = {"id": stadium.ids["BARE"], "expectedVersion": 1, "isActive": False}
    club.make("accountUpdate", "account { id }", closed)
    rules = club.query(
        """{ vatRules(filter: {country: ["BE"], supplyType: [PARKING]}) {
             nodes { id version } } }"""
    )["vatRules"]["nodes"]
    for rule in rules:
        ended = {"id": rule["id"], "expectedVersion": rule["version"], "validTo": "2026-01-31"}
        club.make("vatRuleUpdate", "vatRule { id }", {**ended, "validFrom": "2026-01-01"})
    payload = stadium.refusals("saleFinalise", stadium.about(sale))
    assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [
        ("ACCOUNT_INCOMPLETE", ["account"]),
        ("ACCOUNT_INACTIVE", ["account"]),
        ("INVOICE_SUM_MISMATCH", ["invoices"]),
        ("VAT_UNRESOLVED", ["lines", "0"]),
    ]
    missing = "street, postalCode, city, country, language, a default contact"
    assert payload["userErrors"][0]["message"] == f"account BARE lacks {missing}"
    allowed = stadium.read(sale, "allowedActions { action isAllowed reasons { code } }")
    answer = {one["action"]: one for one in allowed["allowedActions"]}["FINALISE"]
    assert not answer["isAllowed"]
    assert [one["code"] for one in answer["reasons"]] == [
        error["code"] for error in payload["userErrors"]
    ]


def test_a_credit_limit_warns_or_blocks_as_the_club_wants(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    set_limit(stadium, "200.00")
    recipe = {"equal": Stadium.months(1)}
    first = sell(stadium, "100.00", recipe)
    answer = club.make("saleFinalise", "warnings { code }", stadium.about(first))
    assert answer["warnings"] == []
    second = sell(stadium, "100.00", recipe)
    configure(club, creditLimitPolicy="BLOCK")
    payload = stadium.refusals("saleFinalise", stadium.about(second))
    assert payload["userErrors"] == [
        {
            "code": "CREDIT_LIMIT",
            "message": "the account's credit limit is exceeded by 42.00 EUR",
            "path": ["account"],
        }
    ]
    configure(club, creditLimitPolicy="WARN")
    answer = club.make("saleFinalise", "warnings { code path }", stadium.about(second))
    assert answer["warnings"] == [{"code": "CREDIT_LIMIT", "path": ["account"]}]


def test_reservations_are_sold_with_the_sale(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    sale = sold(stadium)
    assert (stadium.held(), len(stadium.held("SOLD"))) == ([], 6)
    fields = "finalisedAt holdExpiresAt status"
    after = stadium.read(sale, fields)
    assert (after["status"], after["holdExpiresAt"]) == ("FINAL", None)
    assert after["finalisedAt"] is not None
    assert not broken_rules(engine, club.organisation.id)


def test_nothing_of_a_final_sale_can_be_altered(club: Club) -> None:
    stadium = build_stadium(club)
    sale = sold(stadium)
    line = stadium.line("SCARF", 1, "1.00", bundleId=None)
    line_id = sale["lines"][2]["id"]
    frozen: dict[str, dict[str, Any]] = {
        "saleLineAdd": {"lines": [line]},
        "saleLineUpdate": {"lineId": line_id, "unitPrice": amount("1.00")},
        "saleLineReplace": {"lineId": line_id, "line": line},
        "saleLineRemove": {"lineIds": [line_id]},
        "invoiceScheduleSet": {"recipe": {"equal": Stadium.months(2)}},
        "saleRemove": {"reason": "wrong"},
    }
    for name, given in frozen.items():
        errors = stadium.refusals(name, stadium.about(sale, **given))["userErrors"]
        assert [error["code"] for error in errors] == ["SALE_FINAL_IMMUTABLE"], name
        assert "cancel lines or add a sub-sale" in errors[0]["message"]
    headers: tuple[dict[str, Any], ...] = (
        {"discount": amount("1.00")},
        {"language": "fr"},
        {"isBarter": True},
        {"seasonId": stadium.ids["S1"]},
        {"reference": "PO", "language": "fr"},
    )
    for given in headers:
        codes = [code for code, _ in stadium.refused("saleUpdate", stadium.about(sale, **given))]
        assert codes == ["SALE_FINAL_IMMUTABLE"], given
    for name in ("saleFinalise", "saleExpire", "saleRevive", "saleHoldSet"):
        codes = [code for code, _ in stadium.refused(name, stadium.about(sale))]
        assert codes == ["SALE_STATUS_INVALID"], name
    invoice = sale["invoices"][0]["id"]
    given = stadium.about(sale, invoiceId=invoice, amount=amount("1.00"))
    assert stadium.refused("invoiceUpdate", given) == [("SALE_FINAL_IMMUTABLE", ["amount"])]
    assert stadium.read(sale)["version"] == sale["version"]


def test_notes_of_a_final_sale_stay_editable(club: Club) -> None:
    stadium = build_stadium(club)
    sale = sold(stadium)
    notes = {"reference": "PO 7", "comments": "VIP", "nameOnTickets": "Bar", "repCode": "KVD"}
    after = stadium.act("saleUpdate", sale, **notes)
    assert stadium.read(after, "reference comments nameOnTickets repCode") == notes
    assert after["version"] == sale["version"] + 1
    assert amounts(after) == amounts(sale)


def test_open_invoices_of_a_final_sale_move_in_time(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = sold(stadium)
    invoice = sale["invoices"][1]
    given = {"plannedOn": f"{YEAR + 1}-01-01", "reference": "later"}
    after = stadium.act("invoiceUpdate", sale, invoiceId=invoice["id"], **given)
    moved = after["invoices"][1]
    assert (moved["plannedOn"], moved["code"]) == (given["plannedOn"], invoice["code"])
    assert {**moved, "plannedOn": invoice["plannedOn"]} == invoice
    entries = """query($id: ID!) { auditEntries(filter: {entityId: [$id]}) { nodes {
        action before after } } }"""
    found = club.query(entries, {"id": sale["id"]})["auditEntries"]["nodes"]
    assert "invoice.rescheduled" in {one["action"] for one in found}


@pytest.mark.parametrize("basis", ["NET", "GROSS"])
def test_a_split_of_a_final_invoice_leaves_all_others_as_they_were(
    club: Club, engine: Engine, basis: str
) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.add(
        stadium.begin(priceBasis=basis),
        stadium.line("SEAT", 3, "66.67", seatIds=stadium.seats[:3]),
        stadium.line("COCKTAIL", 3, "33.34"),
        stadium.line("SCARF", 1, "19.99", bundleId=None),
    )
    sale = stadium.act("saleFinalise", stadium.equal(sale, 7))
    target = sale["invoices"][2]
    after = stadium.act(
        "invoiceSplit",
        sale,
        invoiceId=target["id"],
        amount=amount("11.11"),
        plannedOn=f"{YEAR + 1}-03-03",
    )
    assert totals(after) == totals(sale)
    assert after["lines"] == sale["lines"]
    kept, added = after["invoices"][2], after["invoices"][7]
    assert after["invoices"][:2] + after["invoices"][3:7] == (
        sale["invoices"][:2] + sale["invoices"][3:]
    )
    assert (added["sequenceNo"], added["plannedOn"]) == (8, f"{YEAR + 1}-03-03")
    assert added["amount"]["amount"] == "11.11"
    for name in ("amount", "net", "vat", "gross"):
        parts = [int(one[name]["amount"].replace(".", "")) for one in (kept, added)]
        assert sum(parts) == int(target[name]["amount"].replace(".", "")), name
    for rate in (600, 1200, 2100):
        assert len(vat({"invoices": [kept]}, rate)) == len(vat({"invoices": [added]}, rate)) == 1
    for part in ("0.00", target["amount"]["amount"], "-1.00"):
        given = stadium.about(after, invoiceId=target["id"], amount=amount(part))
        given["plannedOn"] = f"{YEAR}-01-01"
        if part == target["amount"]["amount"]:
            given["amount"] = kept["amount"] | {"currency": "EUR"}
        assert stadium.refused("invoiceSplit", given) == [("AMOUNT_INVALID", ["amount"])]
    again = stadium.act(
        "invoiceSplit",
        after,
        invoiceId=added["id"],
        amount=amount("0.01"),
        plannedOn=f"{YEAR + 1}-04-04",
    )
    assert totals(again) == totals(sale)
    assert not broken_rules(engine, club.organisation.id)


def test_a_split_of_a_draft_invoice_is_allocated_afresh(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = sell(stadium, "100.00", {"equal": Stadium.months(2)})
    first = sale["invoices"][0]["id"]
    given = {"invoiceId": first, "amount": amount("20.00"), "plannedOn": f"{YEAR}-01-01"}
    sale = stadium.act("invoiceSplit", sale, **given)
    assert amounts(sale) == ["20.00", "30.00", "50.00"]
    assert stadium.act("saleFinalise", sale)["status"] == "FINAL"


def test_the_rate_of_the_day_of_finalising_is_kept_for_good(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    rule = club.query(
        """{ vatRules(filter: {country: ["BE"], supplyType: [PARKING]}) {
             nodes { id version } } }"""
    )["vatRules"]["nodes"][0]

    def set_rate(rate_bp: int) -> None:
        given = {"id": rule["id"], "expectedVersion": rule["version"], "rateBp": rate_bp}
        rule.update(club.make("vatRuleUpdate", "vatRule { id version }", given)["vatRule"])

    sale = sell(stadium, "100.00", {"equal": Stadium.months(3)})
    assert totals(sale) == ("100.00", "21.00", "121.00")
    set_rate(2200)
    assert totals(stadium.read(sale)) == ("100.00", "21.00", "121.00")
    sale = stadium.act("saleFinalise", sale)
    assert totals(sale) == ("100.00", "22.00", "122.00")
    assert vat(sale, 2200) == ["7.34", "7.33", "7.33"]
    set_rate(2500)
    assert totals(stadium.read(sale)) == ("100.00", "22.00", "122.00")
    fields = "vatSummary { vatCategory rateBp vatRate net { amount } vat { amount } }"
    assert stadium.read(sale, fields)["vatSummary"] == [
        {
            "vatCategory": "STANDARD",
            "rateBp": 2200,
            "vatRate": "22.00",
            "net": {"amount": "100.00"},
            "vat": {"amount": "22.00"},
        }
    ]


def test_a_reverse_charge_says_why_it_carries_no_vat(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.product("BOARD", "CATALOG", "ADVERTISING", scope="NONE", isLimited=False)
    stadium.account("A2", country="NL", vatId="NL004495445B01")
    sale = stadium.add(stadium.begin("A2"), stadium.line("BOARD", 1, "500.00", bundleId=None))
    fields = "vatSummary { vatCategory vat { amount } exemptionReason }"
    assert stadium.read(sale, fields)["vatSummary"] == [
        {
            "vatCategory": "REVERSE_CHARGE",
            "vat": {"amount": "0.00"},
            "exemptionReason": "Reverse charge",
        }
    ]


def test_an_invalid_status_and_a_stale_version_are_told_apart(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    line = stadium.line("SCARF", 1, "1.00", bundleId=None)
    stadium.add(sale, line)
    assert stadium.refused("saleLineAdd", stadium.about(sale, lines=[line])) == [
        ("VERSION_STALE", ["expectedVersion"])
    ]
    given = {**stadium.about(sale), "expectedVersion": 99}
    assert stadium.refused("saleFinalise", given) == [("VERSION_STALE", ["expectedVersion"])]
    codes = stadium.refused("saleFinalise", stadium.about(sale), role=Role.FINANCE)
    assert [code for code, _ in codes] == ["PERMISSION_DENIED"]


def test_a_hold_that_has_ended_but_is_kept_can_still_be_finalised(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = sell(stadium, "10.00", {"equal": Stadium.months(1)})
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    sale = stadium.act("saleHoldSet", sale, expiresAt=soon, action="KEEP")
    assert stadium.act("saleFinalise", sale)["holdExpiresAt"] is None
