"""Sales reps and their targets: set, set again, removed, all or nothing."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.club import Club
from tests.stadium import amount

TARGET = "salesTargets { id repCode month productGroup { code } amount { amount currency } }"


@pytest.fixture
def group(club: Club) -> str:
    given = {"code": "SEATS", "name": "Seats"}
    made: str = club.make("productGroupCreate", "productGroup { id }", given)["productGroup"]["id"]
    return made


def target(rep: str, month: str, text: str, **more: Any) -> dict[str, Any]:
    return {"repCode": rep, "month": month, "amount": amount(text), **more}


def put(club: Club, *targets: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = club.make("salesTargetsSet", TARGET, {"targets": list(targets)})[
        "salesTargets"
    ]
    return found


def all_targets(club: Club) -> list[tuple[str, str, str]]:
    nodes = club.query(f"{{ salesTargets {{ nodes {{ {TARGET.partition('{')[2]} }} }}")
    return [
        (one["repCode"], one["month"], one["amount"]["amount"])
        for one in nodes["salesTargets"]["nodes"]
    ]


def test_a_target_counts_for_its_month_and_is_set_again(club: Club, group: str) -> None:
    first = put(
        club,
        target("HV", "2026-02-17", "100.00", productGroupId=group),
        target("HV", "2026-02-01", "50.00"),
    )
    assert [one["month"] for one in first] == ["2026-02-01", "2026-02-01"]
    assert [one["productGroup"] for one in first] == [{"code": "SEATS"}, None]
    again = put(
        club,
        target("HV", "2026-02-28", "120.00", productGroupId=group),
        target("HV", "2026-02-01", "50.00"),
        target("HV", "2026-03-01", "70.00"),
    )
    assert [one["id"] for one in again[:2]] == [one["id"] for one in first]
    assert sorted(all_targets(club)) == [
        ("HV", "2026-02-01", "120.00"),
        ("HV", "2026-02-01", "50.00"),
        ("HV", "2026-03-01", "70.00"),
    ]


def test_what_is_wrong_with_targets_is_said_of_each_and_none_is_set(club: Club) -> None:
    given = [
        target("", "2026-02-01", "1.00"),
        target("HV", "2026-02-01", "0.00"),
        target("HV", "2026-02-05", "2.00"),
        target("HV", "2026-02-01", "2.00", productGroupId=f"product_group_{'0' * 31}1"),
    ]
    errors = club.refused("salesTargetsSet", {"targets": given})
    assert [(one["code"], one["path"]) for one in errors] == [
        ("TEXT_REQUIRED", ["targets", "0", "repCode"]),
        ("AMOUNT_INVALID", ["targets", "1", "amount"]),
        ("INPUT_INVALID", ["targets", "2", "repCode"]),
        ("NOT_FOUND", ["targets", "3", "productGroupId"]),
    ]
    assert all_targets(club) == []
    assert put(club) == []


def test_targets_are_removed_all_or_none(club: Club) -> None:
    one, other = (
        made["id"]
        for made in put(
            club, target("HV", "2026-02-01", "1.00"), target("SD", "2026-02-01", "2.00")
        )
    )
    missing = f"sales_target_{'0' * 31}1"
    (error,) = club.refused("salesTargetsRemove", {"ids": [one, missing]})
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["ids", "1"])
    assert len(all_targets(club)) == 2
    club.make("salesTargetsRemove", "", {"ids": [one]})
    assert all_targets(club) == [("SD", "2026-02-01", "2.00")]
    club.make("salesTargetsRemove", "", {"ids": [other]})
    club.make("salesTargetsRemove", "", {"ids": []})
    assert all_targets(club) == []


def test_a_rep_has_a_name_and_a_team(club: Club) -> None:
    given = {"code": "HV", "name": "Hanne"}
    made = club.make("salesRepCreate", "salesRep { id version team }", given)["salesRep"]
    assert made["team"] is None
    changed = {"id": made["id"], "expectedVersion": made["version"], "team": "Business"}
    club.make("salesRepUpdate", "", changed)
    found = club.query("{ salesReps { nodes { code name team } } }")["salesReps"]["nodes"]
    assert found == [{"code": "HV", "name": "Hanne", "team": "Business"}]
    assert club.refused("salesRepCreate", given)[0]["code"] == "CODE_TAKEN"
    assert club.refused("salesRepCreate", {"code": "X", "name": ""})[0]["path"] == ["name"]


@pytest.mark.parametrize("role", [Role.SALES, Role.OPERATIONS, Role.ANALYST])
def test_a_rep_does_not_set_targets(club: Club, role: Role) -> None:
    given = {"targets": [target("HV", "2026-02-01", "1.00")]}
    assert club.refused("salesTargetsSet", given, role=role)[0]["code"] == "PERMISSION_DENIED"
    assert all_targets(club) == []
