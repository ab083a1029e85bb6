from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import eu_vat_rates_data
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError
from app.domain.vat import (
    SupplyType,
    VatCategory,
    VatClass,
)
from app.domain.vat_rates import KNOWN_RATES, WITHOUT_RULE, CountryRates, rules_from_rates
from app.domain.vat_rules import (
    EU_MEMBERS,
    VatCustomer,
    VatRule,
    VatRuleEntry,
    VatSeller,
    check_rules,
    determine,
)

TWENTY_ONE = VatClass(VatCategory.STANDARD, 2_100)
REVERSE, INTRA, EXPORT, OUTSIDE = (
    VatClass(category, 0)
    for category in (
        VatCategory.REVERSE_CHARGE,
        VatCategory.INTRA_COMMUNITY,
        VatCategory.EXPORT,
        VatCategory.OUT_OF_SCOPE,
    )
)


def rule(
    supply_type: SupplyType,
    country: str,
    rate_bp: int,
    valid_from: date = date(2020, 1, 1),
    valid_to: date | None = None,
    category: VatCategory = VatCategory.STANDARD,
) -> VatRule:
    return VatRule(supply_type, country, category, rate_bp, valid_from, valid_to)


RATES = {"BE": 2_100, "NL": 2_101, "CH": 810, "FR": 2_000, "MC": 2_002, "GB": 2_003}
"""One rate per country, each another, so that a rate tells which country's rule was taken."""
RULES = [
    rule(supply_type, country, rate_bp)
    for country, rate_bp in RATES.items()
    for supply_type in SupplyType
    if supply_type not in WITHOUT_RULE
]
ON = date(2026, 8, 15)

CLUB, CLUB_OSS = VatSeller("BE"), VatSeller("BE", is_oss_registered=True)
FIRM_BE, FIRM_NL = VatCustomer("BE", True, True), VatCustomer("NL", True, True)  # noqa: FBT003
FIRM_NL_UNCHECKED = VatCustomer("NL", is_business=True)
FIRM_CH = VatCustomer("CH", is_business=True)
FAN_BE, FAN_NL, FAN_CH = (VatCustomer(country, is_business=False) for country in ("BE", "NL", "CH"))
ABROAD_AT_VENUE = [
    SupplyType.ADMISSION,
    SupplyType.CATERING,
    SupplyType.PARKING,
    SupplyType.VOUCHER_SINGLE,
]
SERVICES = [SupplyType.ADVERTISING, SupplyType.SERVICE]


def standard(country: str) -> VatClass:
    return VatClass(VatCategory.STANDARD, RATES[country])


@pytest.mark.parametrize("supply_type", ABROAD_AT_VENUE)
@pytest.mark.parametrize("customer", [FIRM_BE, FIRM_NL, FIRM_CH, FAN_BE, FAN_NL, FAN_CH])
def test_what_is_performed_at_a_venue_is_taxed_there_for_everybody(
    supply_type: SupplyType, customer: VatCustomer
) -> None:
    assert determine(supply_type, CLUB, customer, "BE", ON, RULES) == standard("BE")
    assert determine(supply_type, CLUB, customer, "NL", ON, RULES) == standard("NL")


@pytest.mark.parametrize("supply_type", SERVICES)
@pytest.mark.parametrize(
    ("seller", "customer", "expected"),
    [
        (CLUB, FIRM_BE, standard("BE")),
        (CLUB, FIRM_NL, REVERSE),
        (CLUB, FIRM_NL_UNCHECKED, standard("BE")),
        (CLUB, FIRM_CH, OUTSIDE),
        (CLUB, FAN_BE, standard("BE")),
        (CLUB, FAN_NL, standard("BE")),
        (CLUB, FAN_CH, standard("BE")),
        (VatSeller("GB"), FIRM_NL, OUTSIDE),
        (VatSeller("MC"), VatCustomer("FR", True, True), standard("MC")),  # noqa: FBT003
        (VatSeller("MC"), FIRM_NL, REVERSE),
    ],
)
def test_a_service_to_a_business_is_taxed_where_that_business_is(
    supply_type: SupplyType, seller: VatSeller, customer: VatCustomer, expected: VatClass
) -> None:
    assert determine(supply_type, seller, customer, "BE", ON, RULES) == expected


