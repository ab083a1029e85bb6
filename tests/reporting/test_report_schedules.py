"""Schedules of reports: what is refused, whose they are, and to whom reports may be sent."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.club import Club
from tests.fingerprint import fingerprint
from tests.reporting.reports import SCHEDULE, create, planned, recipient

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"recipients": ["an@elsewhere.example"]}, "REPORT_RECIPIENT_REFUSED", ["recipients", "0"]),
        ({"recipients": []}, "INPUT_INVALID", ["recipients"]),
        ({"cadence": "WEEKLY"}, "INPUT_INVALID", ["weekday"]),
        ({"weekday": 1}, "INPUT_INVALID", ["weekday"]),
        ({"cadence": "MONTHLY", "dayOfMonth": 32}, "INPUT_INVALID", ["dayOfMonth"]),
        ({"minuteOfDay": 1440}, "INPUT_INVALID", ["minuteOfDay"]),
        ({"timeZone": "Belgium"}, "TIME_ZONE_UNKNOWN", ["timeZone"]),
        ({"title": ""}, "TEXT_REQUIRED", ["title"]),
        ({"format": "docx"}, "INPUT_INVALID", ["format"]),
        (
            {"parameters": {"acount": ["A1"]}},
            "REPORT_PARAMETER_INVALID",
            ["parameters", "acount"],
        ),
        ({"reportId": "report_" + "0" * 32}, "NOT_FOUND", ["id"]),
    ],
)
def test_a_schedule_that_could_not_be_sent_is_refused(
    fresh: Club, given: dict[str, Any], code: str, path: list[str]
) -> None:
    fresh.make("reportRecipientsSet", "", {"patterns": [f"@{fresh.organisation.code}.example"]})
    made = create(fresh)
    before = fingerprint(fresh)
    whole = {"reportId": made["id"], "title": "Drafts", "cadence": "DAILY", "minuteOfDay": 0}
    whole |= {"recipients": [recipient(fresh)], **given}
    errors = fresh.refused("reportScheduleCreate", whole)
    assert [(one["code"], one["path"]) for one in errors] == [(code, path)]
    assert fingerprint(fresh) == before


def test_a_schedule_is_its_owners_and_roots(fresh: Club) -> None:
    schedule = planned(fresh)
    whole = {"reportId": create(fresh)["id"], "title": "Weekly", "cadence": "WEEKLY"}
    whole |= {"weekday": 1, "minuteOfDay": 60, "recipients": [recipient(fresh)], "isActive": False}
    about = {"id": schedule["id"], "expectedVersion": 1}
    gone = {"scheduleId": schedule["id"], "expectedVersion": 1}
    for name, given in (
        ("reportScheduleUpdate", {**whole, **about}),
        ("reportScheduleRunNow", {"scheduleId": schedule["id"]}),
        ("reportScheduleDelete", gone),
    ):
        errors = fresh.refused(name, given, role=Role.SALES)
        assert [one["code"] for one in errors] == ["NOT_FOUND"], name
    listed = "{ reportSchedules { nodes { title cadence } } }"
    assert fresh.query(listed, role=Role.SALES)["reportSchedules"]["nodes"] == []
    stale = fresh.refused("reportScheduleUpdate", {**whole, **about, "expectedVersion": 9})
    assert [one["code"] for one in stale] == ["VERSION_STALE"]
    changed = fresh.make("reportScheduleUpdate", SCHEDULE, {**whole, **about})["reportSchedule"]
    assert (changed["version"], changed["isActive"]) == (2, False)
    assert fresh.query(listed)["reportSchedules"]["nodes"] == [
        {"title": "Weekly", "cadence": "WEEKLY"}
    ]
    gone = {"scheduleId": schedule["id"], "expectedVersion": 2}
    made = fresh.make("reportScheduleDelete", "deletedId", gone)
    assert made["deletedId"] == schedule["id"]
    assert fresh.query(listed)["reportSchedules"]["nodes"] == []


def test_root_says_to_whom_reports_may_be_sent(fresh: Club) -> None:
    denied = fresh.refused("reportRecipientsSet", {"patterns": ["@x.example"]}, role=Role.FINANCE)
    assert [one["code"] for one in denied] == ["PERMISSION_DENIED"]
    wrong = fresh.refused("reportRecipientsSet", {"patterns": ["@x", "An@x.example"]})
    assert [(one["code"], one["path"]) for one in wrong] == [
        ("EMAIL_INVALID", ["patterns", "0"]),
        ("EMAIL_INVALID", ["patterns", "1"]),
    ]
    for patterns in (["@b.example", "an@a.example"], ["an@a.example"], ["an@a.example"]):
        fresh.make("reportRecipientsSet", "organisation { code }", {"patterns": patterns})
        found = fresh.query("{ reportRecipients { patterns } }", role=Role.ANALYST)
        assert found["reportRecipients"]["patterns"] == sorted(patterns)
