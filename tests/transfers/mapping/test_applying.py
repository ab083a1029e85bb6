import json
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings

from app.transfers.mapping.applying import compile_mapping
from app.transfers.mapping.definition import MAPPING_SCHEMA
from app.transfers.mapping.faults import MappingError
from app.transfers.mapping.lookups import Lookups
from app.transfers.mapping.results import FieldState, Mapped, Unmapped
from app.transfers.mapping.trying import try_mapping
from tests.transfers.mapping.mapped import DEFINITIONS, JSON, invoice

MAPS = Lookups(
    maps={
        "debtors": {"C1": "100234"},
        "products": {
            "SEAT": {"code": "VIP", "price": {"rule": "COST_PLUS", "percent": "10"}},
            "PARK": {"code": "P1", "unit": "st"},
        },
    }
)


def mapped(definition: object, record: object = None, lookups: Lookups = MAPS) -> Mapped:
    return compile_mapping(definition).apply(invoice() if record is None else record, lookups)


def field(**given: Any) -> dict[str, Any]:
    return {"keep": False, "fields": [{"target": "t", **given}]}


@pytest.mark.parametrize("definition", [None, {}])
def test_without_a_mapping_a_record_passes_through(definition: object) -> None:
    record = invoice()
    found = mapped(definition, record)
    assert found.record == record == invoice()
    assert found.record is not record
    assert found.is_complete


def test_a_record_is_filtered_renamed_looked_up_and_computed() -> None:
    definition = {
        "filter": "kind == 'INVOICE' && size(lines) > 0",
        "keep": False,
        "fields": [
            {"target": "debtor.code", "lookup": {"map": "debtors", "key": "customer.code"}},
            {"target": "date", "source": "invoice_on", "format": {"date": "DD/MM/YYYY"}},
            {"target": "journal", "constant": "70"},
            {"target": "total", "expression": "totals.gross", "format": {"digits": 1}},
            {"target": "vat_id", "source": "customer.vat_id"},
            {"target": "term", "source": "payment_term_days", "default": 30},
            {"target": "credit", "constant": True, "when": "kind == 'CREDIT_NOTE'"},
        ],
        "lines": [
            {
                "target": "order.lines",
                "from": "lines",
                "filter": "line.quantity != '0'",
                "fields": [
                    {"target": "item", "lookup": {"map": "products", "key": "line.product.code"}},
                    {
                        "target": "unit",
                        "lookup": {"map": "units", "key": "line.product.unit", "default": "pc"},
                    },
                    {"target": "place", "expression": "index + 1"},
                    {
                        "target": "text",
                        "expression": "join([line.description, sale.code], ' - ')",
                    },
                ],
            }
        ],
    }
    record = invoice()
    found = mapped(definition, record)
    assert found.is_complete, found
    assert record == invoice()
    assert found.record == {
        "debtor": {"code": "100234"},
        "date": "01/11/2026",
        "journal": "70",
        "total": "620.1",
        "term": 30,
        "order": {
            "lines": [
                {"item": "VIP", "unit": "pc", "place": 1, "text": "Seat of the match - S1"},
                {"item": "P1", "unit": "pc", "place": 2, "text": "Park of the match - S1"},
            ]
        },
    }
    assert compile_mapping(definition).maps == ("debtors", "products", "units")


def test_what_is_not_mentioned_stays_and_lines_keep_their_fields() -> None:
    definition = {
        "fields": [{"target": "customer.code", "constant": "X"}],
        "lines": [
            {"target": "lines", "from": "lines", "fields": [{"target": "number", "constant": 0}]}
        ],
    }
    record = invoice()
    found = mapped(definition, record)
    expected = invoice()
    expected["customer"]["code"] = "X"
    for line in expected["lines"]:
        line["number"] = 0
    assert found.record == expected
    assert record == invoice()


def test_a_field_that_was_moved_is_not_the_records_own() -> None:
    fields = [{"target": "to", "source": "customer"}, {"target": "to.code", "constant": "X"}]
    record = invoice()
    assert mapped({"fields": fields}, record).record["to"]["code"] == "X"
    assert record == invoice()


def test_the_filter_keeps_a_record_back_and_says_so() -> None:
    found = mapped({"filter": "kind == 'CREDIT_NOTE'"})
    assert found.skipped == "the filter is not true: kind == 'CREDIT_NOTE'"
    assert found.record == {}
    assert not found.is_complete


