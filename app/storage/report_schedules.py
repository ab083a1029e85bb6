"""Which reports are due to be sent, and claiming them so that nobody else sends them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from app.domain.report_schedules import ReportDelivery, ReportSchedule
from app.storage.rows import names_of
from app.storage.tables import report_delivery, report_recipient, report_schedule

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from app.storage.engine import Engine
    from app.storage.unit_of_work import UnitOfWork

_SCHEDULE = [report_schedule.c[name] for name in names_of(ReportSchedule)]
_DELIVERY = [report_delivery.c[name] for name in names_of(ReportDelivery)]


def due_schedules(engine: Engine, now: datetime) -> list[tuple[UUID, UUID]]:
    """List (organisation, schedule) of all that are due."""
    s = report_schedule.c
    query = select(s.organisation_id, s.id).where(s.is_active, s.next_due_at <= now)
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


def lock_due(work: UnitOfWork, schedule_id: UUID, now: datetime) -> ReportSchedule | None:
    """Lock a schedule that is due; None when it is not any more, or another worker has it."""
    s = report_schedule.c
    query = (
        select(*_SCHEDULE)
        .where(s.organisation_id == work.organisation_id, s.id == schedule_id)
        .where(s.is_active, s.next_due_at <= now)
        .with_for_update(skip_locked=True)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else ReportSchedule(*row)


def open_deliveries(engine: Engine, now: datetime) -> list[tuple[UUID, UUID]]:
    """List (organisation, delivery) of all that are to be tried, or whose lease has ended."""
    d = report_delivery.c
    query = (
        select(d.organisation_id, d.id).where(d.next_attempt_at <= now).order_by(d.next_attempt_at)
    )
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


def lock_open(work: UnitOfWork, delivery_id: UUID, now: datetime) -> ReportDelivery | None:
    """Lock a delivery that is to be tried; None when it is not, or another worker has it."""
    d = report_delivery.c
    query = (
        select(*_DELIVERY)
        .where(d.organisation_id == work.organisation_id, d.id == delivery_id)
        .where(d.next_attempt_at <= now)
        .with_for_update(skip_locked=True)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else ReportDelivery(*row)


def remove_recipients(work: UnitOfWork, patterns: Collection[str]) -> None:
    """Let reports no longer be sent to some addresses and domains."""
    r = report_recipient.c
    work.connection.execute(
        delete(report_recipient).where(
            r.organisation_id == work.organisation_id, r.pattern.in_(list(patterns))
        )
    )