@pytest.mark.parametrize(
    ("seller", "customer", "destination", "expected"),
    [
        (CLUB, FIRM_BE, "BE", standard("BE")),
        (CLUB, FIRM_NL, "BE", standard("BE")),
        (CLUB, FIRM_NL, "NL", INTRA),
        (CLUB, FIRM_NL, "FR", INTRA),
        (CLUB, FIRM_NL_UNCHECKED, "NL", standard("BE")),
        (CLUB_OSS, FIRM_NL_UNCHECKED, "NL", standard("BE")),
        (CLUB, FIRM_BE, "NL", standard("BE")),
        (CLUB, FAN_NL, "NL", standard("BE")),
        (CLUB_OSS, FAN_NL, "NL", standard("NL")),
        (CLUB_OSS, FAN_NL, "BE", standard("BE")),
        (CLUB, FAN_CH, "CH", EXPORT),
        (CLUB, FIRM_CH, "CH", EXPORT),
        (VatSeller("GB"), FAN_NL, "NL", EXPORT),
        (VatSeller("GB"), FIRM_NL, "GB", standard("GB")),
    ],
)
def test_goods_are_taxed_where_they_leave_or_where_they_arrive(
    seller: VatSeller, customer: VatCustomer, destination: str, expected: VatClass
) -> None:
    assert determine(SupplyType.GOODS, seller, customer, destination, ON, RULES) == expected


@pytest.mark.parametrize(
    ("seller", "customer", "expected"),
    [
        (CLUB, FAN_BE, standard("BE")),
        (CLUB, FAN_NL, standard("NL")),
        (CLUB, FAN_CH, OUTSIDE),
        (CLUB, FIRM_NL, REVERSE),
        (CLUB, FIRM_BE, standard("BE")),
        (CLUB, FIRM_CH, OUTSIDE),
        (VatSeller("CH"), FAN_CH, standard("CH")),
    ],
)
def test_a_virtual_event_is_taxed_where_its_viewer_is(
    seller: VatSeller, customer: VatCustomer, expected: VatClass
) -> None:
    assert determine(SupplyType.VIRTUAL, seller, customer, "BE", ON, RULES) == expected


@pytest.mark.parametrize("customer", [FIRM_NL, FAN_BE])
def test_multi_purpose_vouchers_and_compensations_are_outside_the_scope(
    customer: VatCustomer,
) -> None:
    assert determine(SupplyType.VOUCHER_MULTI, CLUB, customer, "BE", ON, RULES) == OUTSIDE
    assert determine(SupplyType.COMPENSATION, CLUB, customer, "BE", ON, RULES) == OUTSIDE
    taxed = [rule(SupplyType.COMPENSATION, "BE", 2_100)]
    assert determine(SupplyType.COMPENSATION, CLUB, customer, "NL", ON, taxed) == TWENTY_ONE


@pytest.mark.parametrize("supply_type", SupplyType)
def test_every_supply_type_has_an_answer_for_every_customer(supply_type: SupplyType) -> None:
    for customer in (FIRM_BE, FIRM_NL, FIRM_NL_UNCHECKED, FIRM_CH, FAN_BE, FAN_NL, FAN_CH):
        vat_class = determine(supply_type, CLUB, customer, "BE", ON, RULES)
        assert vat_class.rate_bp in {0, 2_100, 2_101}


def test_a_missing_rule_is_refused_with_supply_type_country_and_date() -> None:
    with pytest.raises(DomainError) as caught:
        determine(SupplyType.CATERING, CLUB, FAN_BE, "DE", ON, RULES)
    assert str(caught.value) == "VAT_UNRESOLVED: no VAT rule for CATERING in DE on 2026-08-15"
    with pytest.raises(DomainError, match=r"^VAT_UNRESOLVED: .* PARKING in BE on 2019-12-31$"):
        determine(SupplyType.PARKING, CLUB, FAN_BE, "BE", date(2019, 12, 31), RULES)


def test_a_kept_rule_is_the_rule_itself() -> None:
    kept = VatRuleEntry(
        UUID(int=1),
        SupplyType.PARKING,
        "BE",
        VatCategory.STANDARD,
        2_100,
        date(2020, 1, 1),
        None,
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert kept.rule == rule(SupplyType.PARKING, "BE", 2_100)


def test_the_rule_of_the_day_applies_to_the_last_day() -> None:
    change = date(2025, 7, 1)
    dated = [
        rule(SupplyType.ADMISSION, "EE", 2_200, valid_to=change - timedelta(days=1)),
        rule(SupplyType.ADMISSION, "EE", 2_400, change),
    ]
    check_rules(dated)
    rates = [
        determine(SupplyType.ADMISSION, VatSeller("EE"), FAN_BE, "EE", on, dated).rate_bp
        for on in (change - timedelta(days=1), change, date(2199, 1, 1))
    ]
    assert rates == [2_200, 2_400, 2_400]


def test_a_reduced_rule_may_be_zero_rated_or_exempt() -> None:
    exempt = [rule(SupplyType.ADMISSION, "IE", 0, category=VatCategory.EXEMPT)]
    found = determine(SupplyType.ADMISSION, VatSeller("IE"), FAN_BE, "IE", ON, exempt)
    assert found == VatClass(VatCategory.EXEMPT, 0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((date(2020, 1, 1), None), (date(2025, 1, 1), None)),
        ((date(2020, 1, 1), date(2025, 1, 1)), (date(2025, 1, 1), None)),
        ((date(2020, 1, 1), date(2030, 1, 1)), (date(2024, 1, 1), date(2025, 1, 1))),
        ((date(2020, 1, 1), date(2020, 1, 1)), (date(2020, 1, 1), date(2020, 1, 1))),
    ],
)
def test_rules_that_hold_on_the_same_day_are_refused(
    first: tuple[date, date | None], second: tuple[date, date | None]
) -> None:
    pair = [rule(SupplyType.PARKING, "BE", 2_100, *span) for span in (first, second)]
    for rules in (pair, pair[::-1]):
        with pytest.raises(DomainError, match=r"^VAT_RULE_OVERLAP: PARKING in BE: "):
            check_rules(rules)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20) | st.none()), max_size=5))