def test_keys_that_are_missing_are_told_once_with_where_they_stand() -> None:
    definition = {
        "fields": [
            {"target": "a", "expression": "lookup('debtors', customer.name)"},
            {"target": "b", "lookup": {"map": "debtors", "key": "upper(customer.name)"}},
        ],
        "lines": [
            {
                "target": "lines",
                "from": "lines",
                "fields": [
                    {"target": "unit", "lookup": {"map": "units", "key": "line.product.code"}}
                ],
            }
        ],
    }
    found = mapped(definition)
    assert found.unmapped == (
        Unmapped("debtors", "Peeters NV", "a"),
        Unmapped("debtors", "PEETERS NV", "b"),
        Unmapped("units", "SEAT", "lines[0].product.code"),
        Unmapped("units", "PARK", "lines[1].product.code"),
    )
    assert not found.problems
    assert not found.is_complete


def test_an_empty_key_takes_the_default_and_is_no_work_to_do() -> None:
    key = {"map": "debtors", "key": "customer.external_code"}
    assert mapped(field(lookup={**key, "default": "0"})).record == {"t": "0"}
    assert mapped(field(lookup={**key, "default": None})).record == {"t": None}
    found = mapped(field(lookup=key))
    assert not found.unmapped
    assert "a value map is asked for None" in found.problems[0].wrong


def test_a_part_of_an_entry_is_taken_and_one_that_is_not_there_refused() -> None:
    key = {"map": "products", "key": "lines[1].product.code"}
    assert mapped(field(lookup={**key, "into": "unit"})).record == {"t": "st"}
    found = mapped(field(lookup={**key, "into": "ledger"}))
    assert found.problems[0].wrong == "the entry 'PARK' of products has no 'ledger'"
    assert found.problems[0].right == "it has code, unit"


def test_a_price_comes_by_the_rule_of_its_entry() -> None:
    definition = {
        "keep": False,
        "lines": [
            {
                "target": "lines",
                "from": "lines",
                "fields": [
                    {
                        "target": "price",
                        "price": {
                            "map": "products",
                            "key": "line.product.code",
                            "source": "line.unit_price",
                            "cost": "line.unit_price",
                            "digits": 3,
                        },
                    }
                ],
            }
        ],
    }
    found = mapped(definition)
    assert [line["price"] for line in found.record["lines"]] == ["275.000", "12.500", "275.000"]


# A field, the place of its problem, what is said of it.
FAILING = [
    ({"expression": "totals.nett"}, "totals.nett is not in the record (column 8)", ("net",)),
    ({"expression": "'a' + 1"}, "+ does not work on text and a whole number (column 5)", ()),
    ({"source": "customer.vat_id", "required": True}, "customer.vat_id is not in the rec", ()),
    ({"constant": "", "required": True}, "t is required and is empty", ()),
    ({"source": "kind", "format": {"date": "DD"}}, "format got 'INVOICE', which is not", ()),
    ({"source": "kind", "format": {"digits": 2}}, "format got 'INVOICE', which is not", ()),
    ({"constant": 1, "when": "kind"}, "the condition of t is 'INVOICE', not true", ()),
    (
        {"price": {"map": "products", "key": "lines[0].product.code"}},
        "COST_PLUS needs a cost, and the record has none",
        (),
    ),
]


@pytest.mark.parametrize(("given", "wrong", "suggestions"), FAILING)
def test_a_field_that_cannot_be_written_is_a_problem_at_its_place(
    given: dict[str, Any], wrong: str, suggestions: tuple[str, ...]
) -> None:
    found = mapped(field(**given))
    (problem,) = found.problems
    assert problem.path == "t"
    assert problem.wrong.startswith(wrong)
    assert problem.suggestions == suggestions
    assert found.record == {}


def test_a_condition_that_lacks_an_entry_is_work_to_do() -> None:
    found = mapped(field(constant=1, when="lookup('debtors', code) == 'x'"))
    assert found.unmapped == (Unmapped("debtors", "S1-1", "t"),)
    assert mapped({"filter": "lookup('debtors', code) == 'x'"}).unmapped[0].path == "filter"


@pytest.mark.parametrize(
    ("definition", "path", "wrong"),
    [
        ({"filter": "nothing"}, "filter", "nothing is not in the record (column 1)"),
        ({"filter": "kind"}, "filter", "the filter is 'INVOICE', not true or false (column 1)"),
        (
            {"lines": [{"target": "x", "from": "kind"}]},
            "lines[0].from",
            "kind is 'INVOICE', not a list",
        ),
        (
            {"lines": [{"target": "x", "from": "kind.x"}]},
            "lines[0].from",
            "kind is text and has no field 'x' (column 6)",
        ),
        (
            {"lines": [{"target": "x", "from": "lines", "filter": "line.number"}]},
            "lines[0]",
            "the condition of lines[0] is 1, not true or false (column 6)",
        ),
        (
            {"fields": [{"target": "kind.x", "constant": 1}]},
            "kind.x",
            "kind is 'INVOICE' and can have no fields",
        ),
    ],
)
def test_what_stops_a_record_is_told_where_it_stands(
    definition: object, path: str, wrong: str
) -> None:
    problem = mapped(definition).problems[0]
    assert (problem.path, problem.wrong) == (path, wrong)


