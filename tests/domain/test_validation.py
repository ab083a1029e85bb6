"""Checks of single values: what they accept, and how they name what they do not."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.domain.errors import DomainError, ErrorCode
from app.domain.names import camel
from app.domain.validation import LONG_TEXT_LIMIT, Check, compact_vat_id, reason_of


def refused(check: Check) -> list[tuple[str, tuple[str, ...]]]:
    return [(violation.code.value, violation.path) for violation in check.violations]


@pytest.mark.parametrize(
    ("name", "written"),
    [("code", "code"), ("starts_on", "startsOn"), ("payment_term_days", "paymentTermDays")],
)
def test_names_are_written_in_camel_case_for_those_outside(name: str, written: str) -> None:
    assert camel(name) == written


def test_a_check_raises_everything_it_collected_at_once() -> None:
    check = Check()
    check.refuse_if_any()
    check.text("name", "")
    check.below("lines", "0").quantity("quantity", 0)
    with pytest.raises(DomainError) as error:
        check.refuse_if_any()
    assert [violation.path for violation in error.value.violations] == [
        ("name",),
        ("lines", "0", "quantity"),
    ]


@pytest.mark.parametrize("text", [None, "", "  \t"])
def test_an_empty_text_is_refused(text: str | None) -> None:
    check = Check()
    check.text("name", text)
    assert refused(check) == [("TEXT_REQUIRED", ("name",))]


def test_a_text_is_bounded_and_has_no_control_characters() -> None:
    check = Check()
    check.text("name", "Stade Réunion 中文\nNorth")
    check.optional_text("name", None)
    assert not check.violations
    check.text("name", "x" * 201)
    check.optional_text("name", "a\x00b")
    check.optional_text("name", "a\ud800b")
    assert refused(check) == [
        ("TEXT_TOO_LONG", ("name",)),
        ("INPUT_INVALID", ("name",)),
        ("INPUT_INVALID", ("name",)),
    ]


@pytest.mark.parametrize("code", ["A", "2026-27", "a.b_c/d-e", "x" * 64])
def test_a_code_of_letters_digits_and_four_marks_is_accepted(code: str) -> None:
    check = Check()
    check.code("code", code)
    assert not check.violations


@pytest.mark.parametrize("code", [None, "", "-a", "a b", "é", "a\n", "x" * 65])
def test_any_other_code_is_refused(code: str | None) -> None:
    check = Check()
    check.code("code", code)
    assert refused(check) == [("CODE_INVALID", ("code",))]


def test_a_refused_value_is_shown_shortened() -> None:
    check = Check()
    check.code("code", "y" * 500)
    assert "…" in check.violations[0].message
    assert len(check.violations[0].message) < 150


def test_countries_languages_currencies_and_time_zones_are_known_ones() -> None:
    check = Check()
    check.country("country", "BE")
    check.language("language", "nl")
    check.currency("currency", "KWD")
    check.time_zone("timeZone", "Europe/Brussels")
    assert not check.violations
    check.country("country", "be")
    check.country("country", None)
    check.language("language", "NL")
    check.currency("currency", "XXX")
    check.time_zone("timeZone", "Mars/Olympus")
    check.time_zone("timeZone", "../etc/passwd")
    assert [violation.code for violation in check.violations] == [
        ErrorCode.COUNTRY_UNKNOWN,
        ErrorCode.COUNTRY_UNKNOWN,
        ErrorCode.LANGUAGE_UNKNOWN,
        ErrorCode.CURRENCY_UNKNOWN,
        ErrorCode.TIME_ZONE_UNKNOWN,
        ErrorCode.TIME_ZONE_UNKNOWN,
    ]


@pytest.mark.parametrize(
    ("value", "country"),
    [
        (None, "BE"),
        ("BE0403019261", "BE"),
        ("be 0403.019.261", "BE"),
        ("EL094259216", "GR"),
        ("CHE-107.787.577", "CH"),
        ("anything 1", None),
    ],
)
def test_a_vat_id_of_its_country_is_accepted(value: str | None, country: str | None) -> None:
    check = Check()
    check.vat_id("vatId", value, country)
    assert not check.violations


@pytest.mark.parametrize(
    ("value", "country"),
    [
        ("BE0403019262", "BE"),
        ("NL123456782B70", "BE"),
        ("", "FR"),
        ("x" * 21, "US"),
        ("a_b", None),
    ],
)
def test_any_other_vat_id_is_refused(value: str, country: str | None) -> None:
    check = Check()
    check.vat_id("vatId", value, country)
    assert refused(check) == [("VAT_ID_INVALID", ("vatId",))]


def test_a_vat_id_is_kept_in_one_form() -> None:
    assert compact_vat_id("be 0403.019.261", "BE") == "BE0403019261"
    assert compact_vat_id("0403019261", "BE") == "BE0403019261"
    assert compact_vat_id("094259216", "GR") == "EL094259216"
    assert compact_vat_id("nonsense", "BE") == "nonsense"
    assert compact_vat_id("CHE-107", "CH") == "CHE-107"
    assert compact_vat_id("12", None) == "12"
    assert compact_vat_id(None, "BE") is None


def test_an_email_address_has_a_name_and_a_domain() -> None:
    check = Check()
    check.email("email", None)
    check.email("email", "an.na+club@example.co.uk")
    assert not check.violations
    for wrong in ("", "anna", "anna@", "@example.com", "a b@example.com", "a@b", "a@b..c"):
        check.email("email", wrong)
    check.email("email", "a@" + "b" * 250 + ".com")
    assert {violation.code for violation in check.violations} == {ErrorCode.EMAIL_INVALID}
    assert len(check.violations) == 8


def test_whole_numbers_and_quantities_are_bounded_on_both_sides() -> None:
    check = Check()
    check.whole("days", None, 0, 5)
    check.whole("days", 0, 0, 5)
    check.whole("days", 5, 0, 5)
    check.quantity("quantity", 1)
    check.quantity("quantity", 10_000)
    assert not check.violations
    check.whole("days", -1, 0, 5)
    check.whole("days", 6, 0, 5)
    check.quantity("quantity", 0)
    check.quantity("quantity", 10_001)
    assert [violation.code for violation in check.violations] == [
        ErrorCode.INPUT_INVALID,
        ErrorCode.INPUT_INVALID,
        ErrorCode.QUANTITY_INVALID,
        ErrorCode.QUANTITY_INVALID,
    ]


def test_an_amount_is_not_negative_and_below_two_to_the_fifty_third() -> None:
    check = Check()
    for sound in (None, 0, 2**53 - 1):
        check.amount("amount", sound)
    assert not check.violations
    check.amount("amount", -1)
    check.amount("amount", 2**53)
    check.amount("amount", -(2**53))
    assert [violation.code for violation in check.violations] == [
        ErrorCode.AMOUNT_NEGATIVE,
        ErrorCode.AMOUNT_TOO_LARGE,
        ErrorCode.AMOUNT_NEGATIVE,
        ErrorCode.AMOUNT_TOO_LARGE,
    ]


def test_days_lie_between_1990_and_2200_and_in_order() -> None:
    check = Check()
    check.day("on", None)
    check.days("from", date(1990, 1, 1), "to", date(2200, 12, 31))
    check.days("from", None, "to", date(2026, 1, 1))
    check.days("from", date(2026, 1, 1), "to", None)
    assert not check.violations
    check.day("on", date(1989, 12, 31))
    check.day("on", date(2201, 1, 1))
    check.days("from", date(2026, 1, 2), "to", date(2026, 1, 1))
    assert refused(check) == [
        ("DATE_INVALID", ("on",)),
        ("DATE_INVALID", ("on",)),
        ("DATE_RANGE_INVALID", ("to",)),
    ]


def test_an_instant_carries_an_offset_and_may_be_as_far_away_as_python_counts() -> None:
    check = Check()
    check.instant("at", None)
    check.instant("at", datetime(2026, 8, 1, 18, 30, tzinfo=UTC))
    assert not check.violations
    east = timezone(timedelta(hours=14))
    check.instant("at", datetime(2026, 8, 1, 18, 30))  # noqa: DTZ001 - the case in question
    check.instant("at", datetime(1, 1, 1, tzinfo=east))
    check.instant("at", datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))))
    assert refused(check) == [("DATE_INVALID", ("at",))] * 3


def test_a_list_is_bounded() -> None:
    check = Check()
    check.size("lines", [1, 2], 2)
    assert not check.violations
    check.size("lines", [1, 2, 3], 2)
    assert refused(check) == [("TOO_MANY_ITEMS", ("lines",))]


def test_a_reason_is_given_in_words() -> None:
    assert reason_of("  moved away \n") == "moved away"
    for text in ("", " \n"):
        with pytest.raises(DomainError, match=r"^REASON_REQUIRED"):
            reason_of(text)
    with pytest.raises(DomainError, match=r"^TEXT_TOO_LONG"):
        reason_of("x" * (LONG_TEXT_LIMIT + 1), "note")
