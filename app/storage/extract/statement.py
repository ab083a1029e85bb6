"""How an extract is written: one SELECT for everything, or for what follows from changed ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

ROWS = "{rows}"
"""Stands in an extract's SELECT where its rows come from."""


@dataclass(frozen=True, slots=True)
class Extract:
    """A SELECT over the rows of one table.

    `select` has `{rows}` where the table stands; one without it is small, and always read whole.
    `key` is the table's key beside the club. `follows` are the kinds of change after which rows
    are read again, each with the column of the table that holds its id, or with a SELECT of the
    keys (the club first) of those rows, in which `{changed}` is a relation of clubs and ids.
    """

    table: str
    select: str
    follows: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)

    def statement(self, changed: Mapping[str, Collection[UUID]] | None) -> str:
        """Write the SELECT: for everything, or for the rows that follow from what changed."""
        if changed is None or ROWS not in self.select:
            return self.select.replace(ROWS, self.table)
        found = [
            self._keys(source, ids)
            for kind, source in self.follows.items()
            if (ids := changed.get(kind))
        ]
        key = ", ".join(("organisation_id", *self.key))
        wanted = " UNION ".join(found) if found else f"SELECT {key} FROM {self.table} WHERE false"
        rows = f"(SELECT it.* FROM {self.table} AS it JOIN ({wanted}) AS wanted USING ({key}))"
        return self.select.replace(ROWS, rows)

    def _keys(self, source: str, ids: Collection[UUID]) -> str:
        """Select the keys of the rows that follow from ids of one kind.

        The clubs are joined because every index begins with the club.
        """
        if " " in source:
            return source.replace("{changed}", changed_ids(ids))
        key = ", ".join(f"it.{name}" for name in ("organisation_id", *self.key))
        condition = f"it.{source} = ANY({_array(ids)})"
        return (
            f"SELECT {key} FROM organisation AS club JOIN {self.table} AS it "
            f"ON it.organisation_id = club.id AND {condition}"
        )


def changed_ids(ids: Collection[UUID]) -> str:
    """Write a relation of every club with every id; an id belongs to one of them."""
    return (
        "(SELECT club.id AS organisation_id, one.id FROM organisation AS club, "
        f"unnest({_array(ids)}) AS one(id))"
    )


def _array(ids: Collection[UUID]) -> str:
    """Write ids as one constant, in order, so that equal batches are equal statements."""
    return "'{" + ",".join(sorted(str(one) for one in ids)) + "}'::uuid[]"