def test_checked_rules_leave_one_answer_for_every_day(
    spans: list[tuple[int, int | None]],
) -> None:
    begin = date(2026, 1, 1)
    rules = [
        rule(
            SupplyType.GOODS,
            "BE",
            2_100,
            begin + timedelta(days=start),
            None if length is None else begin + timedelta(days=start + length),
        )
        for start, length in spans
    ]
    days = (begin + timedelta(days=day) for day in range(90))
    is_ambiguous = any(sum(rule.is_valid(day) for rule in rules) > 1 for day in days)
    if is_ambiguous:
        with pytest.raises(DomainError, match=r"^VAT_RULE_OVERLAP: "):
            check_rules(rules)
    else:
        check_rules(rules)


def test_rules_of_other_supplies_and_countries_do_not_overlap() -> None:
    check_rules(RULES)
    check_rules([])


def test_a_rule_of_no_country_or_without_a_span_is_refused() -> None:
    with pytest.raises(DomainError, match=r"^COUNTRY_UNKNOWN: 'EL'"):
        rule(SupplyType.GOODS, "EL", 2_400)
    with pytest.raises(DomainError, match=r"^DATE_RANGE_INVALID: "):
        rule(SupplyType.GOODS, "GR", 2_400, date(2026, 1, 2), date(2026, 1, 1))


def whole_bp(percent: float) -> int:
    """Convert a published percentage as the seed does: through its shortest text, exactly."""
    in_bp = Decimal(str(percent)) * 100
    assert in_bp == int(in_bp)
    return int(in_bp)


def published_rates() -> dict[str, CountryRates]:
    return {
        country: CountryRates(
            whole_bp(found["standard"]),
            tuple(whole_bp(percent) for percent in found["reduced"]),
            None if found["super_reduced"] is None else whole_bp(found["super_reduced"]),
        )
        for country, found in eu_vat_rates_data.get_all_rates().items()
    }


def test_published_rates_become_rules_for_every_country_and_taxed_supply() -> None:
    rules = rules_from_rates(published_rates(), date(2026, 1, 1))
    check_rules(rules)
    found = {(rule.country, rule.supply_type): rule.rate_bp for rule in rules}
    assert len(found) == len(rules) == 44 * 8  # 45 published, less XI, which is no country
    for country, expected in {
        "BE": {"ADMISSION": 600, "CATERING": 1_200, "PARKING": 2_100, "GOODS": 2_100},
        "NL": {"ADMISSION": 900, "CATERING": 900, "ADVERTISING": 2_100},
        "DE": {"ADMISSION": 1_900, "CATERING": 700},
        "FR": {"ADMISSION": 550, "CATERING": 1_000, "SERVICE": 2_000},
        "LU": {"ADMISSION": 1_700, "CATERING": 300},
        "EE": {"ADMISSION": 2_400},
        "SK": {"ADMISSION": 2_300},
        "RO": {"ADMISSION": 2_100},
        "FI": {"ADMISSION": 2_550, "VIRTUAL": 2_550, "VOUCHER_SINGLE": 2_550},
    }.items():
        for supply_type, rate_bp in expected.items():
            assert found[country, SupplyType(supply_type)] == rate_bp
    assert {country for country, _ in found} >= EU_MEMBERS | set(KNOWN_RATES)


def test_the_union_has_the_members_that_are_published() -> None:
    published = eu_vat_rates_data.get_all_rates()
    members = {country for country, found in published.items() if found["eu_member"]}
    assert members == EU_MEMBERS
    assert len(members) == 27


def test_a_known_rate_that_is_not_published_any_more_is_noticed() -> None:
    changed = {"BE": CountryRates(2_100, (1_200,))}
    with pytest.raises(DomainError, match=r"^VAT_RATE_INVALID: ADMISSION in BE is known at 600"):
        rules_from_rates(changed, ON)
    assert [rule.country for rule in rules_from_rates({"XI": CountryRates(2_000)}, ON)] == []