def test_a_list_that_is_not_there_has_no_lines() -> None:
    lines = [{"target": "contacts", "from": "customer.contacts", "fields": []}]
    assert mapped({"keep": False, "lines": lines}).record == {"contacts": []}
    assert mapped({"keep": False, "lines": lines}, {"customer": {"contacts": None}}).is_complete


def test_many_problems_are_told_up_to_a_hundred() -> None:
    lines = [{"target": "x", "from": "l", "fields": [{"target": "y", "expression": "line.z"}]}]
    found = mapped({"lines": lines}, {"l": [{}] * 300})
    assert len(found.problems) == 100


@pytest.mark.parametrize("record", [float("nan"), {"a": "\ud800"}, {1: 2}, {"a": object()}])
def test_a_record_that_is_not_json_is_refused(record: object) -> None:
    with pytest.raises(MappingError, match="record: "):
        mapped({}, record)


def test_a_record_that_is_nested_too_deep_is_refused() -> None:
    record: Any = {}
    for _ in range(1_000):
        record = {"a": record}
    with pytest.raises(MappingError, match="nested deeper than 40"):
        mapped({}, record)


def test_a_record_is_tried_field_by_field() -> None:
    definition = {
        "filter": "kind == 'INVOICE'",
        "keep": False,
        "fields": [
            {"target": "a", "source": "code"},
            {"target": "b", "source": "customer.vat_id"},
            {"target": "c", "constant": 1, "when": "false"},
            {"target": "d", "lookup": {"map": "debtors", "key": "code"}},
            {"target": "e", "expression": "1 / 0"},
            {"target": "f", "constant": 1, "when": "1 / 0 == 1"},
        ],
        "lines": [
            {"target": "l", "from": "lines", "fields": [{"target": "x", "source": "line.number"}]}
        ],
    }
    tried = try_mapping(definition, invoice(), MAPS)
    assert [stage.name for stage in tried.stages] == ["RECEIVED", "FILTERED", "MAPPED"]
    assert tried.stages[1].output == invoice()
    assert tried.stages[2].output == tried.mapped.record
    told = [(one.path, one.place, one.state, one.value) for one in tried.fields]
    assert told == [
        ("fields[0]", "a", FieldState.WRITTEN, "S1-1"),
        ("fields[1]", "b", FieldState.ABSENT, None),
        ("fields[2]", "c", FieldState.NOT_NOW, None),
        ("fields[3]", "d", FieldState.UNMAPPED, None),
        ("fields[4]", "e", FieldState.FAILED, None),
        ("fields[5]", "f", FieldState.FAILED, None),
        ("lines[0].fields[0]", "lines[0].x", FieldState.WRITTEN, 1),
        ("lines[0].fields[0]", "lines[1].x", FieldState.WRITTEN, 2),
        ("lines[0].fields[0]", "lines[2].x", FieldState.WRITTEN, 3),
    ]
    assert tried.fields[2].message == "when: false"
    assert "divided by zero" in tried.fields[4].message


def test_trying_shows_at_which_stage_a_record_stops() -> None:
    skipped = try_mapping({"filter": "false"}, invoice())
    assert [stage.output for stage in skipped.stages] == [invoice(), None, None]
    assert skipped.stages[1].message == "the filter is not true: false"
    assert try_mapping({"filter": "nothing"}, invoice()).stages[2].output is None
    assert try_mapping({}, [1]).stages[1].output is None
    with pytest.raises(MappingError):
        try_mapping({"fields": 1}, invoice())


@settings(max_examples=60)
@given(DEFINITIONS, JSON)
def test_a_mapping_answers_any_json_with_json(definition: dict[str, Any], record: Any) -> None:
    assert jsonschema_rs.is_valid(MAPPING_SCHEMA, definition)
    before = deepcopy(record)
    tried = try_mapping(definition, record, Lookups(maps={"m": {"1.50": {"code": "x"}}}))
    assert record == before
    json.dumps(tried.mapped.record, allow_nan=False)
    assert tried.mapped == compile_mapping(definition).apply(
        record, Lookups(maps={"m": {"1.50": {"code": "x"}}})
    )
    for problem in tried.mapped.problems:
        assert problem.path
        assert problem.wrong
        assert "Error" not in problem.wrong
