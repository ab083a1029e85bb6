from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import cast
from uuid import UUID

import eu_vat_rates_data
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError
from app.domain.money import round_half_up_div
from app.domain.organisations import PriceBasis, VatRounding
from app.domain.vat import (
    SupplyType,
    VatAmount,
    VatCategory,
    VatClass,
    exemption_reason,
    invoice_vat,
    line_vat,
    sale_vat,
    sum_vat,
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

NET, GROSS = PriceBasis.NET, PriceBasis.GROSS
SALE_EXACT, PER_DOCUMENT = VatRounding.SALE_EXACT, VatRounding.PER_DOCUMENT

SIX, TWELVE, NINETEEN, TWENTY_ONE = (
    VatClass(VatCategory.STANDARD, rate_bp) for rate_bp in (600, 1_200, 1_900, 2_100)
)
REVERSE, INTRA, EXPORT, OUTSIDE = (
    VatClass(category, 0)
    for category in (
        VatCategory.REVERSE_CHARGE,
        VatCategory.INTRA_COMMUNITY,
        VatCategory.EXPORT,
        VatCategory.OUT_OF_SCOPE,
    )
)
CLASSES = [SIX, TWELVE, NINETEEN, TWENTY_ONE, VatClass(VatCategory.STANDARD, 2_550), REVERSE]
BASES = st.sampled_from(PriceBasis)
AMOUNTS = st.integers(0, 10**9) | st.integers(0, 300)

Invoices = list[dict[VatClass, int]]


@st.composite
def invoices(draw: st.DrawFn) -> Invoices:
    """Draw the amounts of one Sale's open invoices per class, all of one sign."""
    sign = draw(st.sampled_from([1, -1]))
    classes = draw(st.sampled_from([CLASSES[:3], CLASSES[3:], CLASSES[::-2]]))
    drawn = draw(st.lists(st.lists(AMOUNTS, max_size=3), max_size=8))
    return [
        {cls: sign * amount for cls, amount in zip(classes, invoice, strict=False)}
        for invoice in drawn
    ]


def vats(amounts: Invoices, vat_class: VatClass, basis: PriceBasis = NET) -> list[int]:
    rows = invoice_vat(amounts, basis=basis, rounding=SALE_EXACT)
    return [row[vat_class].vat_minor for row in rows]


def exact_vat(amount: int, vat_class: VatClass, basis: PriceBasis) -> Fraction:
    rate = Fraction(vat_class.rate_bp, 10_000)
    return amount * rate if basis is NET else amount * rate / (1 + rate)


def rounded_vat(amount: int, vat_class: VatClass, basis: PriceBasis) -> int:
    exact = exact_vat(amount, vat_class, basis)
    return round_half_up_div(exact.numerator, exact.denominator)


def moved_one_at_a_time(
    amounts: list[int], target: int, vat_class: VatClass, basis: PriceBasis
) -> list[int]:
    """Correct rounded VAT as the rule is told: where the error is largest, ties the latest."""
    exact = [exact_vat(amount, vat_class, basis) for amount in amounts]
    vat = [rounded_vat(amount, vat_class, basis) for amount in amounts]
    carriers = [index for index, amount in enumerate(amounts) if amount]
    while carriers and vat_class.rate_bp and sum(vat) != target:
        step = 1 if sum(vat) < target else -1
        worst = max(carriers, key=lambda i: (step * (exact[i] - vat[i]), i))
        vat[worst] += step
    return vat


def test_four_equal_invoices_have_equal_vat() -> None:
    amounts: Invoices = [{SIX: 100_000, TWENTY_ONE: 25_000} for _ in range(4)]
    rows = invoice_vat(amounts, basis=NET, rounding=SALE_EXACT)
    assert rows == [{SIX: VatAmount(100_000, 6_000), TWENTY_ONE: VatAmount(25_000, 5_250)}] * 4
    assert sum(part.gross_minor for part in rows[0].values()) == 136_250
    assert sale_vat({SIX: 400_000, TWENTY_ONE: 100_000}, NET) == {
        SIX: VatAmount(400_000, 24_000),
        TWENTY_ONE: VatAmount(100_000, 21_000),
    }


def test_odd_cents_in_three_invoices_have_exact_vat() -> None:
    amounts: Invoices = [
        {SIX: 19_999, TWENTY_ONE: 5_001, TWELVE: 8_334},
        {SIX: 19_999, TWENTY_ONE: 5_000, TWELVE: 8_334},
        {SIX: 19_999, TWENTY_ONE: 5_000, TWELVE: 8_334},
    ]
    assert vats(amounts, SIX) == [1_200, 1_200, 1_200]
    assert vats(amounts, TWENTY_ONE) == [1_050, 1_050, 1_050]
    assert vats(amounts, TWELVE) == [1_000, 1_000, 1_000]


def test_a_season_in_three_invoices_has_exact_vat() -> None:
    before: Invoices = [
        {SIX: 40_000, TWENTY_ONE: 6_800},
        {SIX: 30_000, TWENTY_ONE: 5_100},
        {SIX: 30_000, TWENTY_ONE: 5_100},
    ]
    assert vats(before, SIX) == [2_400, 1_800, 1_800]
    assert vats(before, TWENTY_ONE) == [1_428, 1_071, 1_071]
    after: Invoices = [
        {SIX: 37_647, TWENTY_ONE: 6_400},
        {SIX: 28_235, TWENTY_ONE: 4_800},
        {SIX: 28_235, TWENTY_ONE: 4_800},
    ]
    assert vats(after, SIX) == [2_259, 1_694, 1_694]
    assert vats(after, TWENTY_ONE) == [1_344, 1_008, 1_008]


def test_twelve_instalments_sum_to_the_vat_of_the_sale() -> None:
    amounts: Invoices = [{TWENTY_ONE: 10_288}] * 6 + [{TWENTY_ONE: 10_287}] * 6
    alone = invoice_vat(amounts, basis=NET, rounding=PER_DOCUMENT)
    assert sum_vat(alone) == {TWENTY_ONE: VatAmount(123_450, 25_920)}
    assert sale_vat({TWENTY_ONE: 123_450}, NET) == {TWENTY_ONE: VatAmount(123_450, 25_925)}
    # 102.88 was rounded down the furthest; of six such invoices the latest five take a cent
    assert vats(amounts, TWENTY_ONE) == [2_160, *[2_161] * 5, *[2_160] * 6]


def test_a_document_rounds_once_and_not_per_line() -> None:
    (row,) = invoice_vat([{NINETEEN: 5 * 8_403}], basis=NET, rounding=SALE_EXACT)
    assert row == {NINETEEN: VatAmount(42_015, 7_983)}
    assert sum(rounded_vat(8_403, NINETEEN, NET) for _ in range(5)) == 7_985


def test_gross_prices_contain_their_vat() -> None:
    amounts: Invoices = [{NINETEEN: 16_667}, {NINETEEN: 16_667}, {NINETEEN: 16_666}]
    assert invoice_vat(amounts, basis=GROSS, rounding=SALE_EXACT) == [
        {NINETEEN: VatAmount(14_006, 2_661)},
        {NINETEEN: VatAmount(14_006, 2_661)},
        {NINETEEN: VatAmount(14_005, 2_661)},
    ]
    assert sale_vat({NINETEEN: 50_000}, GROSS) == {NINETEEN: VatAmount(42_017, 7_983)}


def test_the_latest_of_equal_invoices_takes_the_correction() -> None:
    # 1.25 at 6 % is 0.075 each, rounded up to 0.08; the Sale's VAT is 0.225 and so 0.23
    assert vats([{SIX: 125}] * 3, SIX) == [8, 8, 7]
    # 0.40 at 6 % is 0.024 each, rounded down to 0.02; the Sale's VAT is 0.072 and so 0.07
    assert vats([{SIX: 40}] * 3, SIX) == [2, 2, 3]
    assert vats([{SIX: -40}] * 3, SIX) == [-2, -2, -3]


def test_documents_and_credit_notes_count_towards_the_sale() -> None:
    # one of four invoices has a document of 52.50 VAT, of which 31.50 was credited
    rows = invoice_vat(
        [{TWENTY_ONE: 10_000}] * 3,
        basis=NET,
        rounding=SALE_EXACT,
        already_net={TWENTY_ONE: 25_000 - 15_000},
        already_vat={TWENTY_ONE: 5_250 - 3_150},
    )
    assert [row[TWENTY_ONE].vat_minor for row in rows] == [2_100] * 3
    # a document of 199.99 has 12.00 VAT, of which 4.00 was credited with 66.66
    rows = invoice_vat(
        [{SIX: 13_333}, {SIX: 13_332}],
        basis=NET,
        rounding=SALE_EXACT,
        already_net={SIX: 19_999 - 6_666},
        already_vat={SIX: 1_200 - 400},
    )
    assert [row[SIX].vat_minor for row in rows] == [800, 800]


def test_open_invoices_make_up_for_what_documents_were_rounded() -> None:
    for basis, already_net in ((NET, 40), (GROSS, 38)):
        rows = invoice_vat(
            [{SIX: 40}, {SIX: 40}],
            basis=basis,
            rounding=SALE_EXACT,
            already_net={SIX: already_net},
            already_vat={SIX: 2},
        )
        sale = sale_vat({SIX: 120}, basis)[SIX]
        assert sale.vat_minor == 7
        assert [row[SIX].vat_minor for row in rows] == [2, 3]


def test_large_differences_are_shared_instead_of_counted_out() -> None:
    rows = invoice_vat(
        [{SIX: 100}, {SIX: 100}],
        basis=NET,
        rounding=SALE_EXACT,
        already_net={SIX: 10**15},
    )
    assert sum(row[SIX].vat_minor for row in rows) == 6 * 10**13 + 12
    assert rows[0] == rows[1]


def test_invoices_without_the_rate_are_not_touched() -> None:
    settled = {TWENTY_ONE: 7}
    rows = invoice_vat(
        [{SIX: 1_000, TWENTY_ONE: 0}, {}],
        basis=NET,
        rounding=SALE_EXACT,
        already_net=settled,
        already_vat=settled,
    )
    assert rows == [{SIX: VatAmount(1_000, 60), TWENTY_ONE: VatAmount(0, 0)}, {}]


def test_a_class_without_vat_never_takes_a_correction() -> None:
    rows = invoice_vat(
        [{REVERSE: 1_000}],
        basis=NET,
        rounding=SALE_EXACT,
        already_net={REVERSE: 1_000},
        already_vat={REVERSE: 3},
    )
    assert rows == [{REVERSE: VatAmount(1_000, 0)}]


@given(invoices(), BASES)
def test_the_vat_of_the_invoices_sums_to_the_vat_of_the_sale(
    amounts: Invoices, basis: PriceBasis
) -> None:
    whole: dict[VatClass, int] = {}
    for invoice in amounts:
        for vat_class, amount in invoice.items():
            whole[vat_class] = whole.get(vat_class, 0) + amount
    rows = invoice_vat(amounts, basis=basis, rounding=SALE_EXACT)
    assert sum_vat(rows) == sale_vat(whole, basis)
    for vat_class, amount in whole.items():
        vat_minor = sum_vat(rows)[vat_class].vat_minor
        assert abs(vat_minor - exact_vat(amount, vat_class, basis)) <= Fraction(1, 2)


@given(invoices(), BASES, st.sampled_from(VatRounding))
def test_an_invoice_is_at_most_one_cent_off_its_own_rounding(
    amounts: Invoices, basis: PriceBasis, rounding: VatRounding
) -> None:
    most = 1 if rounding is SALE_EXACT else 0
    rows = invoice_vat(amounts, basis=basis, rounding=rounding)
    assert [list(row) for row in rows] == [list(invoice) for invoice in amounts]
    for row, invoice in zip(rows, amounts, strict=True):
        for vat_class, amount in invoice.items():
            part = row[vat_class]
            assert (part.net_minor if basis is NET else part.gross_minor) == amount
            assert abs(part.vat_minor - rounded_vat(amount, vat_class, basis)) <= most
            assert part.vat_minor * amount >= 0
            assert part.vat_minor == 0 or vat_class.rate_bp


@given(
    st.lists(AMOUNTS, min_size=1, max_size=8),
    st.sampled_from(CLASSES),
    BASES,
    st.integers(0, 10**6),
    st.integers(-4, 4),
)
def test_corrections_go_where_the_rounding_error_is_largest(
    amounts: list[int], vat_class: VatClass, basis: PriceBasis, already: int, strayed: int
) -> None:
    already_vat = rounded_vat(already, vat_class, basis) + strayed
    rows = invoice_vat(
        [{vat_class: amount} for amount in amounts],
        basis=basis,
        rounding=SALE_EXACT,
        already_net={vat_class: already if basis is NET else already - already_vat},
        already_vat={vat_class: already_vat},
    )
    vat = [row[vat_class].vat_minor for row in rows]
    target = rounded_vat(already + sum(amounts), vat_class, basis) - already_vat
    assert vat == moved_one_at_a_time(amounts, target, vat_class, basis)
    if any(amounts) and vat_class.rate_bp:
        assert sum(vat) == target


@given(invoices(), BASES, st.sampled_from(VatRounding))
def test_the_vat_of_a_credit_sale_mirrors_that_of_its_sale(
    amounts: Invoices, basis: PriceBasis, rounding: VatRounding
) -> None:
    negated = [{cls: -amount for cls, amount in invoice.items()} for invoice in amounts]
    rows = invoice_vat(amounts, basis=basis, rounding=rounding)
    assert invoice_vat(negated, basis=basis, rounding=rounding) == [
        {cls: VatAmount(-part.net_minor, -part.vat_minor) for cls, part in row.items()}
        for row in rows
    ]


def test_the_vat_of_a_line_is_its_part_of_the_invoice() -> None:
    assert line_vat(5_250, [10_000, 15_000]) == [2_100, 3_150]
    assert line_vat(-10, [-1, -1, -1]) == [-4, -3, -3]
    assert line_vat(0, []) == []
    with pytest.raises(DomainError, match=r"^ALLOCATION_INVALID: "):
        line_vat(5, [10, -5])
    with pytest.raises(DomainError, match=r"^WEIGHTS_INVALID: "):
        line_vat(5, [0])


@pytest.mark.parametrize(
    ("category", "rate_bp"),
    [
        *(("S", 0), ("S", -1), ("S", 10_001), ("Z", 600), ("E", 1), ("AE", 2_100), ("O", 600)),
        ("S", 21.0),
        ("S", True),
    ],
)
def test_a_rate_that_does_not_go_with_its_category_is_refused(
    category: str, rate_bp: object
) -> None:
    with pytest.raises(DomainError, match=r"^VAT_RATE_INVALID: "):
        VatClass(VatCategory(category), cast("int", rate_bp))
    with pytest.raises(DomainError, match=r"^VAT_RATE_INVALID: "):
        rule(SupplyType.GOODS, "BE", cast("int", rate_bp), category=VatCategory(category))


def test_only_categories_without_vat_by_law_of_the_union_have_a_reason() -> None:
    reasons = {category.value: exemption_reason(category) for category in VatCategory}
    codes = {category: reason.code for category, reason in reasons.items() if reason}
    assert codes == {
        "AE": "VATEX-EU-AE",
        "K": "VATEX-EU-IC",
        "G": "VATEX-EU-G",
        "O": "VATEX-EU-O",
    }
    assert all(reason.text for reason in reasons.values() if reason)


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
