"""Reports of a club, beside what is read of them row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from app.storage.tables import organisation, report, report_favourite, report_recipient
from app.storage.visibility import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.permissions import Actor
    from app.storage.reads import Reader
    from app.storage.unit_of_work import UnitOfWork


def count_reports(work: UnitOfWork) -> int:
    """Count the club's reports that are not deleted, while nobody else of the club adds one."""
    lock = select(organisation.c.id).where(organisation.c.id == work.organisation_id)
    work.connection.execute(lock.with_for_update(key_share=True))
    query = select(func.count()).where(
        report.c.organisation_id == work.organisation_id, report.c.deleted_at.is_(None)
    )
    return int(work.connection.execute(query).scalar_one())


def remove_favourite(work: UnitOfWork, person: str, report_key: str) -> None:
    """Make a report no favourite of somebody's; it may be none already."""
    f = report_favourite.c
    work.connection.execute(
        delete(report_favourite).where(
            f.organisation_id == work.organisation_id,
            f.person == person,
            f.report_key == report_key,
        )
    )


async def present_reports(reader: Reader, actor: Actor) -> list[Mapping[str, Any]]:
    """Read the club's reports that an actor sees, by title."""
    query = (
        select(*report.c)
        .where(visible(report, actor), report.c.deleted_at.is_(None))
        .order_by(report.c.title, report.c.id)
    )
    return await reader.run(query)


async def favourites_of(reader: Reader, actor: Actor) -> frozenset[str]:
    """Read the keys of an actor's favourite reports."""
    f = report_favourite.c
    query = select(f.report_key).where(
        f.organisation_id == actor.organisation_id, f.person == actor.person
    )
    return frozenset(row["report_key"] for row in await reader.run(query))


async def recipients_of(reader: Reader, actor: Actor) -> list[str]:
    """Read to whom a club lets reports be sent, by name."""
    r = report_recipient.c
    query = select(r.pattern).where(r.organisation_id == actor.organisation_id).order_by(r.pattern)
    return [row["pattern"] for row in await reader.run(query)]
