"""VAT rules over GraphQL, and those that a club begins with."""

from datetime import date
from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.vat_seed import published_rates
from tests.api.catalogue import codes, sorts_of
from tests.club import Club

RULE = "vatRule { id supplyType country category rateBp validFrom validTo version }"


def rules_of(club: Club, condition: str) -> list[dict[str, Any]]:
    document = (
        f"{{ vatRules(filter: {{{condition}}}, first: 100) {{ nodes "
        "{ id supplyType country category rateBp validFrom validTo version } } }"
    )
    found: list[dict[str, Any]] = club.query(document)["vatRules"]["nodes"]
    return found


def belgian(club: Club, supply_type: str = "CATERING") -> dict[str, Any]:
    (found,) = rules_of(club, f'country: ["BE"], supplyType: [{supply_type}]')
    return found


def given_rule(**given: object) -> dict[str, object]:
    wanted: dict[str, object] = {
        "supplyType": "CATERING",
        "country": "BE",
        "category": "STANDARD",
        "rateBp": 600,
        "validFrom": "2027-01-01",
    }
    return wanted | given


def test_a_club_begins_with_the_rules_of_every_country(club: Club) -> None:
    rates = {one["supplyType"]: one["rateBp"] for one in rules_of(club, 'country: ["BE"]')}
    assert rates == {
        "ADMISSION": 600,
        "CATERING": 1200,
        "PARKING": 2100,
        "ADVERTISING": 2100,
        "SERVICE": 2100,
        "GOODS": 2100,
        "VIRTUAL": 2100,
        "VOUCHER_SINGLE": 2100,
    }
    standard = rules_of(club, 'supplyType: [SERVICE], country: ["FI", "CH", "AD"]')
    assert {one["country"]: one["rateBp"] for one in standard} == {
        "FI": 2550,
        "CH": 810,
        "AD": 450,
    }
    assert {(one["validFrom"], one["validTo"]) for one in standard} == {("2020-01-01", None)}
    found = club.query("{ vatRules { totalCount { count precision } } }")
    # 44 countries, XI being none, with 8 supply types each.
    assert found["vatRules"]["totalCount"] == {"count": 352, "precision": "EXACT"}


def test_the_published_rates_are_exact_basis_points() -> None:
    _, rates = published_rates()
    assert rates["FR"].super_reduced_bp == 210
    assert set(rates["FR"].reduced_bp) == {90, 105, 550, 850, 1000, 1300}
    assert rates["DK"].reduced_bp == ()


def test_a_new_rate_follows_after_the_old_one_got_a_last_day(club: Club) -> None:
    old = belgian(club)
    errors = club.refused("vatRuleCreate", given_rule())
    assert codes(errors) == [("VAT_RULE_OVERLAP", ["validFrom"])]
    assert belgian(club) == old
    change = {"id": old["id"], "expectedVersion": 1, "validTo": "2026-12-31"}
    closed = club.make("vatRuleUpdate", RULE, change)["vatRule"]
    assert closed == {**old, "validTo": "2026-12-31", "version": 2}
    made = club.make("vatRuleCreate", RULE, given_rule())["vatRule"]
    assert made == {"id": made["id"], **given_rule(), "validTo": None, "version": 1}
    reopened = {"id": old["id"], "expectedVersion": 2, "validTo": None}
    errors = club.refused("vatRuleUpdate", reopened)
    assert codes(errors) == [("VAT_RULE_OVERLAP", ["validFrom"])]
    assert len(rules_of(club, 'country: ["BE"], isClosed: true')) == 1


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"country": "XI"}, ("COUNTRY_UNKNOWN", ["country"])),
        ({"rateBp": -1}, ("VAT_RATE_INVALID", ["rateBp"])),
        ({"rateBp": 10_001}, ("VAT_RATE_INVALID", ["rateBp"])),
        ({"rateBp": 2_147_483_647}, ("VAT_RATE_INVALID", ["rateBp"])),
        ({"rateBp": 0}, ("VAT_RATE_INVALID", ["rateBp"])),
        ({"category": "EXEMPT"}, ("VAT_RATE_INVALID", ["rateBp"])),
        ({"validTo": "2026-12-31"}, ("DATE_RANGE_INVALID", ["validTo"])),
        ({"validFrom": "1492-10-12"}, ("DATE_INVALID", ["validFrom"])),
    ],
)
def test_a_malformed_rule_is_refused_and_not_written(
    club: Club, given: dict[str, object], refused: tuple[str, list[str]]
) -> None:
    wanted = given_rule(country="US") | given
    assert codes(club.refused("vatRuleCreate", wanted)) == [refused]
    assert rules_of(club, 'country: ["US"]') == []


def test_a_rule_of_a_country_outside_the_table_can_be_added(club: Club) -> None:
    given = given_rule(country="US", category="OUT_OF_SCOPE", rateBp=0)
    made = club.make("vatRuleCreate", RULE, given)["vatRule"]
    assert (made["category"], made["rateBp"]) == ("OUT_OF_SCOPE", 0)
    found = rules_of(club, 'category: [OUT_OF_SCOPE], validOn: "2027-01-01"')
    assert [one["id"] for one in found] == [made["id"]]


def test_only_finance_changes_rules_and_no_portal_reads_them(club: Club) -> None:
    rule = belgian(club)
    change = {"id": rule["id"], "expectedVersion": 1, "rateBp": 100}
    for role in (Role.SALES, Role.OPERATIONS, Role.PARTNER):
        errors = club.refused("vatRuleUpdate", change, role=role)
        assert codes(errors) == [("PERMISSION_DENIED", [])]
    assert belgian(club) == rule
    club.make("vatRuleUpdate", RULE, change, role=Role.FINANCE)


def test_another_clubs_rule_is_its_own(club: Club, other_club: Club) -> None:
    change = {"id": belgian(club)["id"], "expectedVersion": 1, "rateBp": 100}
    assert codes(other_club.refused("vatRuleUpdate", change)) == [("NOT_FOUND", ["id"])]
    assert belgian(club)["rateBp"] == 1200
    assert belgian(other_club)["rateBp"] == 1200


def test_every_order_of_rules_visits_each_once(club: Club) -> None:
    document = """query($after: String) { vatRules(first: 100, after: $after, sort: %s) {
      nodes { id } pageInfo { endCursor hasNextPage } } }"""
    for sort in sorts_of(club, "VatRuleSort"):
        seen: list[str] = []
        page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
        while page["pageInfo"]["hasNextPage"]:
            cursor = {"after": page["pageInfo"]["endCursor"]}
            page = club.query(document % sort, cursor)["vatRules"]
            seen += [one["id"] for one in page["nodes"]]
        assert len(seen) == len(set(seen)) == 352, sort


def test_rules_are_seeded_once_with_one_audit_entry(club: Club) -> None:
    found = club.query(
        '{ auditEntries(filter: {action: ["vat_rule.seeded"]}) { nodes { after } } }'
    )
    (entry,) = found["auditEntries"]["nodes"]
    assert entry["after"]["rules"] == 352
    assert date.fromisoformat(entry["after"]["source_version"]) >= date(2026, 1, 1)
