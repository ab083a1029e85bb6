from datetime import date
from typing import Any

import pytest

from app.domain.vat import SupplyType, VatCategory
from app.domain.vat_rules import VatRule
from app.transfers.mapping.expressions import compile_expression, compile_path
from app.transfers.mapping.faults import AbsentError, ExpressionError, UnmappedError
from app.transfers.mapping.functions import FUNCTIONS
from app.transfers.mapping.lookups import Lookups, oss_rates_of
from tests.transfers.mapping.evaluated import value


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_does_what_its_example_says(name: str) -> None:
    function = FUNCTIONS[name]
    assert name in function.example
    assert value(function.example) == function.result
    assert function.usage.startswith(f"{name}(")
    assert function.summary.endswith(".")


# What another implementation of CEL, common-expression-language 0.10, gives for the same.
AS_CEL = {
    "-7 / 2": -3,
    "-7 % 2": -1,
    "7 % -2": 1,
    "2 * 3 + 4 % 3": 7,
    "1 - 1 - 1": -1,
    "--5": 5,
    "- 5": -5,
    "!!true": True,
    "1 < 2 == true": True,
    "true || 1 / 0 > 0": True,
    "1 / 0 > 0 || true": True,
    "false && 1 / 0 > 0": False,
    "1 / 0 > 0 && false": False,
    "1 in [1, 2]": True,
    "'a' in {'a': 1}": True,
    "'a' in ['b']": False,
    "'a' < 'b'": True,
    "[1] + [2]": [1, 2],
    "[1, 2] == [1, 2]": True,
    "[1, 2] == [1]": False,
    "{'a': 1} == {'a': 1}": True,
    "{'a': [1]} != {'a': [2]}": True,
    "[1, 2].map(x, x + 1)": [2, 3],
    "[1, 2].map(x, x > 1, x * 2)": [4],
    "[3, 1].filter(x, x > 1)": [3],
    "[1, 2].exists(x, x == 1)": True,
    "[0, 1].exists(x, 1 / x == 1)": True,
    "[1, 2].all(x, x > 0)": True,
    "[1, 2, 1].exists_one(x, x == 1)": False,
    "{'a': 1}.map(k, k)": ["a"],
    "[1, 2].map(n, n) == [1, 2] && n == 7": True,
    "null == 1": False,
    "z == null": True,
    "r'a\\n'": "a\\n",
    "'\\u00e9\\x41\\101\\n\\U0001F600\\'\\\\'": "éAA\n😀'\\",
    '"""a\n\'b"""': "a\n'b",
    "''": "",
    "0x1F": 31,
    "-9223372036854775808": -(2**63),
    "n > 3 ? 'much' : 'little'": "much",
    "n < 3 ? 'little' : n < 8 ? 'some' : 'much'": "some",
    "{'a': 1,}": {"a": 1},
    "[1, 2,].size()": 2,
    "has({'a': 1}.a)": True,
    "customer['name']": "Peeters",
    "lines[1].net": "2.20",
    "n // seven\n + 1": 8,
}


@pytest.mark.parametrize("expression", AS_CEL)
def test_an_expression_has_the_value_that_cel_gives_it(expression: str) -> None:
    assert value(expression) == AS_CEL[expression]
    assert type(value(expression)) is type(AS_CEL[expression])


