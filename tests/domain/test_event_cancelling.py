"""How far a job is that cancels a calendar item across all Sales."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from app.domain.cancelling import CreditWhere
from app.domain.event_cancelling import (
    EventCancellation,
    EventCancellationStatus,
    EventSaleStatus,
    begin_job,
    retry_job,
    step_job,
)
from app.domain.organisations import CreditNotes
from app.domain.payments import CreditSettlement

BEGUN, LATER = datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 8, 2, tzinfo=UTC)
JOB = EventCancellation(
    id=UUID(int=1),
    calendar_item_id=UUID(int=2),
    reason="snow",
    status=EventCancellationStatus.RUNNING,
    credit_where=CreditWhere.PROPORTIONAL,
    credit_notes=CreditNotes.PER_DOCUMENT,
    settlement=CreditSettlement.KEEP,
    total=3,
    done=0,
    failed=0,
    version=1,
    created_by="sales:1",
    created_at=BEGUN,
)


def test_a_job_without_sales_has_ended_as_it_begins() -> None:
    assert begin_job(JOB) == JOB
    done = EventCancellationStatus.DONE
    assert begin_job(replace(JOB, total=0)) == replace(JOB, total=0, status=done, ended_at=BEGUN)


def test_a_job_ends_with_its_last_sale_and_says_whether_any_failed() -> None:
    one = step_job(JOB, EventSaleStatus.DONE, LATER)
    assert one == replace(JOB, done=1, version=2)
    two = step_job(one, EventSaleStatus.SKIPPED, LATER)
    assert two == replace(JOB, done=2, version=3)
    well = step_job(two, EventSaleStatus.DONE, LATER)
    assert (well.status, well.done, well.ended_at) == (EventCancellationStatus.DONE, 3, LATER)
    badly = step_job(two, EventSaleStatus.FAILED, LATER)
    assert (badly.done, badly.failed, badly.version) == (2, 1, 4)
    assert badly.status is EventCancellationStatus.DONE_WITH_FAILURES


def test_trying_again_leaves_what_went_well() -> None:
    status = EventCancellationStatus.DONE_WITH_FAILURES
    ended = replace(JOB, done=1, failed=2, status=status, ended_at=LATER, version=4)
    assert retry_job(ended) == replace(JOB, done=1, version=5)
