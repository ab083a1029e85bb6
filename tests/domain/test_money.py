from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, cast

import pytest
from babel import Locale
from babel.numbers import get_territory_currencies
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.errors import DomainError, ErrorCode
from app.domain.money import (
    BP_PER_WHOLE,
    CURRENCY_DIGITS,
    MAX_AMOUNT_MINOR,
    Money,
    apportion,
    currency_digits,
    format_amount,
    parse_amount,
    require_bounded,
    round_half_up_div,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

TOTALS = st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR) | st.integers(-500, 500)
WEIGHTS = st.lists(st.integers(0, 10**9) | st.integers(0, 5), min_size=1, max_size=30)
CURRENCIES = st.sampled_from(sorted(CURRENCY_DIGITS))


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split by the rule as it is told to people: exact parts, then one unit at a time."""
    sign = -1 if total < 0 else 1
    exact = [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    shares = [floor(part) for part in exact]
    wanting = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], -weights[i], i))
    for index in wanting[: abs(total) - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (14_505, [30, 70], [4_351, 10_154]),
        (1_287_059, [50, 50], [643_530, 643_529]),
        (547, [3_334, 3_333, 3_333], [183, 182, 182]),
        (3_000_000, [1, 1, 1], [1_000_000] * 3),
        (3_000_000, [33_334, 33_333, 33_333], [1_000_020, 999_990, 999_990]),
        (10_000, [1, 1, 1], [3_334, 3_333, 3_333]),
        (50_000, [1, 1, 1], [16_667, 16_667, 16_666]),
        (24_999, [120, 80, 50], [11_999, 8_000, 5_000]),
        (100_000, [1] * 17, [5_883] * 6 + [5_882] * 11),
        (17_000, [1] * 17, [1_000] * 17),
        (117_000, [40, 30, 30], [46_800, 35_100, 35_100]),
        (100_000, [1, 1, 1], [33_334, 33_333, 33_333]),
    ],
)
def test_known_splits_come_out_to_the_cent(
    total: int, weights: list[int], shares: list[int]
) -> None:
    assert apportion(total, weights) == shares


def test_ties_go_to_the_larger_weight_and_then_to_the_lower_index() -> None:
    assert apportion(1, [1, 1]) == [1, 0]
    assert apportion(10, [1, 3]) == [2, 8]  # both remainders are a half
    assert apportion(10, [3, 1]) == [8, 2]
    assert apportion(5, [1, 1, 2, 0]) == [1, 1, 3, 0]
    assert apportion(2, [1, 2, 1, 2, 2]) == [0, 1, 0, 1, 0]


def test_nothing_is_split_by_no_weights_or_zero_weights() -> None:
    assert apportion(0, []) == []
    assert apportion(0, [0, 0]) == [0, 0]
    assert apportion(0, [1, 2]) == [0, 0]


@pytest.mark.parametrize(
    ("total", "weights"),
    [(1, []), (1, [0, 0]), (-1, [0]), (1, [2, -1]), (0, [-1]), (1, [1, True]), (1, [1, 0.5])],
)
def test_weights_that_cannot_split_a_total_are_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(DomainError, match=r"^WEIGHTS_INVALID: "):
        apportion(total, weights)


@pytest.mark.parametrize("total", [True, 1.0, "1", None])
def test_a_total_that_is_no_int_is_refused(total: object) -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_INVALID: a total is a whole number"):
        apportion(cast("int", total), [1, 1])


@given(TOTALS, WEIGHTS)
def test_shares_are_those_of_the_largest_remainder(total: int, weights: list[int]) -> None:
    assume(sum(weights))
    assert apportion(total, weights) == largest_remainder(total, weights)


@given(TOTALS, WEIGHTS)
def test_shares_sum_to_the_total_and_stay_within_one_of_their_exact_part(
    total: int, weights: list[int]
) -> None:
    assume(sum(weights))
    shares = apportion(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)
        assert weight or share == 0


@given(TOTALS, WEIGHTS)
def test_equal_weights_differ_by_at_most_one(total: int, weights: list[int]) -> None:
    assume(sum(weights))
    by_weight: dict[int, set[int]] = {}
    for share, weight in zip(apportion(total, weights), weights, strict=True):
        by_weight.setdefault(weight, set()).add(share)
    assert all(max(shares) - min(shares) <= 1 for shares in by_weight.values())


@given(TOTALS, WEIGHTS)
def test_a_negative_total_mirrors_the_positive_one(total: int, weights: list[int]) -> None:
    assume(sum(weights))
    assert apportion(-total, weights) == [-share for share in apportion(total, weights)]


@given(TOTALS, st.lists(st.integers(1, 10**9), min_size=1, max_size=20, unique=True), st.data())
def test_reordering_distinct_weights_reorders_their_shares(
    total: int, weights: list[int], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(weights))))
    shares = apportion(total, weights)
    assert apportion(total, [weights[i] for i in order]) == [shares[i] for i in order]


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**12))
def test_division_rounds_to_the_nearest_with_a_half_away_from_zero(
    numerator: int, denominator: int
) -> None:
    exact = Fraction(numerator, denominator)
    rounded = round_half_up_div(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)
    assert round_half_up_div(-numerator, denominator) == -rounded
    assert round_half_up_div(numerator, -denominator) == -rounded


@pytest.mark.parametrize(
    ("minor", "rate_bp", "vat"),
    [
        (8_403, 1_900, 1_597),  # five of these lines make 79.85 …
        (42_015, 1_900, 7_983),  # … and their document 79.83
        (5, 1_000, 1),
        (-5, 1_000, -1),
        (4, 1_000, 0),
        (MAX_AMOUNT_MINOR, 10_000, MAX_AMOUNT_MINOR),
    ],
)
def test_a_rate_of_an_amount_is_rounded_once(minor: int, rate_bp: int, vat: int) -> None:
    assert round_half_up_div(minor * rate_bp, BP_PER_WHOLE) == vat


def test_dividing_by_zero_is_a_fault() -> None:
    with pytest.raises(ZeroDivisionError):
        round_half_up_div(1, 0)


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XCG", 2)]
)
def test_a_currency_has_the_digits_of_iso_4217(currency: str, digits: int) -> None:
    assert currency_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XAU", "XXX", "DEM", "€", None])
def test_what_is_no_active_currency_is_refused(currency: str) -> None:
    with pytest.raises(DomainError, match=r"^CURRENCY_UNKNOWN: "):
        currency_digits(currency)


def test_every_legal_tender_in_the_world_is_a_known_currency() -> None:
    today = date(2026, 7, 1)
    tender = {
        currency
        for territory in Locale("en").territories
        for currency in get_territory_currencies(str(territory), today, today)
    }
    assert len(tender) > 150
    # the lev gave way to the euro on 1 January 2026, which the locale data does not know yet
    assert tender - set(CURRENCY_DIGITS) <= {"BGN"}


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1250.00", "EUR", 125_000),
        ("1250", "EUR", 125_000),
        ("-3.5", "EUR", -350),
        ("0.05", "EUR", 5),
        ("-0", "EUR", 0),
        ("007.50", "EUR", 750),
        ("1250", "JPY", 1_250),
        ("1.250", "KWD", 1_250),
        ("21474836.48", "EUR", 2**31),
        ("90071992547409.91", "EUR", MAX_AMOUNT_MINOR),
        ("-9007199254740991", "JPY", -MAX_AMOUNT_MINOR),
    ],
)
def test_a_plain_decimal_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 ", " 1", "1\n", "1 000", "1,5", "1.", ".5", "+1", "--1", "1.2.3", "-"),
        *("1e3", "1E3", "NaN", "Infinity", "0x10", "1_000", "٣", "½", "1.²", "€1"),
        *("1.234", "1.000", "0.00001"),
    ],
)
def test_what_is_no_plain_decimal_of_the_currency_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_INVALID: "):
        parse_amount(text, "EUR")


def test_a_decimal_in_a_currency_without_decimals_is_refused() -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_INVALID: '1\.0' has 1 decimals; JPY has 0$"):
        parse_amount("1.0", "JPY")


@pytest.mark.parametrize("text", ["90071992547409.92", "-90071992547409.92", "9" * 17, "9" * 9_999])
def test_an_amount_beyond_the_limit_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_TOO_LARGE: ") as caught:
        parse_amount(text, "EUR")
    assert len(str(caught.value)) < 200


def test_a_refused_amount_is_named_with_its_field() -> None:
    with pytest.raises(DomainError) as caught:
        require_bounded(-MAX_AMOUNT_MINOR - 1, "lines", "0", "unitPrice")
    (violation,) = caught.value.violations
    assert violation.code is ErrorCode.AMOUNT_TOO_LARGE
    assert violation.path == ("lines", "0", "unitPrice")
    require_bounded(-MAX_AMOUNT_MINOR)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (125_000, "EUR", "1250.00"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1_250, "JPY", "1250"),
        (-7, "JPY", "-7"),
        (1_250, "KWD", "1.250"),
        (1, "CLF", "0.0001"),
    ],
)
def test_an_amount_is_written_with_the_digits_of_its_currency(
    minor: int, currency: str, text: str
) -> None:
    assert format_amount(minor, currency) == text


@given(st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR), CURRENCIES)
def test_a_written_amount_is_read_back_unchanged(minor: int, currency: str) -> None:
    assert parse_amount(format_amount(minor, currency), currency) == minor


def parsed_or_refused(text: str, currency: str) -> int | ErrorCode:
    try:
        return parse_amount(text, currency)
    except DomainError as error:
        return error.violations[0].code


@given(
    st.text(max_size=30) | st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,4})?", fullmatch=True), CURRENCIES
)
def test_any_text_is_an_amount_or_a_coded_refusal(text: str, currency: str) -> None:
    minor = parsed_or_refused(text, currency)
    if isinstance(minor, ErrorCode):
        assert minor in {ErrorCode.AMOUNT_INVALID, ErrorCode.AMOUNT_TOO_LARGE}
    else:
        assert Fraction(text) == Fraction(minor, 10 ** currency_digits(currency))


def test_money_of_one_currency_adds_subtracts_and_compares() -> None:
    five, two = Money(500, "EUR"), Money(200, "EUR")
    assert five + two == Money(700, "EUR")
    assert two - five == Money(-300, "EUR") == -Money(300, "EUR")
    assert two * 3 == Money(600, "EUR")
    assert two < five
    assert five > two
    assert two <= Money(200, "EUR") <= five
    assert five >= two
    assert not five < two
    assert not five <= two
    assert str(Money(-5, "EUR")) == "-0.05 EUR"
    assert {Money(5, "EUR"): 1}[Money(5, "EUR")] == 1


def test_money_of_two_currencies_never_meets() -> None:
    euro, dollar = Money(500, "EUR"), Money(500, "USD")
    for combine in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: euro <= dollar,
        lambda: euro > dollar,
        lambda: euro >= dollar,
    ):
        with pytest.raises(DomainError, match=r"^CURRENCY_MIXED: "):
            combine()
    assert euro != dollar


@pytest.mark.parametrize("other", [5, 5.0, True, "5", None])
def test_money_does_not_mix_with_bare_numbers(other: object) -> None:
    euro, wrong = Money(500, "EUR"), cast("Money", other)
    for combine in (
        lambda: euro + wrong,
        lambda: euro - wrong,
        lambda: euro < wrong,
        lambda: euro <= wrong,
    ):
        with pytest.raises(TypeError):
            combine()


@pytest.mark.parametrize("quantity", [1.5, True, "2", Money(2, "EUR")])
def test_money_is_multiplied_by_whole_quantities_only(quantity: object) -> None:
    with pytest.raises(TypeError):
        Money(500, "EUR") * cast("int", quantity)


@pytest.mark.parametrize("minor", [True, 1.0, "1", None, Fraction(1)])
def test_money_of_anything_but_an_int_is_refused(minor: object) -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_INVALID: an amount is a whole number"):
        Money(cast("int", minor), "EUR")


def test_money_beyond_the_limit_or_in_an_unknown_currency_is_refused() -> None:
    with pytest.raises(DomainError, match=r"^AMOUNT_TOO_LARGE: "):
        Money(MAX_AMOUNT_MINOR, "EUR") + Money(1, "EUR")
    with pytest.raises(DomainError, match=r"^CURRENCY_UNKNOWN: "):
        Money(1, "EURO")
