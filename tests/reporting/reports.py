"""A report of Drafts, saved and read over GraphQL."""

from typing import Any

from app.domain.permissions import Role
from tests.club import Club

REPORT = """report { id key code title description category isStandard isFavourite isShared owner
  version sharing groups copiedFrom canEdit definition deletedAt problems { path message hint }
  versions(first: 10) { nodes { version title } } }"""
DRAFTS = {
    "category": "sales",
    "title": "Drafts",
    "queries": {
        "main": {"measures": ["pipeline.draft_count"], "dimensions": ["pipeline.account_code"]}
    },
    "blocks": [
        {"kind": "numbers", "query": "main", "members": ["pipeline.draft_count"]},
        {"kind": "table", "query": "main", "totals": True},
    ],
    "parameters": [
        {
            "name": "account",
            "kind": "member",
            "title": "Account",
            "members": ["pipeline.account_code"],
            "multiple": True,
        }
    ],
}


def create(club: Club, definition: dict[str, Any] | None = None, **caller: Any) -> Any:
    given = {"definition": DRAFTS if definition is None else definition}
    return club.make("reportCreate", REPORT, given, **caller)["report"]


def one(club: Club, identity: str, **caller: Any) -> Any:
    document = f"query($id: ID!) {{ report(id: $id) {{ {REPORT[8:-1]} }} }}"
    return club.query(document, {"id": identity}, **caller)["report"]


def about(report: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": report["id"], "expectedVersion": report["version"], **more}


SCHEDULE = "reportSchedule { id version nextDueAt recipients isActive report { title } }"


def recipient(club: Club) -> str:
    """An address of a club's own, which no other test has."""
    return f"an@{club.organisation.code}.example"


def planned(club: Club, role: Role = Role.ANALYST, **more: Any) -> dict[str, Any]:
    """Let reports be sent to the club's domain, and have one sent every day."""
    club.make("reportRecipientsSet", "", {"patterns": [f"@{club.organisation.code}.example"]})
    made = create(club, role=role)
    given = {"reportId": made["id"], "title": "Drafts of today", "cadence": "DAILY"}
    given |= {"minuteOfDay": 7 * 60, "recipients": [recipient(club)], **more}
    found: dict[str, Any] = club.make("reportScheduleCreate", SCHEDULE, given, role=role)[
        "reportSchedule"
    ]
    return found


def changed(club: Club, schedule: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Replace a schedule of Drafts by one that differs in something."""
    row = club.query(
        "query($id: ID!) { node(id: $id) { ... on ReportSchedule { report { id } } } }",
        {"id": schedule["id"]},
        role=Role.ANALYST,
    )["node"]
    given = {"id": schedule["id"], "expectedVersion": schedule["version"], "cadence": "DAILY"}
    given |= {"reportId": row["report"]["id"], "title": "Drafts", "minuteOfDay": 420}
    given |= {"recipients": [recipient(club)], **more}
    found: dict[str, Any] = club.make("reportScheduleUpdate", SCHEDULE, given, role=Role.ANALYST)[
        "reportSchedule"
    ]
    return found
