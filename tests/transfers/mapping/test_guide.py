"""The guide's examples are run, and its table of functions is that of the code."""

import json
import re
from typing import Any

import pytest

from app.transfers.mapping.applying import compile_mapping
from app.transfers.mapping.checking import check_mapping
from app.transfers.mapping.functions import FUNCTIONS
from app.transfers.mapping.lookups import Lookups
from tests.architecture.source import ROOT
from tests.transfers.mapping.evaluated import LOOKUPS

GUIDE = (ROOT / "docs" / "guides" / "transfers-mapping.md").read_text("utf-8")
BLOCK = re.compile(r"<!-- (\w+) -->\n```json\n(.*?)```\n", re.DOTALL)


def examples() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind, text in BLOCK.findall(GUIDE):
        if kind == "mapping":
            found.append({"maps": {}, "unmapped": []})
        found[-1][kind] = json.loads(text)
    return found


@pytest.mark.parametrize("example", examples(), ids=range(len(examples())))
def test_an_example_gives_what_the_guide_says(example: dict[str, Any]) -> None:
    lookups = Lookups(example["maps"], LOOKUPS.oss_rates)
    assert check_mapping(example["mapping"]) == ()
    found = compile_mapping(example["mapping"]).apply(example["record"], lookups)
    assert not found.problems
    assert found.record == example["result"]
    unmapped = [{"map": one.map, "key": one.key, "path": one.path} for one in found.unmapped]
    assert unmapped == example["unmapped"]


def test_the_first_example_fits_the_record_of_an_invoice() -> None:
    assert len(examples()) == 3
    assert check_mapping(examples()[0]["mapping"], "invoice") == ()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_guide_has_every_function_as_it_is(name: str) -> None:
    function = FUNCTIONS[name]
    result = json.dumps(function.result, ensure_ascii=False)
    example = function.example.replace("|", "\\|")
    row = f"| `{function.usage}` | {function.summary} | `{example}` | `{result}` |"
    assert row in GUIDE


def test_what_the_guide_refuses_is_refused_and_what_it_advises_is_not() -> None:
    rows = re.findall(r"^\| `([^`]*line\.net[^`]*)` \| `([^`]*)` \|$", GUIDE, re.MULTILINE)
    assert len(rows) == 5
    record = {"lines": [{"net": "100.0", "vat": "6.00"}]}
    for refused, advised in rows:
        fields = [[{"target": "t", "expression": one}] for one in (refused, advised)]
        wrong, right = (
            {"lines": [{"target": "x", "from": "lines", "fields": one}]} for one in fields
        )
        net = "0.0" if "==" in refused else "100.0"
        given = {"lines": [{**record["lines"][0], "net": net}]}
        has_problem = bool(check_mapping(wrong)) or bool(
            compile_mapping(wrong).apply(given).problems
        )
        assert has_problem, refused
        assert compile_mapping(right).apply(given).is_complete, advised
