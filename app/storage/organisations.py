"""Organisations: read and written by code or id, and the numbers of their Sales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text, update

from app.domain.organisations import Organisation
from app.storage.rows import names_of, values_of
from app.storage.tables import account, organisation

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection, Engine

    from app.storage.unit_of_work import UnitOfWork

_ORGANISATION = [organisation.c[name] for name in names_of(Organisation)]


REQUIRED = frozenset(column.name for column in _ORGANISATION if not column.nullable)
"""The settings that must not be empty."""


def find_organisation(engine: Engine, code: str) -> Organisation | None:
    """Read an organisation by its code."""
    with engine.connect() as connection:
        query = select(*_ORGANISATION).where(organisation.c.code == code)
        row = connection.execute(query).one_or_none()
        return None if row is None else Organisation(*row)


def organisation_by_id(engine: Engine, organisation_id: UUID) -> Organisation:
    """Read an organisation that exists."""
    with engine.connect() as connection:
        query = select(*_ORGANISATION).where(organisation.c.id == organisation_id)
        return Organisation(*connection.execute(query).one())


def organisation_codes(engine: Engine) -> list[str]:
    """List the codes of all organisations."""
    with engine.connect() as connection:
        query = select(organisation.c.code).order_by(organisation.c.code)
        return list(connection.execute(query).scalars())


def organisation_ids(engine: Engine) -> list[UUID]:
    """List the ids of all organisations, for work that is done for each of them."""
    with engine.connect() as connection:
        query = select(organisation.c.id).order_by(organisation.c.id)
        return list(connection.execute(query).scalars())


def read_organisation(work: UnitOfWork, *, lock: bool = False) -> Organisation:
    """Read the unit of work's own organisation, once, and again when it is to be locked.

    The lock keeps other changes of the settings away, but nobody who writes the club's rows.
    """
    if work.organisation is not None and not lock:
        return work.organisation
    query = select(*_ORGANISATION).where(organisation.c.id == work.organisation_id)
    if lock:
        query = query.with_for_update(key_share=True)
    work.organisation = Organisation(*work.connection.execute(query).one())
    return work.organisation


def insert_organisation(connection: Connection, new: Organisation) -> None:
    """Insert an organisation and the sequence that numbers its sales."""
    connection.execute(insert(organisation).values(values_of(new)))
    connection.execute(text(f"CREATE SEQUENCE {sale_sequence(new.id)}"))


def update_organisation(work: UnitOfWork, changed: Organisation) -> None:
    """Write an organisation's settings."""
    values = {name: value for name, value in values_of(changed).items() if name != "id"}
    mine = organisation.c.id == work.organisation_id
    work.connection.execute(update(organisation).where(mine).values(values))
    work.organisation = changed


def sale_sequence(organisation_id: UUID) -> str:
    """Name the sequence of an organisation's sale numbers.

    A sequence never makes two sellers wait for each other; numbers of undone transactions stay
    unused, which a sale code may, since it is no legal document number.
    """
    return f"sale_no_{organisation_id.hex}"


def next_sale_no(work: UnitOfWork) -> int:
    """Draw the next sale number of the organisation."""
    query = text(f"SELECT nextval('{sale_sequence(work.organisation_id)}')")
    return int(work.connection.execute(query).scalar_one())


def find_account_id(engine: Engine, organisation_id: UUID, code: str) -> UUID | None:
    """Find an account by its code."""
    query = select(account.c.id).where(
        account.c.organisation_id == organisation_id, account.c.code == code
    )
    with engine.connect() as connection:
        found: UUID | None = connection.execute(query).scalar_one_or_none()
        return found
