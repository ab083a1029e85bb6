"""Product groups, products, packages, price lists and prices over GraphQL."""

from typing import Any

import pytest

from tests.api.catalogue import (
    codes,
    make_group,
    make_item,
    make_location,
    make_product,
    make_row,
    make_season,
    make_venue,
)
from tests.api.sold import sell_seat
from tests.club import Club

COMPONENTS = "product { version components { position quantity priceWeight product { id } } }"


def count_of(club: Club, connection: str) -> int:
    found = club.query(f"{{ {connection} {{ totalCount {{ count }} }} }}")
    count: int = found[connection]["totalCount"]["count"]
    return count


def part(product: dict[str, Any], quantity: int = 1, weight: int = 1) -> dict[str, Any]:
    return {"productId": product["id"], "quantity": quantity, "priceWeight": weight}


def components_given(
    package: dict[str, Any], *parts: dict[str, Any], version: int = 1
) -> dict[str, Any]:
    return {"productId": package["id"], "expectedVersion": version, "components": list(parts)}


def set_components(club: Club, package: dict[str, Any], *parts: dict[str, Any]) -> None:
    club.make("packageComponentsSet", "product { id }", components_given(package, *parts))


def components_of(club: Club, package: dict[str, Any]) -> list[dict[str, Any]]:
    document = (
        "query($id: ID!) { node(id: $id) { ... on Product "
        "{ components { quantity product { id } } } } }"
    )
    found: list[dict[str, Any]] = club.query(document, {"id": package["id"]})["node"]["components"]
    return found


def test_a_product_is_created_read_and_changed_in_its_group_and_location(club: Club) -> None:
    lounge = make_location(club, make_venue(club), "HOSPITALITY")
    group = make_group(club, revenueAccount="700100")
    product = make_product(club, "FORMULA", productGroupId=group["id"], locationId=lounge["id"])
    document = """query($id: ID!) { node(id: $id) { ... on Product {
      kind scope supplyType isNumbered isLimited isStandalone isActive locationTypeCode capacity
      group { revenueAccount products { nodes { id } } }
      location { products { nodes { id } } } } } }"""
    itself = {"products": {"nodes": [{"id": product["id"]}]}}
    assert club.query(document, {"id": product["id"]})["node"] == {
        "kind": "FORMULA",
        "scope": "CALENDAR_ITEM",
        "supplyType": "ADMISSION",
        "isNumbered": False,
        "isLimited": False,
        "isStandalone": False,
        "isActive": True,
        "locationTypeCode": "COCKTAIL",
        "capacity": None,
        "group": {"revenueAccount": "700100", **itself},
        "location": itself,
    }
    change = {"id": product["id"], "expectedVersion": 1, "isActive": False, "locationId": None}
    changed = club.make("productUpdate", "product { isActive location { id } version }", change)
    assert changed["product"] == {"isActive": False, "location": None, "version": 2}


def test_a_product_group_is_changed(club: Club) -> None:
    group = make_group(club)
    change = {"id": group["id"], "expectedVersion": 1, "name": "Food", "revenueAccount": "7"}
    fields = "productGroup { name revenueAccount version }"
    changed = club.make("productGroupUpdate", fields, change)["productGroup"]
    assert changed == {"name": "Food", "revenueAccount": "7", "version": 2}


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"code": "a b"}, [("CODE_INVALID", ["code"])]),
        ({"kind": "FORMULA"}, [("TEXT_REQUIRED", ["locationTypeCode"])]),
        ({"isNumbered": True}, [("INPUT_INVALID", ["isNumbered"])]),
        ({"capacity": -1}, [("INPUT_INVALID", ["capacity"])]),
        ({"capacity": 1_000_001}, [("INPUT_INVALID", ["capacity"])]),
        ({"productGroupId": "nonsense"}, [("ID_INVALID", ["productGroupId"])]),
    ],
)
def test_a_malformed_product_is_refused_and_not_written(
    club: Club, given: dict[str, Any], refused: list[tuple[str, list[str]]]
) -> None:
    wanted = {
        "code": "P",
        "name": "P",
        "kind": "CATALOG",
        "scope": "CALENDAR_ITEM",
        "supplyType": "GOODS",
        "productGroupId": make_group(club)["id"],
    }
    assert codes(club.refused("productCreate", wanted | given)) == refused
    assert count_of(club, "products") == 0


def test_another_clubs_group_and_location_do_not_exist(club: Club, other_club: Club) -> None:
    wanted = {
        "code": "P",
        "name": "P",
        "kind": "SEAT",
        "scope": "CALENDAR_ITEM",
        "supplyType": "ADMISSION",
        "productGroupId": make_group(club)["id"],
        "locationId": make_location(club, make_venue(club), "STAND")["id"],
    }
    assert codes(other_club.refused("productCreate", wanted)) == [
        ("NOT_FOUND", ["productGroupId"]),
        ("NOT_FOUND", ["locationId"]),
    ]
    assert count_of(other_club, "products") == 0


def test_a_sold_product_stays_what_it_is(club: Club) -> None:
    venue = make_venue(club)
    item, row = make_item(club, make_season(club), venue), make_row(club, venue, seats=1)
    product = make_product(club, "SEAT", isNumbered=True)
    sell_seat(club, product, item, row["resources"][0])
    change = {"id": product["id"], "expectedVersion": 1, "isNumbered": False}
    assert codes(club.refused("productUpdate", change)) == [("IN_USE", ["isNumbered"])]
    change = {"id": product["id"], "expectedVersion": 1, "name": "Gold seat"}
    assert club.make("productUpdate", "product { name }", change)["product"]["name"] == "Gold seat"


