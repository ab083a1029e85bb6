import json
from typing import Any

import pytest
from hypothesis import given, settings

from app.transfers.mapping.difference import Change, ChangeKind, changes_of, diff, patched
from app.transfers.mapping.faults import MappingError
from tests.transfers.mapping.mapped import DATA_SETS, invoice


def told(changes: tuple[Change, ...]) -> list[tuple[str, str, Any, Any]]:
    return [(one.path, one.kind.value, one.before, one.after) for one in changes]


def test_the_same_data_set_has_no_changes() -> None:
    assert diff(invoice(), invoice()) == ()


def test_changes_are_told_by_the_numbers_of_their_lines() -> None:
    before, after = invoice(), invoice()
    after["lines"][0]["unit_price"] = "245.00"
    del after["lines"][1]
    after["lines"].insert(0, {"number": 9, "net": "1.00"})
    after["customer"]["vat_id"] = "BE0"
    del after["customer"]["email"]
    after["sale"]["stage / now"] = 1
    changes = diff(before, after)
    assert told(changes) == [
        ("customer.email", "REMOVED", "jan@peeters.example", None),
        ("customer.vat_id", "ADDED", None, "BE0"),
        ("lines[number=2]", "REMOVED", before["lines"][1], None),
        ("lines[number=9]", "ADDED", None, {"number": 9, "net": "1.00"}),
        ("lines[number=1].unit_price", "CHANGED", "250.00", "245.00"),
        ("lines", "MOVED", [1, 3, 9], [9, 1, 3]),
        ('sale["stage / now"]', "ADDED", None, 1),
    ]
    assert [one.by for one in changes if one.by] == ["-5.00"]
    assert patched(before, changes) == after
    assert before == invoice()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, True, [("", "CHANGED", 1, True)]),
        ([1, 2, 3], [1, 4], [("[2]", "REMOVED", 3, None), ("[1]", "CHANGED", 2, 4)]),
        ([1], [1, 2], [("[1]", "ADDED", None, 2)]),
        ([], [{"id": "a"}], [('[id="a"]', "ADDED", None, {"id": "a"})]),
        (
            [{"id": "a"}],
            [{"code": "a"}],
            [("[0].code", "ADDED", None, "a"), ("[0].id", "REMOVED", "a", None)],
        ),
        ({"a": None}, {}, [("a", "REMOVED", None, None)]),
        ([{"x": 1}], [{"x": 2}], [("[0].x", "CHANGED", 1, 2)]),
    ],
)
def test_a_change_says_where_and_what(before: Any, after: Any, expected: list[Any]) -> None:
    assert told(diff(before, after)) == expected
    assert patched(before, diff(before, after)) == after


def test_an_amount_that_changed_says_by_how_much_and_others_do_not() -> None:
    assert diff("1.00", "x")[0].by is None
    assert diff("0.10", "0.3")[0].by == "0.20"


@settings(max_examples=60)
@given(DATA_SETS, DATA_SETS)
def test_changes_applied_to_before_give_after(before: Any, after: Any) -> None:
    changes = diff(before, after)
    assert changes == diff(before, after)
    text = json.dumps(patched(before, changes), sort_keys=True)
    assert text == json.dumps(after, sort_keys=True)
    places = [(one.path, one.kind is ChangeKind.MOVED) for one in changes]
    assert len(set(places)) == len(places)


def test_what_is_no_json_or_too_deep_has_no_difference() -> None:
    deep: Any = []
    for _ in range(1_000):
        deep = [deep]
    for before, after, place in ((deep, 1, "before"), (1, {"a": {1}}, "after")):
        with pytest.raises(MappingError, match=place):
            diff(before, after)


def test_changes_are_kept_with_their_place_and_by_how_much() -> None:
    before = {"lines": [{"number": 1, "net": "5.00"}]}
    after = {"lines": [{"number": 1, "net": "7.50"}]}
    assert changes_of(before, after) == (
        {
            "path": "lines[number=1].net",
            "kind": "CHANGED",
            "before": "5.00",
            "after": "7.50",
            "by": "2.50",
        },
    )
