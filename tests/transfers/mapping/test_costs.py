"""Hostile expressions: each is refused when it is read, or stopped by what its record allows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transfers.mapping.applying import compile_mapping
from app.transfers.mapping.budget import (
    BASE_STEPS,
    LIST_VALUES,
    TEXT_CHARACTERS,
    Budget,
    Size,
    measured,
)
from app.transfers.mapping.checking import check_mapping
from app.transfers.mapping.faults import ExhaustedError


def fields(*expressions: str) -> dict[str, Any]:
    return {
        "keep": False,
        "fields": [
            {"target": f"t{place}", "expression": one} for place, one in enumerate(expressions)
        ],
    }


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("a" * 501, "the expression has 501 characters"),
        ("(" * 100 + "1" + ")" * 100, "nested too deep"),
        ("[" * 100 + "]" * 100, "nested too deep"),
        ("!" * 100 + "true", "nested too deep"),
        ("-" * 101 + "(1)", "nested too deep"),
        ("+".join(["1"] * 100), "nested too deep"),
        ("a" + ".a" * 100, "nested too deep"),
        ("l.map(a, l.map(b, l.map(c, 1)))", "map makes too many walks through lists"),
        ("[s]" + ".map(x, x + x)" * 5, "map makes too many walks through lists"),
        ("[s].map(x, x + x, x)" * 1 + ".map(x, x)" * 4, "too many walks"),
        ("a.matches('" + "a" * 201 + "')", "a pattern has 201 characters"),
        ("a.matches('(a{1,9}){1,9}')", "multiply to 81"),
        ("a.matches('a{99999999999999999999}')", "multiply to"),
        ("a.matches('(a{9,}){9,}')", "multiply to 81"),
    ],
)
def test_an_expression_that_could_cost_too_much_is_refused_when_it_is_read(
    expression: str, wrong: str
) -> None:
    problem = check_mapping(fields(expression))[0]
    assert problem.path == "fields[0].expression"
    assert wrong in problem.wrong


RECORD = {"l": list(range(700)), "s": "x" * 5_000, "t": ",".join(["1"] * 9_000)}


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("l.map(a, l.map(b, 1))", "too many steps for its size"),
        ("l.exists(a, l.all(b, a != b))", "too many steps for its size"),
        ("l.map(a, s + s)", "too much text for its size"),
        ("l.map(a, s.replace('x', s))", "a text has more than 20000 characters"),
        ("[s + s].map(x, x + x + x)", "a text has more than 20000 characters"),
        ("join(l.map(a, s), s)", "a text has more than 20000 characters"),
        ("split(t, ',').map(x, size(x))", ""),
        ("l.map(a, l)", "the result is too large for the record"),
        ("l.map(a, l.filter(b, l == l))", "too many steps for its size"),
        ("l.map(a, l + l)", "too many steps for its size"),
        ("l.all(a, a in l)", "too many steps for its size"),
        ("l.map(a, s.matches('(x{1,8}){1,8}y'))", "too many steps for its size"),
        ("l.map(a, sum_money(l))", "too many steps for its size"),
    ],
)
def test_a_record_costs_no_more_than_its_size_allows(expression: str, wrong: str) -> None:
    found = compile_mapping(fields(expression)).apply(RECORD)
    if wrong:
        (problem,) = found.problems
        assert (problem.path, problem.right) == (
            "record",
            "write cheaper expressions, or fewer of them",
        )
        assert wrong in problem.wrong
        assert not found.is_complete
    else:
        assert found.is_complete


def test_a_result_is_not_much_larger_than_its_record() -> None:
    definition = {"fields": [{"target": f"t{one}", "source": "s"} for one in range(300)]}
    found = compile_mapping(definition).apply({"s": "x" * 20_000})
    assert found.problems[0].wrong == "the result is too large for the record"
    assert sum(map(len, found.record.values())) < 400_000


def test_a_long_invoice_is_well_within_what_its_size_allows() -> None:
    line = {"net": "1.10", "product": {"code": "A"}, "quantity": "2"}
    record = {"code": "x", "lines": [dict(line) for _ in range(1_000)]}
    names = ["net", "product.code", "quantity"]
    computed = [
        {"target": f"c{one}", "expression": "join([line.product.code, code], '-') + 'x'"}
        for one in range(5)
    ]
    copied = [{"target": name, "source": f"line.{name}"} for name in names]
    lines = {"target": "lines", "from": "lines", "fields": [*copied, *computed]}
    total = {"target": "total", "expression": "sum_money(lines.map(l, mul_money(l.net, 2)))"}
    found = compile_mapping({"lines": [lines], "fields": [total]}).apply(record)
    assert found.is_complete
    assert found.record["total"] == "2200.00"


@settings(max_examples=60)
@given(st.integers(0, 2_000), st.text("ab(){}[]*+?|^$.\\0123,", max_size=30))
def test_no_pattern_takes_more_than_it_pays_for(length: int, pattern: str) -> None:
    quoted = pattern.replace("\\", "\\\\")
    definition = fields(f"a.matches('{quoted}')")
    if not check_mapping(definition):
        found = compile_mapping(definition).apply({"a": "a" * length})
        assert isinstance(found.record.get("t0"), bool)


def test_a_budget_counts_down_to_nothing_and_no_further() -> None:
    budget = Budget(Size(0, 0))
    with pytest.raises(ExhaustedError, match="a text has more than"):
        budget.allow_text(TEXT_CHARACTERS + 1)
    with pytest.raises(ExhaustedError, match="a list has more than"):
        budget.allow_list(LIST_VALUES + 1)
    budget.spend(BASE_STEPS)
    with pytest.raises(ExhaustedError, match="too many steps"):
        budget.spend()
    assert measured({"ab": [1, None, "éa"]}) == Size(5, 4)
