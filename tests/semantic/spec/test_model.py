"""Members of models found by their names."""

import pytest

from semantic.spec.model import Model
from semantic.spec.places import Place
from semantic.spec.policies import MemberSelection
from tests.semantic.load.writing import LINES, MEASURES, ORDERS, read

VIEW = """\
views:
  - name: sales
    cubes:
      - join_path: orders
        includes: [{name: net, alias: revenue}, status]
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return read(ORDERS + MEASURES + LINES + VIEW)


def test_a_member_of_a_cube_is_found_once_and_kept(model: Model) -> None:
    found = model.find("orders.net")
    assert found is not None
    assert found is model.find("orders.net")
    assert (found.name, found.path, found.cube, found.place_name) == (
        "orders.net",
        ("orders",),
        "orders",
        "orders",
    )
    assert found.shown is None


def test_a_member_of_a_view_is_found_with_where_it_comes_from(model: Model) -> None:
    found = model.find("sales.revenue")
    assert found is not None
    assert (found.place_name, found.cube, found.member.name) == ("sales", "orders", "net")
    assert found.shown is not None
    assert found.shown.name == "revenue"


@pytest.mark.parametrize(
    "name", ["orders.nett", "sales.net", "nobody.net", "orders", "sales", "orders.net.day"]
)
def test_what_is_no_member_is_not_found(model: Model, name: str) -> None:
    assert model.find(name) is None


def test_a_name_that_was_probably_meant_is_suggested(model: Model) -> None:
    assert model.suggest("sales.revenu") == "did you mean 'sales.revenue'?"
    assert model.suggest("lines.drinks") == "did you mean 'lines.drinks'?"
    assert model.suggest("xyz") == ""


def test_a_place_is_written_as_editors_do() -> None:
    assert str(Place("sales.yml", 3, 7)) == "sales.yml:3:7"


def test_nothing_is_selected_where_all_is_excluded() -> None:
    assert not MemberSelection(None, None).has("net")
    assert MemberSelection(None).has("net")
    assert not MemberSelection(frozenset({"net"}), frozenset({"net"})).has("net")
