"""Facts side by side, every table as one hash; and a club's master data, changed at random."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from semantic.sync.schema import TABLES

if TYPE_CHECKING:
    import random

    from semantic.sync.store import Facts
    from tests.club import Club
    from tests.stadium import Stadium


def rows_of(facts: Facts, table: str) -> list[str]:
    """All rows of a table as texts, in order."""
    with facts.cursor() as cursor:
        return sorted(map(repr, cursor.execute(f"FROM store.{table}").fetchall()))


def hashes(facts: Facts) -> dict[str, str]:
    """The hash of the rows of every table."""
    return {
        one.name: hashlib.sha256("\n".join(rows_of(facts, one.name)).encode()).hexdigest()
        for one in TABLES
        if one.name != "dim_date"
    } | {"dim_date": _hash_of_days(facts)}


def _hash_of_days(facts: Facts) -> str:
    """The hash of the days, of which there are too many to look at one by one."""
    with facts.cursor() as cursor:
        found = cursor.execute("SELECT count(*), bit_xor(hash(d)) FROM store.dim_date AS d")
        return str(found.fetchall())


def differing(one: Facts, other: Facts) -> dict[str, list[str]]:
    """The rows of each table that only one of two stores of facts has."""
    before, after = hashes(one), hashes(other)
    return {
        table: sorted(set(rows_of(one, table)) ^ set(rows_of(other, table)))[:6]
        for table in before
        if before[table] != after[table]
    }


def values(facts: Facts, statement: str) -> list[tuple[Any, ...]]:
    """Ask a question of the tables of all clubs."""
    with facts.cursor() as cursor:
        return cursor.execute(statement).fetchall()


@dataclass
class Register:
    """Changes a club's master data as its users do, drawn by lot."""

    stadium: Stadium
    dice: random.Random
    told: list[str] = field(default_factory=list)

    @property
    def club(self) -> Club:
        return self.stadium.club

    def change(self, noun: str, member: str, identity: str, **values: Any) -> None:
        """Change fields of something at the version it has now."""
        table = "".join(f"_{one.lower()}" if one.isupper() else one for one in noun)
        with self.club.runner.engine.connect() as connection:
            found = connection.execute(
                text(f"SELECT version FROM {table} WHERE id = :id"),
                {"id": self.stadium.uuid(identity)},
            ).scalar_one()
        given = {"id": identity, "expectedVersion": found, **values}
        self.club.make(f"{noun}Update", f"{member} {{ id }}", given)
        self.told.append(f"{noun} {values}")

    def change_something(self) -> None:
        """Change one thing."""
        ids, word = self.stadium.ids, f"W{self.dice.randrange(1000)}"
        changes: list[tuple[str, str, dict[str, Any]]] = [
            ("account", ids["A1"], {"segment": word}),
            ("account", ids["A1"], {"repCode": word}),
            ("account", ids["A1"], {"city": None, "name": word}),
            ("product", ids["SEAT"], {"name": word}),
            ("product", ids["SCARF"], {"category": word}),
            ("product", ids["SCARF"], {}),
            ("productGroup", ids["GROUP"], {"name": word}),
            ("resource", self.dice.choice(self.stadium.seats), {"category": word}),
            ("location", ids["N"], {"name": word}),
            ("venue", ids["V"], {"name": word}),
            ("season", ids["S1"], {"name": word}),
            ("calendarItem", ids["M1"], {"name": word}),
        ]
        noun, identity, values = self.dice.choice(changes)
        if values:
            self.change(noun, noun, identity, **values)
        else:
            self.move_product()

    def move_product(self) -> None:
        """Move a product to the other of two groups, and rename the one that it leaves."""
        ids, word = self.stadium.ids, f"L{self.dice.randrange(1000)}"
        if "OTHER" not in ids:
            given = {"code": "OTHER", "name": "Other"}
            self.stadium.make("productGroupCreate", "productGroup", given)
        group = self.dice.choice(["GROUP", "OTHER"])
        self.change("product", "product", ids["SCARF"], productGroupId=ids[group])
        self.change("productGroup", "productGroup", ids["OTHER"], name=word)
