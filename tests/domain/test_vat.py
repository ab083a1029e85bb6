from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import cast

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
from app.domain.vat_rules import (
    VatRule,
)

NET, GROSS = PriceBasis.NET, PriceBasis.GROSS
SALE_EXACT, PER_DOCUMENT = VatRounding.SALE_EXACT, VatRounding.PER_DOCUMENT

SIX, TWELVE, NINETEEN, TWENTY_ONE = (
    VatClass(VatCategory.STANDARD, rate_bp) for rate_bp in (600, 1_200, 1_900, 2_100)
)
REVERSE = VatClass(VatCategory.REVERSE_CHARGE, 0)
ON = date(2026, 8, 15)
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
        VatRule(SupplyType.GOODS, "BE", VatCategory(category), cast("int", rate_bp), ON)


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
