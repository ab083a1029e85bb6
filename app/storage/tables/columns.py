"""Builders for tables whose rows belong to one organisation.

Every such table has the primary key `(organisation_id, id)`, and every reference between two of
them carries the organisation too, so the database itself cannot relate rows of two clubs.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Dialect
    from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def tenant_table(name: str, *items: SchemaItem, key: tuple[str, ...] = ("id",)) -> Table:
    """Build a table of one organisation's rows, with the primary key `(organisation_id, *key)`.

    An `id` column is added when `key` is the default.
    """
    own = [Column("id", Uuid, nullable=False)] if key == ("id",) else []
    return Table(
        name,
        metadata,
        Column("organisation_id", Uuid, ForeignKey("organisation.id"), nullable=False),
        *own,
        *items,
        PrimaryKeyConstraint("organisation_id", *key),
    )


def reference(column: str, target: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Build the foreign key `(organisation_id, column)` to `target`'s `(organisation_id, id)`."""
    return ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        ondelete=ondelete,
    )


def uuid(name: str, *, optional: bool = False) -> Column[object]:
    """Build a UUID column."""
    return Column(name, Uuid, nullable=optional)


def string(name: str, *, optional: bool = False, default: str | None = None) -> Column[str]:
    """Build a text column; lengths are the domain's rules, the store only keeps the text."""
    server_default = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=optional, server_default=server_default)


class Choice(TypeDecorator[StrEnum]):
    """A text column whose values are the members of one enum."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        """Read and write members of one enum."""
        super().__init__()
        self.members = members

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Send a member as its plain text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 - same
        """Return the member that a text stands for."""
        return None if value is None else self.members(value)


class ChoiceSet(TypeDecorator[frozenset[StrEnum]]):
    """A text column that holds several members of one enum, sorted and parted by spaces."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        """Read and write sets of members of one enum."""
        super().__init__()
        self.members = members

    def process_bind_param(self, value: frozenset[StrEnum] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Send the members as one text."""
        return None if value is None else " ".join(sorted(value))

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - same
    ) -> frozenset[StrEnum] | None:
        """Return the members that a text names."""
        return None if value is None else frozenset(map(self.members, value.split()))


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's `xid8`: the number of the transaction that wrote a row, never used again."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Name the type."""
        return "xid8"


ischema_names["xid8"] = TransactionId  # so that reflection, and with it Alembic, knows the type


def transaction_id(name: str) -> Column[str]:
    """Build a column that the database fills with the number of the writing transaction."""
    return Column(name, TransactionId, nullable=False, server_default=text("pg_current_xact_id()"))


def choice(name: str, members: type[StrEnum], *, optional: bool = False) -> Column[StrEnum]:
    """Build a column for an enum; `one_of` adds the check that belongs to it."""
    return Column(name, Choice(members), nullable=optional)


def choice_set(
    name: str, members: type[StrEnum], *, optional: bool = False
) -> Column[frozenset[StrEnum]]:
    """Build a column for several members of an enum."""
    return Column(name, ChoiceSet(members), nullable=optional)


def sort_key(column: str) -> Column[str]:
    """Build the generated column by which names are sorted: without accents and capitals.

    The embedded PostgreSQL has no ICU, and code point order would put É behind Z.
    """
    bare = f"regexp_replace(normalize({column}, NFKD), '[\u0300-\u036f]', '', 'g')"
    return Column(f"{column}_key", Text, Computed(f"lower({bare})", persisted=True), nullable=False)


def minor(name: str, *, optional: bool = False) -> Column[int]:
    """Build an amount in minor units of the row's currency."""
    return Column(name, BigInteger, nullable=optional)


def count(name: str, *, optional: bool = False) -> Column[int]:
    """Build a 32-bit whole number."""
    return Column(name, Integer, nullable=optional)


def instant(name: str, *, optional: bool = False) -> Column[object]:
    """Build a UTC instant."""
    return Column(name, DateTime(timezone=True), nullable=optional)


def version() -> Column[int]:
    """Build the version that optimistic concurrency compares, from 1 upwards."""
    return Column("version", Integer, nullable=False, server_default=text("1"))


def one_of(column: str, values: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """Build the check that a text column holds one of an enum's values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def rule(name: str, condition: str) -> CheckConstraint:
    """Build a named check constraint; the name reads as the rule that holds."""
    if not re.fullmatch(r"[a-z_]+", name):
        message = f"constraint name {name!r} is not snake_case"
        raise ValueError(message)
    return CheckConstraint(condition, name=name)