# Expression, what it says is wrong, what it says is right.
REFUSED = [
    ("1 + 0.5", "0.5 would be a binary fraction", "mul_money(line.net, '0.5')"),
    ("1e3", "1e3 would be a binary fraction", "as text"),
    ("1u", "unsigned numbers are not known here", "without the u"),
    ("9223372036854775808", "too large", "write a longer one as text"),
    ("99999999999999999999", "too large", "write a longer one as text"),
    ("9223372036854775807 + 1", "more than 64 bits", ""),
    ("-(-9223372036854775808)", "more than 64 bits", ""),
    ("net * 2", "* does not work on '20.00'", "write mul_money(…)"),
    ("net - 2", "- does not work on '20.00'", "write sum_money(…)"),
    ("net % 2", "% does not work on '20.00'", "write round_money(…)"),
    ("half + 1", "+ does not work on 0.5", "write sum_money(…)"),
    ("half == 1", "cannot be compared exactly", "compare_money(a, b) == 0"),
    ("half < 1", "cannot compare 0.5", "compare_money(a, b) < 0"),
    ("sum_money(half)", "sum_money got 0.5, a binary fraction", 'as text, "0.5"'),
    ("string(half)", "string got 0.5", "delivered as text"),
    ("-half", "cannot turn 0.5 round", "neg_money"),
    ("-net", "cannot turn '20.00' round", "neg_money"),
    ("-s", "- needs a whole number, not 'abc'", "int(…)"),
    ("!n", "! needs true or false, not 7", ""),
    ("net + '1.50'", "would write '20.00' and '1.50' behind each other", "sum_money(a, b)"),
    ("net > '9.00'", "cannot compare '20.00' by its amount", "compare_money(a, b) > 0"),
    ("net == '20.0'", "the same amount, and not the same text", "compare_money(a, b) == 0"),
    ("'a' + 1", "+ does not work on text and a whole number", "string(…)"),
    ("1 == '1'", "1 and '1' are of different kinds", "string(…)"),
    ("true < false", "< cannot compare a flag and a flag", "two texts"),
    ("1 in 2", "in needs a list or an object, not a whole number", ""),
    ("1 / 0", "divided by zero", "== 0 before"),
    ("1 % 0", "divided by zero", "== 0 before"),
    ("n ? 1 : 2", "what stands before ? is 7, not true or false", "compare it"),
    ("n && true", "what stands before && is 7", "compare it"),
    ("1 / 0 > 0 || false", "divided by zero", "== 0 before"),
    ("1 / 0 > 0 && n", "what stands after && is 7", "compare it"),
    ("[1].all(x, 1 / 0 > 0)", "divided by zero", ""),
    ("n.map(x, x)", "map needs a list, not a whole number", ""),
    ("[1].map(1, 2)", "map needs a name and an expression", "map(x, …)"),
    ("[1].filter(x)", "filter needs a name", "filter(x, …)"),
    ("map([1], x)", "map comes after a list", "list.map(x, …)"),
    ("s.name", "s is text and has no field 'name'", ""),
    ("n[0]", "n is a whole number and has no index", ""),
    ("lines['a']", "a list needs a whole number, not 'a'", "int(…)"),
    ("{1: 2}", "a field needs a text, not 1", "string(…)"),
    ("upper(1)", "upper needs a text, not 1", "string(…)"),
    ("upper(null)", "upper needs a text, not None", ""),
    ("upper()", "upper got 0 arguments and takes 1", "upper(text)"),
    ("replace('a')", "replace got 1 arguments and takes 3", "replace(text, old, new)"),
    ("mul_money('1')", "mul_money got 1 arguments and takes 2 to 3", "mul_money(a, b, digits)"),
    ("coalesce()", "coalesce got 0 arguments and takes 1 or more", "coalesce(a, b, …)"),
    ("has(n)", "has needs one path with a point", "has(customer.vat_id)"),
    ("double('1')", "there is no function double", "round_money(text, 2)"),
    ("a and b", "and is not expected here", "write && instead of and"),
    ("not true", "not is not expected here", "write ! instead of not"),
    ("a = 1", "'=' cannot be read here", "write == to compare"),
    ("a | b", "'|' cannot be read here", "write || for or"),
    ("'abc", '"\'" cannot be read here', "end the text with '"),
    ("'\\d'", "\\d is not a known escape", "put r before the text"),
    ("'\\ud800'", "is not a character", ""),
    ("(1", "the end is not expected here", "')' is expected"),
    ("1 2", "2 is not expected here", "an operator, or the end"),
    ("a.", "the end is not expected here", "a name is expected"),
    ("a.1", ".1 would be a binary fraction", ""),
    ("", "the end is not expected here", "a value is expected"),
    ("#", "'#' cannot be read here", ""),
    ("lookup(s, 'a')", "lookup needs a text that is written out", "lookup('map', key"),
    ("s.matches(s)", "matches needs a text that is written out", "matches(text, 'pattern')"),
    ("s.matches('[')", "is not a regular expression", "look at its brackets"),
    ("s.matches('(?=a)')", "is not a regular expression", "what looks ahead"),
    ("format_date('2026-11-01', 'DD/QQ')", "QQ is not known", "put other letters in [ ]"),
    ("format_date('2026-11-01', '')", "'' is not a pattern", "DD/MM/YYYY"),
    ("format_date('2026-11-01', 'HH:mm')", "is a day and has no time", "give an instant"),
    ("format_date('2026-13-01', 'DD')", "which is not a day", "2026-11-01"),
    ("format_date('2026-11-01T00:00:00Z', 'DD', 'Mars/North')", "not a time zone", "Europe"),
    ("format_date('0001-01-01T00:00:00+14:00', 'DD')", "outside the years 1 to 9999", ""),
    ("date_add('2026-11-01', 1, 'moons')", "the unit 'moons'", "days, weeks, months, years"),
    ("date_add('2026-11-01', 999999)", "date_add got 999999 days", "at most"),
    ("date_add('9999-12-31', 1)", "outside the years 1 to 9999", ""),
    ("date_add('9999-12-31', 9, 'months')", "outside the years 1 to 9999", ""),
    ("int('1.5')", "int got '1.5', which is not a whole number", "round_money(text, 0)"),
    ("size(1)", "size needs a text, a list or an object", ""),
    ("split('a', '')", "split got an empty text", "split(text, ',')"),
    ("replace('a', '', 'b')", "replace got an empty text", ""),
    ("join('a', ',')", "join needs a list", "join([a, b], ' ')"),
    ("substring('abc', -1)", "substring counts from 0", ""),
    ("round_money('1', 11)", "round_money got 11 for the digits", "0 to 10"),
    ("round_money('1,50')", "round_money got '1,50', which is not an amount", '"125.00"'),
    ("round_money(true)", "which is not an amount", ""),
    ("div_money('1', 0)", "divided by zero", ""),
    ("lookup('units', '')", "a value map is asked for ''", "text or whole number"),
    ("oss_vat('DE', 'SEAT', '2026-11-01')", "'SEAT' is not taxed where", "takes place"),
    ("oss_vat('BE', 'GOODS', '2026-11-01')", "there is no VAT rate", "VAT rules"),
    ("oss_vat('FR', 'GOODS', '2026-11-01')", "more than one VAT rate", "VAT rules"),
]


