import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transfers.contract.records import ENTITIES
from app.transfers.mapping.applying import compile_mapping
from app.transfers.mapping.checking import check_mapping
from app.transfers.mapping.definition import MAPPING_SCHEMA, PATTERNS_LIMIT
from app.transfers.mapping.faults import MappingError
from tests.transfers.mapping.mapped import DEFINITIONS, JSON


def fields(*given: dict[str, Any]) -> dict[str, Any]:
    return {"fields": list(given)}


# A definition, and for each problem its path, what is wrong, what is right, what may be meant.
WRONG: list[tuple[Any, tuple[str, str, str, tuple[str, ...]]]] = [
    ([], ("", "a list of 0 is not an object", "write { … }", ())),
    ("x", ("", "'x' is not an object", "write { … }", ())),
    ({"filters": "a"}, ("filters", "there is no such key", "write one of filter", ("filter",))),
    ({"fields": {}}, ("fields", "an object of 0 is not a list", "write [ … ]", ())),
    ({"fields": [1]}, ("fields[0]", "1 is not an object", "write { … }", ())),
    (fields({"constant": 1}), ("fields[0].target", "it is missing", "write it", ())),
    (
        fields({"target": "a"}),
        ("fields[0]", "nothing says what goes there", "write one of source, constant", ()),
    ),
    (
        fields({"target": "a", "constant": 1, "source": "b"}),
        ("fields[0]", "it has source and constant", "write one of", ()),
    ),
    (
        fields({"target": "a", "source": None}),
        ("fields[0]", "nothing says what goes there", "write one of", ()),
    ),
    (
        fields({"target": "a", "source": 1}),
        ("fields[0].source", "1 is not an expression", "write one as text", ()),
    ),
    (
        fields({"target": "a", "source": "b + c"}),
        ("fields[0].source", "'b + c' is not a path (column 3)", "write names with points", ()),
    ),
    (
        fields({"target": "a..b", "constant": 1}),
        ("fields[0].target", "'a..b' is not a place", "names with points between them", ()),
    ),
    (
        fields({"target": "a[0]", "constant": 1}),
        ("fields[0].target", "'a[0]' is not a place", "names with points between them", ()),
    ),
    (
        fields({"target": 1, "constant": 1}),
        ("fields[0].target", "1 is not a text", "write a name", ()),
    ),
    (
        fields({"target": "a", "constant": 1}, {"target": "a", "constant": 2}),
        ("fields[1].target", "a is written by fields[0] already", "give it a when", ()),
    ),
    (
        fields({"target": "a", "constant": 1, "default": 2}),
        ("fields[0].default", "a default belongs to a source", "coalesce(…)", ()),
    ),
    (
        fields({"target": "a", "constant": 1, "required": "yes"}),
        ("fields[0].required", "'yes' is neither true nor false", "", ()),
    ),
    (
        fields({"target": "a", "constant": "x" * 20_001}),
        ("fields[0].constant", "the constant is too large", "at most 20000 characters", ()),
    ),
    (
        fields({"target": "a", "expression": "sum_mony(b)"}),
        ("fields[0].expression", "there is no function sum_mony (column 1)", "", ("sum_money",)),
    ),
    (
        fields({"target": "a", "constant": 1, "when": "b ="}),
        ("fields[0].when", "'=' cannot be read here (column 3)", "write == to compare", ()),
    ),
    (
        fields({"target": "a", "lookup": {"map": "m"}}),
        ("fields[0].lookup.key", "it is missing", "write it", ()),
    ),
    (
        fields({"target": "a", "lookup": {"table": "m", "map": "m", "key": "b"}}),
        ("fields[0].lookup.table", "there is no such key", "write one of map, key", ()),
    ),
    (
        fields({"target": "a", "lookup": {"map": "m", "key": "b", "into": 1}}),
        ("fields[0].lookup.into", "1 is not a text", "write a name", ()),
    ),
    (
        fields({"target": "a", "price": {"map": "m", "key": "b", "digits": 11}}),
        ("fields[0].price.digits", "11 is not a number of digits", "write 0 to 10", ()),
    ),
    (
        fields({"target": "a", "source": "b", "format": {"date": "QQ"}}),
        ("fields[0].format", "QQ is not known in a pattern of a date", "use YYYY", ()),
    ),
    (
        fields({"target": "a", "source": "b", "format": {"date": "DD", "zone": "X"}}),
        ("fields[0].format", "'X' is not a time zone", "Europe/Brussels", ()),
    ),
    (
        fields({"target": "a", "source": "b", "format": {}}),
        ("fields[0].format.digits", "it is missing", "write it", ()),
    ),
    (
        fields({"target": "a", "source": "b", "format": {"digits": 2, "point": ", "}}),
        ("fields[0].format", "point and thousands are one character each", 'such as ","', ()),
    ),
    (
        {"lines": [{"target": "a"}]},
        ("lines[0].from", "it is missing", "write it", ()),
    ),
    (
        {"customer": {"rules": ["emial"]}},
        ("customer.rules[0]", "'emial' is not a rule", "write one of code", ("email",)),
    ),
    (
        {"customer": {"rules": ["code", "code"]}},
        ("customer.rules[1]", "code stands there twice", "take one away", ()),
    ),
    (
        {"customer": {"else": "guess"}},
        ("customer.else", "'guess' is not known", '"create", "park"', ()),
    ),
    (
        {"customer": {"else": {"collective": ""}}},
        ("customer.else.collective", "'' is not a text", "write a name", ()),
    ),
    (
        fields({"target": "a", "constant": float("inf")}),
        ("mapping", "inf is not a number in JSON", "give texts", ()),
    ),
    (
        fields(*({"target": f"a{one}", "constant": 1} for one in range(301))),
        ("fields", "there are 301 fields", "write at most 300", ()),
    ),
    (
        fields(
            *(
                {"target": f"a{one}", "expression": f"b.matches('{one}$')"}
                for one in range(PATTERNS_LIMIT + 1)
            )
        ),
        ("fields", "there are 31 regular expressions", "write at most 30", ()),
    ),
]


