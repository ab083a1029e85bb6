"""Every statement of the API names its club, and the database refuses to relate two clubs."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, text
from sqlalchemy.exc import IntegrityError

from app.commands.sealing import seal
from app.domain.permissions import Role
from app.storage.engine import Engine
from app.storage.sealing import CHAINS
from app.storage.tables import metadata
from tests.api.foreign_inputs import build_input, mutations
from tests.api.furnished import Furnished, furnish, rows_by_table, version_of
from tests.api.schema_walk import Walk
from tests.api.statements import recorded, tables_without_club
from tests.club import Club
from tests.stadium import amount


def use_everything(furnished: Furnished) -> None:
    """Read all there is as two callers, try every mutation, and take a seat whose hold is over."""
    club, stadium = furnished.club, furnished.stadium
    Walk(club).run()
    account = UUID(hex=furnished.sample["account"].rpartition("_")[2])
    Walk(club, Role.PORTAL, account).run()
    for name, kind in mutations().items():
        given = build_input(
            name,
            kind,
            lambda _path, table: furnished.sample[table],
            lambda node_id: version_of(club, node_id),
        )
        club.mutate(name, "", given)
    seat = stadium.seats[5:6]
    line = stadium.line("SEAT", 1, "10.00", seatIds=seat)
    held = stadium.add(stadium.begin(), line)
    club.mutate("saleLineAdd", "", stadium.about(stadium.begin(), lines=[line]))
    with club.runner.engine.begin() as connection:
        statement = "UPDATE sale SET hold_expires_at = created_at WHERE id = :id"
        connection.execute(text(statement), {"id": UUID(hex=held["id"].rpartition("_")[2])})
    stadium.add(stadium.begin(), line)
    item = stadium.matches[0]
    document = "query($id: ID) { availability(calendarItemId: $id) { seats { free } "
    club.query(document + "freeResources(first: 5) { nodes { id } } } }", {"id": item})


@pytest.mark.slow
def test_every_statement_of_the_api_names_the_club_of_every_table(club: Club) -> None:
    with recorded() as statements:
        use_everything(furnish(club))
    # What this test itself sends to look around is not the API's.
    own = {"UPDATE sale SET hold_expires_at = created_at WHERE id = %(id)s"}
    furnishing = tuple(
        f"INSERT INTO report_{name} SELECT" for name in ("schedule", "delivery", "link")
    )
    sent = {
        one
        for one in statements - own
        if "max(" not in one and "t::text" not in one and not one.startswith(furnishing)
    }
    assert len(sent) > 200
    assert {one: found for one in sent if (found := tables_without_club(one))} == {}


_OF_CLUB = "WHERE s.organisation_id = %(a)s"
_SAME = "a.organisation_id = s.organisation_id"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT sale.id FROM sale WHERE sale.organisation_id = %(a)s", set()),
        ("SELECT sale.id FROM sale WHERE sale.id = %(a)s", {"sale"}),
        ("SELECT id FROM sale WHERE organisation_id = $1", set()),
        (
            "SELECT id FROM sale WHERE id IN (SELECT sale_id FROM entitlement)",
            {"sale", "entitlement"},
        ),
        (
            f"SELECT s.id FROM sale AS s JOIN account a ON a.id = s.account_id {_OF_CLUB}",
            {"account"},
        ),
        (
            f"SELECT s.id FROM sale s JOIN account a ON {_SAME} {_OF_CLUB} FOR UPDATE OF s",
            set(),
        ),
        ("UPDATE pool SET taken = 1 WHERE pool.id = %(a)s", {"pool"}),
        ("DELETE FROM pool USING location WHERE pool.organisation_id = %(a)s", {"location"}),
        ("INSERT INTO pool (organisation_id, id) VALUES (%(a)s, %(b)s)", set()),
        ("INSERT INTO pool (id) VALUES (%(b)s)", {"pool"}),
        ("SELECT 1 FROM sale, account WHERE sale.organisation_id = %(a)s", {"account"}),
        ("SELECT 1 FROM sale WHERE (sale.organisation_id = %(a)s OR true)", set()),
    ],
)
def test_the_check_of_statements_notices_a_table_without_its_club(
    statement: str, found: set[str]
) -> None:
    assert tables_without_club(statement) == found


def references(table: Table) -> list[tuple[str, Table]]:
    """The columns of a table that refer to another table of a club."""
    found = []
    for constraint in table.constraints:
        if not isinstance(constraint, ForeignKeyConstraint):
            continue
        names = [column.name for column in constraint.columns]
        if names == ["organisation_id"]:
            continue
        assert names[0] == "organisation_id", constraint
        found.append((names[1], constraint.referred_table))
    return found


APPEND_ONLY = {
    "audit_seal": {"sequence_no": "sequence_no + 1000"},
    "ledger_seal": {"sequence_no": "sequence_no + 1000"},
    "ledger_entry": {"id": "gen_random_uuid()"},
    "payment_allocation": {"id": "gen_random_uuid()"},
    "sale_movement": {"id": "gen_random_uuid()"},
    "scan": {"id": "gen_random_uuid()", "external_id": "gen_random_uuid()::text"},
}
"""Tables whose rows are never changed, and what of a copied row must be its own."""


def point_at(engine: Engine, table: Table, column: str, club: Club, target: UUID) -> str | None:
    """Let a row of a club refer to something; return the database's code of what it answers."""
    values: dict[str, Any] = {"club": club.organisation.id, "target": target}
    if table.name in APPEND_ONLY:
        # Its rows are never changed, so one is added.
        changed = {column: ":target", **APPEND_ONLY[table.name]}
        names = [one.name for one in table.columns]
        statement = f"""INSERT INTO {table.name} ({", ".join(names)})
            SELECT {", ".join(changed.get(name, name) for name in names)}
            FROM {table.name} WHERE organisation_id = :club
            ORDER BY {column} IS NULL LIMIT 1"""
    else:
        key = ", ".join(one.name for one in table.primary_key.columns)
        statement = f"""UPDATE {table.name} SET {column} = :target WHERE ({key}) = (
            SELECT {key} FROM {table.name} WHERE organisation_id = :club
            ORDER BY {column} IS NULL LIMIT 1)"""
    with engine.connect() as connection:
        try:
            done = connection.execute(text(statement), values)
        except IntegrityError as error:
            return str(getattr(error.orig, "sqlstate", None))
        assert done.rowcount == 1, f"{table.name} has no row to try with"
        return None


FOREIGN_KEY_VIOLATION = "23503"


def test_the_database_refuses_every_reference_to_another_clubs_row(
    club: Club, other_club: Club, engine: Engine
) -> None:
    furnish(club)
    furnish(other_club)
    for chain in CHAINS:
        seal(other_club.runner, other_club.organisation.id, chain)
    account = other_club.query("{ accounts(first: 1) { nodes { id } } }")["accounts"]["nodes"][0]
    paid = {"amount": amount("1.00"), "receivedOn": "2026-01-15", "method": "CASH"}
    other_club.make("paymentRecord", "", {"accountId": account["id"], **paid})
    other_club.make("venueCreate", "", {"code": "V2", "name": "Second", "country": "BE"})
    theirs = rows_by_table(club)
    answers = {
        f"{table.name}.{column}": point_at(
            engine, table, column, other_club, theirs[target.name][0]
        )
        for table in metadata.sorted_tables
        for column, target in references(table)
    }
    assert len(answers) > 60
    wrong = {place: code for place, code in answers.items() if code != FOREIGN_KEY_VIOLATION}
    assert wrong == {}