@pytest.mark.parametrize(("expression", "wrong", "right"), REFUSED)
def test_what_has_no_right_value_is_refused_with_what_to_write(
    expression: str, wrong: str, right: str
) -> None:
    with pytest.raises(ExpressionError) as refused:
        value(expression)
    assert wrong in refused.value.wrong
    assert right in refused.value.right
    assert refused.value.at > 0


@pytest.mark.parametrize(
    ("expression", "wrong", "suggestions"),
    [
        ("lienes", "lienes is not in the record", ("lines",)),
        ("customer.naem", "customer.naem is not in the record", ("name",)),
        ("customer['naem']", "customer has no field 'naem'", ("name",)),
        ("customer.address.city", "customer.address is null", ()),
        ("customer.address['city']", "customer.address is null", ()),
        ("lines[2].net", "lines has 2 values, and none at 2", ()),
    ],
)
def test_a_path_that_leads_nowhere_is_absent_and_says_what_may_be_meant(
    expression: str, wrong: str, suggestions: tuple[str, ...]
) -> None:
    with pytest.raises(AbsentError) as refused:
        value(expression)
    assert refused.value.wrong == wrong
    assert refused.value.suggestions == suggestions
    assert value(f"coalesce({expression}, 'else')") == "else"


def test_a_misspelt_function_is_refused_with_the_right_name() -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression("sum_mony(net)")
    assert refused.value.suggestions[0] == "sum_money"