@pytest.mark.parametrize(("definition", "expected"), WRONG)
def test_a_wrong_definition_is_refused_at_its_field(
    definition: Any, expected: tuple[str, str, str, tuple[str, ...]]
) -> None:
    path, wrong, right, suggestions = expected
    (problem,) = check_mapping(definition)
    assert (problem.path, problem.wrong) == (path, wrong)
    assert right in problem.right
    assert problem.suggestions[: len(suggestions)] == suggestions
    with pytest.raises(MappingError) as refused:
        compile_mapping(definition)
    assert refused.value.problems == (problem,)
    assert problem.wrong in str(refused.value)


def test_all_problems_are_told_at_once() -> None:
    definition = {
        "filter": "1 +",
        "fields": [{"target": "a"}, {"target": "b", "expression": "upper()"}],
        "lines": [{"target": "c", "from": "upper(a)", "keep": 1}],
    }
    assert [one.path for one in check_mapping(definition)] == [
        "filter",
        "fields[0]",
        "fields[1].expression",
        "lines[0].from",
        "lines[0].keep",
    ]


# An expression of an invoice or its lines, what is wrong with it, what is right or may be meant.
MISFITS = [
    ("totals.nett", "there is no totals.nett (column 8)", "net"),
    ("custommer.code", "there is no custommer (column 1)", "customer"),
    ("record.totals.gros", "there is no record.totals.gros", "gross"),
    ("line.net", "there is no line (column 1)", "lines"),
    ("lines[0].nett", "there is no lines[0].nett", "net"),
    ("lines.map(l, l.product.cod)", "there is no l.product.cod", "code"),
    ("lines.filter(l, l.number > 1)[0].nett", "there is no (…)[0].nett", "net"),
    ("upper(cod)", "there is no cod", "code"),
    ("code.x", "code is a text and has no field x", ""),
    ("code.map(c, c)", "code is a text, not a list", ""),
    ("totals.net * 2", "* does not compute with texts", "write mul_money(…)"),
    ("totals.net % 2", "% does not compute with texts", "write int(…)"),
    ("totals.net + totals.vat", "+ writes two amounts", "sum_money(totals.net, totals.vat)"),
    ("totals.net > totals.vat", "> compares amounts", "compare_money(totals.net, totals.vat) > 0"),
    ("code == 1", "== has a text on one side", "write string(…)"),
    ("lines[totals.x].net", "there is no totals.x", "net"),
]


@pytest.mark.parametrize(("expression", "wrong", "right"), MISFITS)
def test_what_does_not_fit_the_record_is_told_before_there_is_one(
    expression: str, wrong: str, right: str
) -> None:
    definition = fields({"target": "a", "expression": expression})
    (problem,) = check_mapping(definition, "invoice")
    assert problem.path == "fields[0].expression"
    assert problem.wrong.startswith(wrong)
    assert right in (problem.right, *problem.suggestions) or right in problem.right
    assert check_mapping(definition) == ()


def test_the_fields_of_lines_know_their_line() -> None:
    lines = {
        "target": "lines",
        "from": "lines",
        "filter": "line.number > 0 && index >= 0",
        "fields": [
            {"target": "a", "source": "line.product.code"},
            {"target": "b", "source": "line.product.cood"},
            {"target": "c", "expression": "customer.code + ' ' + line.description"},
        ],
    }
    (problem,) = check_mapping({"lines": [lines]}, "invoice")
    assert problem.path == "lines[0].fields[1].source"
    assert problem.suggestions == ("code",)
    unknown = {"target": "x", "from": "liness", "fields": [{"target": "a", "source": "line.b"}]}
    (problem,) = check_mapping({"lines": [unknown]}, "invoice")
    assert (problem.path, problem.suggestions) == ("lines[0].from", ("lines",))


def test_a_misspelt_record_is_told() -> None:
    (problem,) = check_mapping({}, "invoce")
    assert (problem.path, problem.suggestions[0]) == ("entity", "invoice")


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_mapping_that_is_empty_fits_every_record(entity: str) -> None:
    assert check_mapping({}, entity) == ()
    (problem,) = check_mapping(fields({"target": "a", "source": "nowhere"}), entity)
    assert problem.wrong == "there is no nowhere (column 1)"


@settings(max_examples=50)
@given(JSON | DEFINITIONS | st.fixed_dictionaries({"fields": JSON, "customer": JSON}))
def test_whatever_the_schema_refuses_is_refused(definition: Any) -> None:
    problems = check_mapping(definition, "invoice")
    json.dumps([[one.path, one.wrong, one.right, *one.suggestions] for one in problems])
    if definition is not None and not jsonschema_rs.is_valid(MAPPING_SCHEMA, definition):
        assert check_mapping(definition)
