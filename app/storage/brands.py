"""Logos and colours of clubs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.domain.brands import Brand
from app.storage.organisations import read_organisation
from app.storage.rows import names_of, values_of
from app.storage.tables import brand

if TYPE_CHECKING:
    from uuid import UUID

    from app.storage.reads import Reader
    from app.storage.unit_of_work import UnitOfWork

_BRAND = [brand.c[name] for name in names_of(Brand)]


def lock_brand(work: UnitOfWork) -> Brand:
    """Read a club's brand while nobody else changes it; an empty one where it has none yet."""
    read_organisation(work, lock=True)
    query = select(*_BRAND).where(brand.c.organisation_id == work.organisation_id)
    row = work.connection.execute(query).one_or_none()
    return Brand() if row is None else Brand(*row)


def write_brand(work: UnitOfWork, changed: Brand) -> None:
    """Write a club's brand over the one before."""
    values = {**values_of(changed), "updated_at": work.now}
    made = insert(brand).values(organisation_id=work.organisation_id, **values)
    work.connection.execute(
        made.on_conflict_do_update(
            index_elements=["organisation_id"],
            set_=values,
            where=brand.c.organisation_id == work.organisation_id,
        )
    )


async def brand_of(reader: Reader, organisation_id: UUID) -> Brand:
    """Read a club's brand; an empty one where it has none."""
    query = select(*_BRAND).where(brand.c.organisation_id == organisation_id)
    rows = await reader.run(query)
    return Brand(**rows[0]) if rows else Brand()
