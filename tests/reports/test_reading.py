"""Definitions are read whole or refused with everything that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reports.library import FOLDER, STANDARD
from reports.spec import (
    DefinitionError,
    examine,
    read_definition,
    read_yaml,
    write_definition,
)
from tests.reports.conftest import simple

if TYPE_CHECKING:
    from pathlib import Path

CHART = {"kind": "chart", "query": "main", "type": "bar", "x": "sales.product_group_name"}
NET = ["sales.net_bookings"]
BOTH = ["sales.net_bookings", "sales.sale_count"]
MAIN = simple()["queries"]["main"]


def told(given: Any) -> list[str]:
    """What is wrong with a definition, nothing of which may be kept."""
    definition, problems = examine(given)
    assert definition is None
    return [str(one) for one in problems]


def test_a_small_definition_is_read_with_its_defaults() -> None:
    found = read_definition(simple(), where="mine")
    assert found.title.in_language("nl-BE") == "Mine"
    assert found.queries["main"].columns == ("sales.product_group_name", *BOTH)
    assert found.is_drillable
    assert found.parameters == ()


@pytest.mark.parametrize(
    ("changed", "path", "word"),
    [
        ({"titel": "x"}, "titel", "did you mean 'title'?"),
        ({"title": None}, "title", "is missing"),
        ({"title": {"nl": "x"}}, "title", "in each language"),
        ({"title": {"en": "x", "de": "y"}}, "title.de", "not known"),
        ({"title": {"en": "x", "nl": 3}}, "title.nl", "has to be a text"),
        ({"title": " "}, "title", "1 to 2000 characters"),
        ({"key": "Not right"}, "key", "sales_by_season"),
        ({"code": "X"}, "code", "S1"),
        ({"category": "sale"}, "category", "did you mean 'sales'?"),
        ({"drill": "yes"}, "drill", "true or false"),
        ({"groups": "root"}, "groups", "has to be a list"),
        ({"groups": ["root", "root"]}, "groups[1]", "there already"),
        ({"groups": ["x"] * 201}, "groups", "200 are the most"),
        ({"queries": []}, "queries", "has to be an object"),
        ({"queries": {"Main": MAIN}}, "queries.Main", "no name for a query"),
        ({"queries": {"main": {}}}, "queries.main", "asks for nothing"),
        ({"queries": {"main": 3}}, "queries.main", "has to be an object, not 3"),
        ({"queries": {"main": {"measures": ["a.x", "b.y"]}}}, "queries.main", "several views"),
        ({"queries": {"main": {**MAIN, "limit": 0}}}, "queries.main.limit", "from 1 to"),
        ({"queries": {"main": {**MAIN, "order": 3}}}, "queries.main.order", "an object"),
        ({"queries": {"main": {**MAIN, "order": [["x"]]}}}, "queries.main.order[0]", "asc or desc"),
        (
            {"queries": {"main": {**MAIN, "measures": ["net"]}}},
            "queries.main.measures[0]",
            "write it like sales.net_bookings",
        ),
        (
            {"queries": {"main": {**MAIN, "filters": [{"member": "a.b", "operator": "is"}]}}},
            "queries.main.filters[0].operator",
            "'is' is not known here",
        ),
        (
            {"queries": {"main": {**MAIN, "filters": [{"member": "a.b", "operator": "equals"}]}}},
            "queries.main.filters[0].values",
            "needs at least one",
        ),
        (
            {
                "queries": {
                    "main": {
                        **MAIN,
                        "filters": [{"member": "a.b", "operator": "set", "values": [[1], 2]}],
                    }
                }
            },
            "queries.main.filters[0].values",
            "'set' has none",
        ),
        (
            {"queries": {"main": {**MAIN, "filters": [{"or": []}]}}},
            "queries.main.filters[0].or",
            "has no conditions",
        ),
        (
            {
                "queries": {
                    "main": {
                        **MAIN,
                        "timeDimensions": [{"dimension": "sales.moved_on", "dateRange": "soon"}],
                    }
                }
            },
            "queries.main.timeDimensions[0].dateRange",
            "'soon' is no range of days",
        ),
        ({"queries": {"main": {**MAIN, "ignores": ["x"]}}}, "queries.main.ignores[0]", "parameter"),
        ({"blocks": [{"query": "main"}]}, "blocks[0].kind", "is missing"),
        ({"blocks": [{"kind": "table"}]}, "blocks[0].query", "is missing"),
        ({"blocks": [{"kind": "table", "query": "man"}]}, "blocks[0].query", "did you mean 'main'"),
        ({"blocks": ["x"]}, "blocks[0]", "has to be an object, not 'x'"),
        (
            {"blocks": [{"kind": "table", "query": "main", "columns": ["sales.sale_cont"]}]},
            "blocks[0].columns[0]",
            "did you mean 'sales.sale_count'?",
        ),
        (
            {"blocks": [{"kind": "table", "query": "main", "columns": [{"titel": "x"}]}]},
            "blocks[0].columns[0].member",
            "is missing",
        ),
        (
            {"blocks": [{"kind": "table", "query": "main", "pivot": {}}]},
            "blocks[0].pivot.columns",
            "is missing",
        ),
        ({"blocks": [{**CHART, "y": []}]}, "blocks[0].y", "names no measure"),
        ({"blocks": [{**CHART, "y": NET, "type": "pi"}]}, "blocks[0].type", "'pie'"),
        ({"blocks": [{**CHART, "y": NET, "x": None}]}, "blocks[0].x", "a bar needs it"),
        ({"blocks": [{**CHART, "y": BOTH, "type": "pie"}]}, "blocks[0].y", "one measure"),
        ({"blocks": [{**CHART, "y": NET, "type": "scatter"}]}, "blocks[0].y", "two measures"),
        ({"blocks": [{**CHART, "y": NET, "type": "bullet"}]}, "blocks[0].target", "needs it"),
        ({"blocks": [{**CHART, "y": NET, "type": "heat_map"}]}, "blocks[0].series", "needs it"),
        (
            {"blocks": [{**CHART, "y": BOTH, "series": "sales.product_group_name"}]},
            "blocks[0].series",
            "a series themselves",
        ),
        ({"blocks": [{"kind": "text"}]}, "blocks[0].text", "is missing"),
        ({"blocks": [{"kind": "text", "text": "x"}] * 41}, "blocks", "40 are the most"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_is_right(
    changed: dict[str, Any], path: str, word: str
) -> None:
    given = {**simple(), **changed}
    problems = told(given)
    assert any(one.startswith(f"{path}: ") and word in one for one in problems), problems


@pytest.mark.parametrize(
    ("parameter", "path", "word"),
    [
        ({"kind": "member"}, "members", "name the members"),
        ({"kind": "date_range"}, "members", "name the days"),
        ({"kind": "date_range", "by": "role"}, "by", "there is no choice 'role'"),
        ({"kind": "choice"}, "options", "name what can be chosen"),
        ({"kind": "choice", "options": [{"value": "a"}]}, "options[0].title", "is missing"),
        ({"kind": "number"}, "members", "name members to compare"),
        ({"kind": "number", "limits": ["nain"]}, "limits[0]", "did you mean 'main'?"),
        ({"kind": "numbers"}, "kind", "did you mean 'number'?"),
        (
            {"kind": "member", "members": ["sales.season_code"], "starts": ["sales.a"]},
            "ends",
            "day",
        ),
        ({"kind": "as_of", "members": ["ageing.as_of"], "default": "soon"}, "default", "no day"),
        ({"kind": "comparison", "default": "previous"}, "default", "nothing to compare with"),
    ],
)
def test_a_parameter_that_does_nothing_is_refused(
    parameter: dict[str, Any], path: str, word: str
) -> None:
    problems = told(simple(parameters=[{"name": "one", "title": "One", **parameter}]))
    assert any(one.startswith(f"parameters[0].{path}: ") and word in one for one in problems)


def test_two_parameters_of_one_name_are_refused() -> None:
    one = {"name": "compare", "title": "x", "kind": "comparison"}
    assert "the name of another one" in told(simple(parameters=[one, one]))[0]


def test_conditions_may_not_lie_too_deep() -> None:
    condition: dict[str, Any] = {"member": "a.b", "operator": "set"}
    for _ in range(12):
        condition = {"or": [condition]}
    main = {**MAIN, "filters": [condition]}
    assert any("10 deep" in one for one in told(simple(queries={"main": main})))


@pytest.mark.parametrize("given", [None, 3, "x", [], [{}]])
def test_what_is_no_object_is_refused(given: Any) -> None:
    assert "has to be an object" in told(given)[0]


def test_a_refusal_names_what_it_is_about() -> None:
    with pytest.raises(DefinitionError) as refused:
        read_definition({}, where="Mine")
    assert str(refused.value).startswith("Mine: key: is missing\nMine: category: is missing")
    assert refused.value.problems[0].as_json() == {
        "path": "key",
        "message": "is missing",
        "hint": "",
    }


def test_a_file_is_refused_with_the_lines_of_its_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yml"
    file.write_text(
        "key: mine\ncategory: custom\ntitle: Mine\nblocks:\n  - kind: tabel\nqueries: {}\n"
    )
    with pytest.raises(DefinitionError) as refused:
        read_yaml(file)
    assert "wrong.yml: line 5: blocks[0].kind: 'tabel' is not known here" in str(refused.value)
    file.write_text("key: [")
    with pytest.raises(DefinitionError) as refused:
        read_yaml(file)
    assert str(refused.value).startswith("wrong.yml:")


def test_days_without_quotes_are_texts_in_a_file(tmp_path: Path) -> None:
    text = (FOLDER / "f7_vat_summary.yml").read_text()
    file = tmp_path / "days.yml"
    file.write_text(text.replace("default: this year", "default: [2026-01-01, 2026-12-31]"))
    assert read_yaml(file).parameters[0].default == ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize("key", STANDARD)
def test_a_standard_report_is_written_as_it_was_read(key: str) -> None:
    written = write_definition(STANDARD[key])
    assert read_definition(written, where=key) == STANDARD[key]


def test_the_library_has_its_thirty_reports_in_every_language() -> None:
    codes = [one.code for one in STANDARD.values()]
    counts = {"S": 10, "O": 9, "F": 11}
    assert codes == [f"{kind}{n}" for kind, most in counts.items() for n in range(1, most + 1)]
    for one in STANDARD.values():
        for text in (one.title, one.description, one.empty):
            assert text is not None
            assert text.nl, one.key
            assert text.fr, one.key
