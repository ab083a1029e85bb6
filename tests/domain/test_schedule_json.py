from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError, ErrorCode
from app.domain.schedule import (
    INSTALMENT_LIMIT,
    PPM_PER_WHOLE,
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    DatesRecipe,
    EqualRecipe,
    Every,
    Recipe,
    RelativeRecipe,
    RelativeRow,
)
from app.domain.schedule_json import from_json, to_json
from tests.domain.recipes import RECIPES, percent

AUGUST = date(2026, 8, 15)


@given(RECIPES)
def test_a_stored_recipe_is_read_back_equal(recipe: Recipe) -> None:
    assert from_json(json.loads(json.dumps(to_json(recipe)))) == recipe


def test_a_recipe_is_stored_as_plain_values() -> None:
    assert to_json(EqualRecipe(4, AUGUST, Every.QUARTER)) == {
        "kind": "EQUAL",
        "count": 4,
        "first_on": "2026-08-15",
        "every": "QUARTER",
    }
    assert to_json(DatesRecipe((AUGUST,))) == {"kind": "DATES", "dates": ["2026-08-15"]}
    assert to_json(percent(400_000, REST)) == {
        "kind": "PERCENT",
        "rows": [
            {"on": "2026-07-01", "share_ppm": 400_000},
            {"on": "2026-07-02", "share_ppm": "REST"},
        ],
    }
    assert to_json(AmountRecipe((AmountRow(AUGUST, 5), AmountRow(AUGUST, REST)))) == {
        "kind": "AMOUNT",
        "rows": [
            {"on": "2026-08-15", "amount_minor": 5},
            {"on": "2026-08-15", "amount_minor": "REST"},
        ],
    }
    assert to_json(RelativeRecipe((RelativeRow(Anchor.SALE_DATE, -3, REST),))) == {
        "kind": "RELATIVE",
        "rows": [{"anchor": "SALE_DATE", "offset_days": -3, "share_ppm": "REST"}],
    }


EQUAL = {"kind": "EQUAL", "count": 2, "first_on": "2026-08-15", "every": "MONTH"}
ROW = {"on": "2026-08-15", "share_ppm": PPM_PER_WHOLE}


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        (None, "SCHEDULE_INVALID"),
        ([], "SCHEDULE_INVALID"),
        ("EQUAL", "SCHEDULE_INVALID"),
        ({}, "SCHEDULE_INVALID"),
        ({"kind": "WEEKLY"}, "SCHEDULE_INVALID"),
        ({"kind": ["EQUAL"]}, "SCHEDULE_INVALID"),
        ({"kind": "EQUAL"}, "SCHEDULE_INVALID"),
        ({**EQUAL, "rows": []}, "SCHEDULE_INVALID"),
        ({**EQUAL, "count": "2"}, "SCHEDULE_INVALID"),
        ({**EQUAL, "count": 2.0}, "SCHEDULE_INVALID"),
        ({**EQUAL, "count": True}, "SCHEDULE_INVALID"),
        ({**EQUAL, "count": 0}, "SCHEDULE_INVALID"),
        ({**EQUAL, "count": INSTALMENT_LIMIT + 1}, "SCHEDULE_INVALID"),
        ({**EQUAL, "every": "WEEK"}, "SCHEDULE_INVALID"),
        ({**EQUAL, "first_on": "2026-02-30"}, "SCHEDULE_INVALID"),
        ({**EQUAL, "first_on": "20260815"}, "SCHEDULE_INVALID"),
        ({**EQUAL, "first_on": "2026-W33-6"}, "SCHEDULE_INVALID"),
        ({**EQUAL, "first_on": None}, "SCHEDULE_INVALID"),
        ({**EQUAL, "first_on": "1989-12-31"}, "SCHEDULE_INVALID"),
        ({**EQUAL, "first_on": "2200-12-01"}, "SCHEDULE_INVALID"),
        ({"kind": "DATES", "dates": []}, "SCHEDULE_INVALID"),
        ({"kind": "DATES", "dates": "2026-08-15"}, "SCHEDULE_INVALID"),
        ({"kind": "DATES", "dates": ["2026-08-15", 5]}, "SCHEDULE_INVALID"),
        ({"kind": "PERCENT", "rows": {}}, "SCHEDULE_INVALID"),
        ({"kind": "PERCENT", "rows": ["REST"]}, "SCHEDULE_INVALID"),
        ({"kind": "PERCENT", "rows": [{**ROW, "kind": "x"}]}, "SCHEDULE_INVALID"),
        ({"kind": "PERCENT", "rows": [{**ROW, "share_ppm": 1e6}]}, "SCHEDULE_INVALID"),
        ({"kind": "PERCENT", "rows": [{**ROW, "share_ppm": "rest"}]}, "SCHEDULE_INVALID"),
        ({"kind": "PERCENT", "rows": [{**ROW, "share_ppm": 999_999}]}, "PERCENT_SUM_INVALID"),
        ({"kind": "PERCENT", "rows": [ROW, ROW]}, "PERCENT_SUM_INVALID"),
        ({"kind": "AMOUNT", "rows": [{"on": "2026-08-15"}]}, "SCHEDULE_INVALID"),
        (
            {"kind": "AMOUNT", "rows": [{"on": "2026-08-15", "amount_minor": 2**53}]},
            "AMOUNT_TOO_LARGE",
        ),
        ({"kind": "RELATIVE", "rows": [ROW]}, "SCHEDULE_INVALID"),
        (
            {
                "kind": "RELATIVE",
                "rows": [{"anchor": "BIRTHDAY", "offset_days": 0, "share_ppm": "REST"}],
            },
            "SCHEDULE_INVALID",
        ),
        (
            {
                "kind": "RELATIVE",
                "rows": [{"anchor": "SALE_DATE", "offset_days": "0", "share_ppm": "REST"}],
            },
            "SCHEDULE_INVALID",
        ),
    ],
)
def test_a_malformed_stored_recipe_is_refused(stored: object, code: str) -> None:
    with pytest.raises(DomainError, match=rf"^{code}: "):
        from_json(stored)


JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


def read_or_refused(stored: object) -> Recipe | ErrorCode:
    try:
        return from_json(stored)
    except DomainError as error:
        return error.violations[0].code


@given(RECIPES, JSON, st.data())
def test_any_stored_value_is_a_recipe_or_a_coded_refusal(
    recipe: Recipe, value: object, data: st.DataObject
) -> None:
    stored: dict[str, object] = {**to_json(recipe)}
    target = stored
    rows = stored.get("rows")
    if isinstance(rows, list) and data.draw(st.booleans()):
        target = rows[0]
    target[data.draw(st.sampled_from([*sorted(target), "other"]))] = value
    read = read_or_refused(stored)
    if isinstance(read, ErrorCode):
        assert read in {
            ErrorCode.SCHEDULE_INVALID,
            ErrorCode.PERCENT_SUM_INVALID,
            ErrorCode.AMOUNT_TOO_LARGE,
        }
    else:
        assert from_json(to_json(read)) == read
