"""Cancelling a calendar item across all Sales: previewed, started, carried out, interrupted."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.commands.event_cancelling import cancel_events, cancel_next
from app.commands.execution import Runner
from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.permissions import Role
from app.storage.unit_of_work import UnitOfWork
from tests.api.documented import report
from tests.club import Club
from tests.stadium import Stadium, build_stadium

JOB = """eventCancellation { id status total done failed version reason creditWhere endedAt
  calendarItem { code status } sales { nodes { position status message endedAt
    sale { id code status } cancellation { amount { amount } reason isWhole } } } }"""
PREVIEW = """
query($input: EventCancellationPreviewInput!) { eventCancellationPreview(input: $input) {
  userErrors { code path }
  preview { calendarItem { code } saleCount draftCount subSaleCount lineCount seatCount
    entitlementCount creditNoteCount refusedCount
    totals { net { amount currency } vat { amount } gross { amount } credited { amount } } } } }
"""
SALES = 40


@dataclass(frozen=True, slots=True)
class Failing(Runner):
    """Runs commands, but the first of them ends with an error just before it would be written."""

    errors: list[BaseException] = field(default_factory=list)

    def transact(self, organisation_id: UUID, actor_name: str, action: Any, *more: Any) -> Any:
        def fail(work: UnitOfWork) -> Any:
            done = action(work)
            if self.errors:
                raise self.errors.pop()
            return done

        # Without the arguments `super()` would look for the class before it got its slots.
        return Runner.transact(self, organisation_id, actor_name, fail, *more)


@dataclass
class Sold:
    """What is sold at two matches, of which the first is to be cancelled."""

    stadium: Stadium
    item: str
    other: str
    drafts: list[dict[str, Any]]
    open: list[dict[str, Any]]
    documented: list[dict[str, Any]]
    parent: dict[str, Any]
    sub_sale: dict[str, Any]
    partly: dict[str, Any]

    @property
    def club(self) -> Club:
        return self.stadium.club

    def start(self, reason: str = "snow", **policies: Any) -> dict[str, Any]:
        """Start cancelling the first match; return the job."""
        given = {"calendarItemId": self.item, "reason": reason, **policies}
        job: dict[str, Any] = self.club.make("eventCancellationStart", JOB, given)[
            "eventCancellation"
        ]
        return job

    def step(self, job: dict[str, Any], runner: Runner | None = None) -> bool:
        """Let the worker deal with the next Sale."""
        organisation_id = self.club.organisation.id
        job_id = self.stadium.uuid(job["id"])
        return cancel_next(runner or self.club.runner, organisation_id, job_id)

    def finish(self, job: dict[str, Any]) -> dict[str, Any]:
        """Let the worker deal with all that wait; return the job as it is then."""
        while self.step(job):
            pass
        return self.read(job)

    def read(self, job: dict[str, Any]) -> dict[str, Any]:
        """Read the job with all its Sales."""
        inner = JOB.partition("{")[2].rpartition("}")[0].replace("sales {", "sales(first: 100) {")
        document = (
            f"query($id: ID!) {{ node(id: $id) {{ ... on EventCancellation {{ {inner} }} }} }}"
        )
        found: dict[str, Any] = self.club.query(document, {"id": job["id"]})["node"]
        return found

    def preview(self, item: str | None = None, **caller: Any) -> dict[str, Any]:
        """Preview cancelling the first match."""
        given = {"input": {"calendarItemId": item or self.item}}
        found: dict[str, Any] = self.club.query(PREVIEW, given, **caller)[
            "eventCancellationPreview"
        ]
        return found

    def reserved(self, item: str) -> int:
        """Count the seats that somebody has at a match."""
        document = """query($i: [ID!]) { reservations(first: 100, filter: {calendarItemId: $i,
            state: [HELD, SOLD]}) { totalCount { count } } }"""
        found = self.club.query(document, {"i": [item]})["reservations"]["totalCount"]
        return int(found["count"])

    def statuses(self) -> dict[str, str]:
        """Return the status of every Sale by code."""
        nodes = self.club.query("{ sales(first: 100) { nodes { code status } } }")["sales"]["nodes"]
        return {one["code"]: one["status"] for one in nodes}


def seat(stadium: Stadium, position: int, **scope: Any) -> dict[str, Any]:
    """Write a line of one seat for 90.00 over three matches, or 30.00 at one."""
    price = "30.00" if scope else "90.00"
    return stadium.line("SEAT", 1, price, seatIds=[stadium.seats[position]], **scope)


def build(club: Club) -> Sold:
    """Sell one seat each in 40 Sales of many kinds, and hospitality in a sub-sale."""
    stadium = build_stadium(club, seats=SALES + 2)
    item, other = stadium.matches[:2]
    sales = []
    for position in range(SALES - 2):
        scope = {"calendarItemId": item} if position % 4 == 3 else {}
        sale = stadium.add(stadium.begin(), seat(stadium, position, **scope))
        sales.append(stadium.equal(sale, 2))
    drafts, finals = sales[:10], [stadium.act("saleFinalise", one) for one in sales[10:]]
    documented = finals[:12]
    for sale in documented:
        club.make("invoiceDocumentRecord", "", report(sale["invoices"][0]))
    parent = stadium.add(stadium.begin(), seat(stadium, SALES - 2))
    parent = stadium.act("saleFinalise", stadium.equal(parent, 2))
    sub_sale = stadium.begin(parentSaleId=parent["id"])
    sub_sale = stadium.add(sub_sale, stadium.line("COCKTAIL", 1, "60.00"))
    sub_sale = stadium.act("saleFinalise", stadium.equal(sub_sale, 1))
    partly = stadium.add(stadium.begin(), seat(stadium, SALES - 1), seat(stadium, SALES))
    partly = stadium.act("saleFinalise", stadium.equal(partly, 1))
    one = {"lineId": partly["lines"][0]["id"], "calendarItemIds": [item]}
    partly = stadium.cancel(partly, lines=[one])
    return Sold(stadium, item, other, drafts, finals[12:], documented, parent, sub_sale, partly)


@pytest.mark.slow
def test_an_item_is_cancelled_in_every_sale_and_no_other_item_is_touched(club: Club) -> None:
    sold = build(club)
    assert (sold.reserved(sold.item), sold.reserved(sold.other)) == (40, 32)
    seen = sold.preview()
    assert seen["userErrors"] == []
    # 9 seats at 30.00 for this match alone, 31 seats and a cocktail at 30.00 and 20.00 of a season.
    assert seen["preview"] == {
        "calendarItem": {"code": "M1"},
        "saleCount": 41,
        "draftCount": 10,
        "subSaleCount": 1,
        "lineCount": 41,
        "seatCount": 40,
        "entitlementCount": 41,
        "creditNoteCount": 12,
        "refusedCount": 0,
        "totals": [
            {
                "net": {"amount": "1220.00", "currency": "EUR"},
                "vat": {"amount": "74.40"},
                "gross": {"amount": "1294.40"},
                "credited": {"amount": "190.80"},
            }
        ],
    }
    job = sold.start()
    assert (job["status"], job["total"], job["done"]) == ("RUNNING", 41, 0)
    assert job["calendarItem"] == {"code": "M1", "status": "CANCELLED"}
    ended = sold.finish(job)
    assert (ended["status"], ended["done"], ended["failed"]) == ("DONE", 41, 0)
    assert ended["endedAt"] is not None
    rows = ended["sales"]["nodes"]
    assert {(one["status"], one["message"]) for one in rows} == {("DONE", None)}
    assert {one["cancellation"]["reason"] for one in rows} == {"snow"}
    assert sum(int(one["cancellation"]["amount"]["amount"][:-3]) for one in rows) == 1_220
    order = {one["sale"]["id"]: one["position"] for one in rows}
    assert order[sold.sub_sale["id"]] < order[sold.parent["id"]]
    assert (sold.reserved(sold.item), sold.reserved(sold.other)) == (0, 32)
    assert [sold.stadium.taken()[f"LOUNGE {code}"] for code in ("M1", "M2", "M3")] == [0, 1, 1]
    check_amounts(sold)


def check_amounts(sold: Sold) -> None:
    """Compare what each kind of Sale is worth after the match is cancelled."""
    season, single = sold.documented[0], sold.documented[1]
    assert [len(one["lines"]) for one in (season, single)] == [1, 1]
    after = sold.stadium.read(season)
    assert after["net"]["amount"] == "60.00"
    # 45.00 is documented, so 15.00 is credited; the other invoice falls to 30.00.
    assert [one["net"]["amount"] for one in after["invoices"]] == ["45.00", "30.00", "-15.00"]
    assert sold.stadium.read(single)["net"]["amount"] == "0.00"
    assert sold.statuses()[single["code"]] == "CANCELLED"
    unbilled = sold.stadium.read(sold.open[0])
    assert [one["net"]["amount"] for one in unbilled["invoices"]] == ["30.00", "30.00"]
    draft = sold.stadium.read(sold.drafts[0])
    assert (draft["status"], draft["net"]["amount"]) == ("DRAFT", "60.00")
    assert sold.stadium.read(sold.drafts[3])["status"] == "CANCELLED"
    assert sold.stadium.read(sold.parent)["net"]["amount"] == "60.00"
    assert sold.stadium.read(sold.sub_sale)["net"]["amount"] == "40.00"
    # One seat had lost this match before.
    assert sold.stadium.read(sold.partly)["net"]["amount"] == "120.00"


@pytest.mark.slow
def test_a_crash_in_the_middle_repeats_nothing_and_loses_nothing(club: Club) -> None:
    sold = build(club)
    job = sold.start()
    for _ in range(17):
        assert sold.step(job)
    with pytest.raises(KeyboardInterrupt):
        sold.step(job, Failing(club.runner.engine, errors=[KeyboardInterrupt()]))
    halfway = sold.read(job)
    assert (halfway["status"], halfway["done"]) == ("RUNNING", 17)
    assert [one["status"] for one in halfway["sales"]["nodes"]] == ["DONE"] * 17 + ["WAITING"] * 24
    ended = sold.finish(job)
    assert (ended["status"], ended["done"]) == ("DONE", 41)
    cancelled = [one["cancellation"]["amount"]["amount"] for one in ended["sales"]["nodes"]]
    assert sum(int(one[:-3]) for one in cancelled) == 1_220
    notes = "{ invoices(first: 100, filter: {kind: [CREDIT_NOTE]}) { totalCount { count } } }"
    assert club.query(notes)["invoices"]["totalCount"] == {"count": 12}
    assert not sold.step(job)


def small(club: Club) -> Sold:
    """Sell two seats at a match in one Draft and one Final Sale."""
    stadium = build_stadium(club)
    item, other = stadium.matches[:2]
    first = stadium.equal(stadium.add(stadium.begin(), seat(stadium, 0)), 1)
    second = stadium.equal(stadium.add(stadium.begin(), seat(stadium, 1)), 1)
    second = stadium.act("saleFinalise", second)
    return Sold(stadium, item, other, [first], [second], [], second, first, second)


def test_what_is_sold_out_of_the_way_meanwhile_is_skipped(club: Club) -> None:
    sold = small(club)
    job = sold.start()
    sold.stadium.cancel(sold.drafts[0], calendarItemIds=[sold.item])
    assert cancel_events(club.runner, datetime.now(UTC)) >= 2
    assert cancel_events(club.runner, datetime.now(UTC)) == 0
    ended = sold.read(job)
    assert (ended["status"], ended["done"], ended["failed"]) == ("DONE", 2, 0)
    assert {one["status"] for one in ended["sales"]["nodes"]} == {"SKIPPED", "DONE"}


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DomainError(Violation(ErrorCode.SALE_STATUS_INVALID, "it is shut")), "it is shut"),
        (RuntimeError("a fault"), "something unforeseen happened; the log of the worker has it"),
    ],
)
def test_a_sale_that_refuses_keeps_no_other_from_being_cancelled(
    club: Club, error: Exception, message: str
) -> None:
    sold = small(club)
    job = sold.start()
    assert sold.step(job, Failing(club.runner.engine, errors=[error]))
    failed = sold.finish(job)
    assert (failed["status"], failed["done"], failed["failed"]) == ("DONE_WITH_FAILURES", 1, 1)
    broken, well = failed["sales"]["nodes"]
    assert (broken["status"], broken["message"]) == ("FAILED", message)
    assert (well["status"], well["message"]) == ("DONE", None)
    assert sold.reserved(sold.item) == 1
    again = {"eventCancellationId": job["id"], "expectedVersion": failed["version"]}
    retried = club.make("eventCancellationRetry", JOB, again)["eventCancellation"]
    assert (retried["status"], retried["done"], retried["failed"]) == ("RUNNING", 1, 0)
    ended = sold.finish(job)
    assert (ended["status"], ended["done"], ended["failed"]) == ("DONE", 2, 0)
    assert sold.reserved(sold.item) == 0


def test_nothing_is_sold_at_the_item_once_it_is_started(club: Club) -> None:
    sold = small(club)
    stadium = sold.stadium
    sub_sale = stadium.begin(parentSaleId=sold.parent["id"])
    stadium.add(sub_sale, stadium.line("COCKTAIL", 1, "60.00"))
    job = sold.start()
    rows = sold.read(job)["sales"]["nodes"]
    assert rows[0]["sale"]["id"] == sub_sale["id"]
    fresh = stadium.begin()
    given = stadium.about(fresh, lines=[seat(stadium, 2, calendarItemId=sold.item)])
    assert stadium.refused("saleLineAdd", given) == [
        ("CALENDAR_ITEM_CLOSED", ["lines", "0", "calendarItemId"])
    ]
    assert sold.finish(job)["status"] == "DONE"


def test_what_stands_against_starting_and_retrying(club: Club, other_club: Club) -> None:
    sold = small(club)
    stadium = sold.stadium
    given = {"calendarItemId": sold.item, "reason": "snow"}
    refused = stadium.refused
    assert refused("eventCancellationStart", {**given, "reason": " "}) == [
        ("REASON_REQUIRED", ["reason"])
    ]
    assert refused("eventCancellationStart", given, role=Role.FINANCE) == [
        ("PERMISSION_DENIED", [])
    ]
    last = {**given, "creditWhere": "LAST_FIRST"}
    assert refused("eventCancellationStart", last, role=Role.SALES) == [("PERMISSION_DENIED", [])]
    theirs = build_stadium(other_club).matches[0]
    foreign = {**given, "calendarItemId": theirs}
    assert refused("eventCancellationStart", foreign) == [("NOT_FOUND", ["calendarItemId"])]
    assert sold.preview(theirs)["userErrors"] == [{"code": "NOT_FOUND", "path": ["calendarItemId"]}]
    assert sold.preview("venue_1")["userErrors"][0]["code"] == "ID_INVALID"
    job = sold.start()
    running = [("EVENT_CANCELLATION_RUNNING", ["calendarItemId"])]
    assert refused("eventCancellationStart", given) == running
    again = {"eventCancellationId": job["id"], "expectedVersion": 1}
    assert refused("eventCancellationRetry", again) == [
        ("EVENT_CANCELLATION_RUNNING", ["eventCancellationId"])
    ]
    ended = sold.finish(job)
    assert refused("eventCancellationRetry", again) == [("VERSION_STALE", ["expectedVersion"])]
    again["expectedVersion"] = ended["version"]
    assert refused("eventCancellationRetry", again) == [("CANCEL_NOTHING", ["eventCancellationId"])]
    # Starting anew finds nothing, and has ended at once.
    assert sold.start()["status"] == "DONE"


def test_an_item_that_was_played_is_not_cancelled(club: Club) -> None:
    stadium = build_stadium(club)
    gone = {"code": "OLD", "name": "Old", "kind": "MATCH", "seasonId": stadium.ids["S1"]}
    gone |= {"venueId": stadium.ids["V"], "startsAt": "2020-08-01T18:00:00Z"}
    item = stadium.make("calendarItemCreate", "calendarItem", gone)
    club.make("calendarItemMarkPlayed", "", {"id": item, "expectedVersion": 1})
    given = {"calendarItemId": item, "reason": "snow"}
    closed = [("CALENDAR_STATUS_INVALID", ["calendarItemId"])]
    assert stadium.refused("eventCancellationStart", given) == closed


def test_a_draft_of_a_job_is_not_removed(club: Club) -> None:
    sold = small(club)
    sold.finish(sold.start())
    draft = sold.stadium.read(sold.drafts[0])
    given = sold.stadium.about(draft, reason="a mistake")
    assert sold.stadium.refused("saleRemove", given) == [("IN_USE", ["saleId"])]