def test_a_package_is_replaced_as_a_whole(club: Club) -> None:
    package = make_product(club, "PACKAGE")
    seat, meal = make_product(club, "SEAT"), make_product(club, "FORMULA")
    given = components_given(package, part(seat, 2, 80), part(meal, 2, 20))
    made = club.make("packageComponentsSet", COMPONENTS, given)["product"]
    assert made == {
        "version": 2,
        "components": [
            {"position": 0, "quantity": 2, "priceWeight": "80", "product": {"id": seat["id"]}},
            {"position": 1, "quantity": 2, "priceWeight": "20", "product": {"id": meal["id"]}},
        ],
    }
    given = components_given(package, part(meal, 1, 1), version=2)
    made = club.make("packageComponentsSet", COMPONENTS, given)["product"]
    assert [one["product"]["id"] for one in made["components"]] == [meal["id"]]
    same = components_given(package, part(meal, 1, 1), version=3)
    assert club.make("packageComponentsSet", COMPONENTS, same)["product"]["version"] == 3
    stale = codes(club.refused("packageComponentsSet", given))
    assert stale == [("VERSION_STALE", ["expectedVersion"])]
    document = (
        "query($id: ID!) { node(id: $id) { ... on Product "
        "{ packageComponents { package { id } } } } }"
    )
    found = club.query(document, {"id": meal["id"]})["node"]["packageComponents"]
    assert found == [{"package": {"id": package["id"]}}]


def test_a_package_that_contains_itself_also_through_others_is_refused(club: Club) -> None:
    packages = [make_product(club, "PACKAGE") for _ in range(3)]
    leaf = make_product(club)
    itself = components_given(packages[0], part(packages[0]))
    assert codes(club.refused("packageComponentsSet", itself)) == [
        ("PACKAGE_CYCLE", ["components"])
    ]
    set_components(club, packages[2], part(leaf))
    set_components(club, packages[1], part(packages[2]))
    set_components(club, packages[0], part(packages[1]))
    ring = components_given(packages[2], part(leaf), part(packages[0]), version=2)
    assert ("PACKAGE_CYCLE", ["components"]) in codes(club.refused("packageComponentsSet", ring))
    assert components_of(club, packages[2]) == [{"quantity": 1, "product": {"id": leaf["id"]}}]


def test_a_change_that_makes_an_outer_package_too_large_or_deep_is_refused(club: Club) -> None:
    outer, package = make_product(club, "PACKAGE"), make_product(club, "PACKAGE")
    leaf = make_product(club)
    set_components(club, package, part(leaf))
    set_components(club, outer, part(package, 60))
    large = components_given(package, part(leaf, 2), version=2)
    errors = club.refused("packageComponentsSet", large)
    assert codes(errors) == [("PACKAGE_TOO_LARGE", ["components"])]
    chain = [outer]
    for _ in range(3):
        above = make_product(club, "PACKAGE")
        set_components(club, above, part(chain[-1]))
        chain.append(above)
    deep = make_product(club, "PACKAGE")
    set_components(club, deep, part(leaf))
    deeper = components_given(package, part(deep), version=2)
    assert codes(club.refused("packageComponentsSet", deeper)) == [
        ("PACKAGE_TOO_DEEP", ["components"])
    ]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"quantity": 0}, ("QUANTITY_INVALID", ["components", "0", "quantity"])),
        ({"quantity": -3}, ("QUANTITY_INVALID", ["components", "0", "quantity"])),
        ({"quantity": 2_147_483_647}, ("QUANTITY_INVALID", ["components", "0", "quantity"])),
        ({"quantity": 101}, ("PACKAGE_TOO_LARGE", ["components"])),
        ({"priceWeight": -1}, ("INPUT_INVALID", ["components", "0", "priceWeight"])),
        ({"priceWeight": 0}, ("WEIGHTS_INVALID", ["components"])),
        ({"productId": "x"}, ("ID_INVALID", ["components", "0", "productId"])),
        (
            {"productId": "product_" + "0" * 32},
            ("NOT_FOUND", ["components", "0", "productId"]),
        ),
    ],
)
def test_a_malformed_component_is_refused_and_nothing_is_written(
    club: Club, given: dict[str, Any], refused: tuple[str, list[str]]
) -> None:
    package = make_product(club, "PACKAGE")
    wanted = components_given(package, part(make_product(club)) | given)
    assert codes(club.refused("packageComponentsSet", wanted)) == [refused]
    assert components_of(club, package) == []


def test_only_packages_have_components_and_never_none(club: Club, other_club: Club) -> None:
    package, leaf = make_product(club, "PACKAGE"), make_product(club)
    errors = club.refused("packageComponentsSet", components_given(leaf, part(package)))
    assert codes(errors) == [("INPUT_INVALID", ["productId"])]
    errors = club.refused("packageComponentsSet", components_given(package))
    assert codes(errors) == [("PACKAGE_EMPTY", ["components"])]
    errors = club.refused("packageComponentsSet", components_given(package, *[part(leaf)] * 101))
    assert codes(errors) == [("TOO_MANY_ITEMS", ["components"])]
    foreign = components_given(make_product(other_club, "PACKAGE"), part(leaf))
    assert codes(club.refused("packageComponentsSet", foreign)) == [("NOT_FOUND", ["productId"])]
    set_components(club, package, part(leaf))
    change = {"id": package["id"], "expectedVersion": 2, "kind": "CATALOG"}
    assert codes(club.refused("productUpdate", change)) == [("IN_USE", ["kind"])]
