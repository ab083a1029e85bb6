"""The club's settings and the caller's own view, over GraphQL."""

from typing import Any

import pytest

from app.domain.permissions import GRANTS, Permission, Role
from tests.club import Club

FIELDS = "organisation { name vatId timeZone draftHoldDays holdAction version }"
SETTINGS = "{ organisation { name vatId timeZone draftHoldDays holdAction version } }"


def settings(club: Club) -> dict[str, Any]:
    found: dict[str, Any] = club.query(SETTINGS)["organisation"]
    return found


def test_the_club_is_read_with_its_settings(club: Club) -> None:
    found = club.query(
        "{ organisation { id code currency country language priceBasis vatRounding "
        "creditLimitPolicy proposalHoldDays basketHoldMinutes holdReminderDays } }"
    )["organisation"]
    assert found == {
        "id": f"organisation_{club.organisation.id.hex}",
        "code": club.organisation.code,
        "currency": "EUR",
        "country": "BE",
        "language": "nl",
        "priceBasis": "NET",
        "vatRounding": "SALE_EXACT",
        "creditLimitPolicy": "WARN",
        "proposalHoldDays": 14,
        "basketHoldMinutes": 15,
        "holdReminderDays": 3,
    }


def test_settings_are_changed_and_audited(club: Club) -> None:
    given = {"expectedVersion": 1, "vatId": "0403.019.261", "draftHoldDays": None}
    changed = club.make("organisationUpdate", FIELDS, given)["organisation"]
    assert changed == {
        "name": "Test club",
        "vatId": "BE0403019261",
        "timeZone": "Europe/Brussels",
        "draftHoldDays": None,
        "holdAction": "RELEASE",
        "version": 2,
    }
    document = (
        '{ auditEntries(filter: {action: ["organisation.changed"]}) { nodes { before after } } }'
    )
    assert club.query(document)["auditEntries"]["nodes"] == [
        {
            "before": {"vat_id": None, "draft_hold_days": 30, "version": 1},
            "after": {"vat_id": "BE0403019261", "draft_hold_days": None, "version": 2},
        }
    ]


def test_settings_that_stay_the_same_leave_the_version(club: Club) -> None:
    given = {"expectedVersion": 1, "name": "Test club", "holdAction": "RELEASE"}
    assert club.make("organisationUpdate", FIELDS, given)["organisation"]["version"] == 1


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"name": " "}, {("TEXT_REQUIRED", "name")}),
        ({"timeZone": "Mars/Base"}, {("TIME_ZONE_UNKNOWN", "timeZone")}),
        ({"timeZone": "../../etc/passwd"}, {("TIME_ZONE_UNKNOWN", "timeZone")}),
        ({"timeZone": ""}, {("TIME_ZONE_UNKNOWN", "timeZone")}),
        ({"vatId": "BE0403019262"}, {("VAT_ID_INVALID", "vatId")}),
        ({"language": "xx"}, {("LANGUAGE_UNKNOWN", "language")}),
        (
            {"draftHoldDays": 0, "proposalHoldDays": 731},
            {("INPUT_INVALID", "draftHoldDays"), ("INPUT_INVALID", "proposalHoldDays")},
        ),
        (
            {"name": None, "timeZone": None, "priceBasis": None},
            {
                ("INPUT_INVALID", "name"),
                ("INPUT_INVALID", "timeZone"),
                ("INPUT_INVALID", "priceBasis"),
            },
        ),
        ({"expectedVersion": 2}, {("VERSION_STALE", "expectedVersion")}),
    ],
)
def test_what_is_wrong_with_settings_is_named_and_they_stay(
    club: Club, given: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    before = settings(club)
    errors = club.refused("organisationUpdate", {"expectedVersion": 1, **given})
    assert {(e["code"], *e["path"]) for e in errors} == faults
    assert settings(club) == before


def test_only_root_changes_settings(club: Club) -> None:
    before = settings(club)
    for role in (Role.SALES, Role.FINANCE, Role.OPERATIONS, Role.ANALYST, Role.PARTNER):
        given = {"expectedVersion": 1, "name": "Ours"}
        errors = club.refused("organisationUpdate", given, role=role)
        assert [e["code"] for e in errors] == ["PERMISSION_DENIED"]
    assert settings(club) == before


def test_a_club_sees_itself_and_no_other(club: Club, other_club: Club) -> None:
    mine = club.query("{ organisation { id code } }")["organisation"]
    assert other_club.query("{ organisation { code } }")["organisation"]["code"] != mine["code"]
    document = "query($id: ID!) { node(id: $id) { id } }"
    assert other_club.query(document, {"id": mine["id"]})["node"] is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PORTAL])
def test_a_viewer_learns_their_role_and_permissions(club: Club, role: Role) -> None:
    document = "{ viewer { role permissions organisation { code } account { id } } }"
    viewer = club.query(document, role=role)["viewer"]
    assert viewer["role"] == role.name
    assert viewer["organisation"] == {"code": club.organisation.code}
    assert viewer["account"] is None
    assert set(viewer["permissions"]) == {p.name for p in Permission if role in GRANTS[p]}


def test_without_a_token_there_is_no_viewer(club: Club) -> None:
    answer = club.http.post("/graphql", json={"query": "{ viewer { role } organisation { id } }"})
    codes = {error["extensions"]["code"] for error in answer.json()["errors"]}
    assert codes == {"UNAUTHENTICATED"}