def test_has_and_coalesce_take_what_is_missing_for_an_answer() -> None:
    assert value("has(customer.address.city)") is False
    assert value("has(customer.name)") is True
    assert value("coalesce(customer.address.city, z)") is None


def test_a_key_without_entry_is_work_to_do_unless_there_is_a_default() -> None:
    assert value("lookup('units', n)") == "week"
    assert value("lookup('units', 'DAY', 'd')") == "d"
    for key in ("DAY", "HOUR"):
        with pytest.raises(UnmappedError, match=key):
            value(f"lookup('units', '{key}')")


@pytest.mark.parametrize(
    ("day", "rate"), [("2020-12-31", "16"), ("2021-01-01", "19"), ("2026-11-01", "19")]
)
def test_the_rate_of_a_distance_sale_is_that_of_its_day(day: str, rate: str) -> None:
    assert value(f"oss_vat('DE', 'GOODS', '{day}')") == rate


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("format_date('2026-11-01', 'YYYYMMDD')", "20261101"),
        ("format_date('2026-11-01', '[Week of] DD.MM.YY')", "Week of 01.11.26"),
        ("format_date('0026-11-01', 'YYYY')", "0026"),
        ("format_date('2026-11-01T10:05:09.5+01:00', 'HH[h]mm ss')", "09h05 09"),
        ("date_add('2024-02-29', 1, 'years')", "2025-02-28"),
        ("date_add('2026-03-31', -1, 'months')", "2026-02-28"),
        ("date_add('2026-11-01T23:00:00Z', 2, 'weeks')", "2026-11-15"),
        ("format_number('-1234.5', 0)", "-1235"),
        ("format_number(1234567, 2, ',', ' ')", "1 234 567,00"),
        ("substring('abc', 1)", "bc"),
        ("int('+12')", 12),
        ("int(n)", 7),
        ("string(true)", "true"),
        ("string(s)", "abc"),
        ("join(lines.map(x, x.net))", "1.102.20"),
        ("net == net && net != '3.00'", True),
    ],
)
def test_texts_days_and_numbers_are_written_as_asked_for(expression: str, expected: Any) -> None:
    assert value(expression) == expected


def test_a_path_is_names_and_places_alone() -> None:
    assert compile_path("record['Invoice No'].lines[0].net").text.startswith("record")
    for text in ("upper(a)", "a + b", "'text'"):
        with pytest.raises(ExpressionError, match="is not a path"):
            compile_path(text)


def test_the_rates_of_distance_sales_are_the_clubs_own_rules() -> None:
    def rule(kind: SupplyType, country: str, category: VatCategory, rate_bp: int) -> VatRule:
        return VatRule(kind, country, category, rate_bp, date(2024, 1, 1), date(2026, 6, 30))

    standard = VatCategory.STANDARD
    found = oss_rates_of(
        [
            rule(SupplyType.GOODS, "FI", standard, 2550),
            rule(SupplyType.VIRTUAL, "DE", standard, 1900),
            rule(SupplyType.GOODS, "HU", standard, 2705),
            rule(SupplyType.GOODS, "NL", standard, 1000),
            rule(SupplyType.GOODS, "CH", standard, 810),
            rule(SupplyType.ADMISSION, "FR", standard, 550),
            rule(SupplyType.GOODS, "FR", VatCategory.EXEMPT, 0),
        ]
    )
    assert [(one.country, one.kind, one.rate) for one in found] == [
        ("FI", "GOODS", "25.5"),
        ("DE", "ESERVICE", "19"),
        ("HU", "GOODS", "27.05"),
        ("NL", "GOODS", "10"),
    ]
    lookups = Lookups(oss_rates=found)
    assert lookups.oss_rate("FI", "GOODS", date(2026, 6, 30)) == "25.5"
    with pytest.raises(ExpressionError, match="no VAT rate"):
        lookups.oss_rate("FI", "GOODS", date(2026, 7, 1))
