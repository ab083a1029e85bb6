"""Links to reports beside what is read of them row by row: whoever opens one has no token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import any_, delete, func, select

from app.domain.report_links import ReportLink
from app.domain.tokens import AccessToken
from app.storage.rows import names_of
from app.storage.tables import access_token, organisation, report_frame, report_link

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.reads import Reader
    from app.storage.unit_of_work import UnitOfWork

_LINK, _TOKEN = names_of(ReportLink), names_of(AccessToken)


def count_open_links(work: UnitOfWork) -> int:
    """Count the club's links that still work, while nobody else of the club adds one."""
    lock = select(organisation.c.id).where(organisation.c.id == work.organisation_id)
    work.connection.execute(lock.with_for_update(key_share=True))
    query = select(func.count()).where(
        report_link.c.organisation_id == work.organisation_id,
        report_link.c.is_revoked.is_(False),
        report_link.c.expires_at > work.now,
    )
    return int(work.connection.execute(query).scalar_one())


def remove_frames(work: UnitOfWork, origins: Collection[str]) -> None:
    """Let reports no longer be shown in pages of some origins."""
    f = report_frame.c
    work.connection.execute(
        delete(report_frame).where(
            f.organisation_id == work.organisation_id, f.origin.in_(list(origins))
        )
    )


async def frames_of(reader: Reader, actor: Actor) -> list[str]:
    """Read in whose pages a club lets reports be shown, by name."""
    f = report_frame.c
    query = select(f.origin).where(f.organisation_id == actor.organisation_id).order_by(f.origin)
    return [row["origin"] for row in await reader.run(query)]


async def link_with_token(
    reader: Reader, organisation_id: UUID, link_id: UUID
) -> tuple[ReportLink, AccessToken] | None:
    """Read a link and its owner's token, also where they have ended; None: there is no such."""
    query = (
        select(
            *(report_link.c[name].label(f"link_{name}") for name in _LINK),
            *(access_token.c[name].label(f"token_{name}") for name in _TOKEN),
        )
        .join_from(
            report_link,
            access_token,
            (access_token.c.organisation_id == report_link.c.organisation_id)
            & (access_token.c.id == report_link.c.owner_token_id),
        )
        .where(report_link.c.organisation_id == organisation_id, report_link.c.id == link_id)
    )
    rows = await reader.run(query)
    if not rows:
        return None
    link = ReportLink(*(rows[0][f"link_{name}"] for name in _LINK))
    return link, AccessToken(*(rows[0][f"token_{name}"] for name in _TOKEN))


async def framing_origins(reader: Reader, link_id: UUID) -> tuple[str, ...]:
    """Read which sites may frame a link: those of the link that its club still allows.

    The page is asked for by its address alone, so this is all that somebody unknown is told.
    """
    query = (
        select(report_frame.c.origin)
        .join_from(
            report_frame,
            report_link,
            (report_frame.c.organisation_id == report_link.c.organisation_id)
            & (report_frame.c.origin == any_(report_link.c.origins)),
        )
        .where(report_link.c.id == link_id)
        .order_by(report_frame.c.origin)
    )
    return tuple(row["origin"] for row in await reader.run(query))
