"""View groups: views that are shown together."""

import pytest

from semantic.spec.cubes import ViewGroup
from tests.semantic.load.writing import ORDERS, read, refusals

VIEWS = """\
views:
  - {name: one, cubes: []}
  - {name: two, cubes: [], view_group: shop}
  - {name: three, cubes: [], view_groups: [shop, money, money]}
"""


def test_groups_hold_views_groups_and_those_that_put_themselves_there() -> None:
    model = read(
        ORDERS
        + VIEWS
        + """\
view_groups:
  - name: shop
    title: The shop
    description: All of it.
    includes:
      - one
      - two
      - name: within
        includes: [three]
  - name: money
    views: [one]
"""
    )
    shop, money = model.groups
    within = shop.includes[2]
    assert isinstance(within, ViewGroup)
    assert (shop.title, shop.description) == ("The shop", "All of it.")
    assert shop.includes == ("one", "two", within, "three")
    assert (within.name, within.includes) == ("within", ("three",))
    assert money.includes == ("one", "three")
    assert model.views["three"].groups == ("shop", "money")


@pytest.mark.parametrize(
    ("groups", "line", "message", "suggestion"),
    [
        ("- {name: shop, includes: [ona]}", 2, "there is no view 'ona'", "did you mean 'one'?"),
        ("- {name: shop, includes: [[one]]}", 2, "there is no view 'this'", ""),
        ("- {name: shop, views: [one], includes: [two]}", 2, "are one thing, given twice", ""),
        ("- {name: shop, titel: a}", 2, "'titel' is not a key of this", "did you mean 'title'?"),
        (
            "- name: shop\n    includes:\n      - {name: shop, includes: []}",
            4,
            "there is a view group 'shop' already",
            "rename one of them",
        ),
        ("- {name: shop}\n  - {name: shop}", 3, "'shop' is declared already", ""),
    ],
)
def test_a_wrong_group_is_refused_where_it_stands(
    groups: str, line: int, message: str, suggestion: str
) -> None:
    text = f"view_groups:\n  {groups}\n"
    found = refusals(text, ORDERS + VIEWS.replace("[shop, money, money]", "[shop]"))
    assert [(one[0], message in one[1], suggestion in one[2]) for one in found] == [
        (line, True, True)
    ]
