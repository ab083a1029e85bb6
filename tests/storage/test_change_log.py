"""Triggers note whose rows of a report follow, once for each statement, in the same transaction."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.storage import migrations
from app.storage.change_triggers import NOTED
from app.storage.engine import Engine
from tests.api.furnished import Furnished, furnish
from tests.club import Club
from tests.conftest import LiveServer, found_club
from tests.scenarios.cancelled import e0, final, seat_of, whole_line
from tests.scenarios.invariants import RULES
from tests.stadium import build_stadium

pytestmark = pytest.mark.postgres

MINE = "organisation_id = :club"
OF_THE_CLUB = f"SELECT organisation_id FROM season WHERE {MINE}"
ITEMS = f"SELECT id FROM calendar_item WHERE {MINE}"
CASES = {
    "an account": (
        f"UPDATE account SET name = 'x' WHERE {MINE}",
        {"account": f"SELECT id FROM account WHERE {MINE}"},
    ),
    "an account's representative": (
        f"UPDATE account SET rep_code = 'x' WHERE {MINE}",
        {"account": f"SELECT id FROM account WHERE {MINE}", "rep": OF_THE_CLUB},
    ),
    "entitlements, once for a line": (
        f"UPDATE entitlement SET value_minor = 0 WHERE {MINE}",
        {"sale_line": f"SELECT DISTINCT line_id FROM entitlement WHERE {MINE}"},
    ),
    "reservations, once for a calendar item": (
        f"UPDATE reservation SET state = 'RELEASED' WHERE {MINE}",
        {"inventory": f"SELECT DISTINCT calendar_item_id FROM reservation WHERE {MINE}"},
    ),
    "reservations that are deleted": (
        f"DELETE FROM reservation WHERE {MINE}",
        {"inventory": f"SELECT DISTINCT calendar_item_id FROM reservation WHERE {MINE}"},
    ),
    "pools with and without a calendar item": (
        f"UPDATE pool SET taken = 0 WHERE {MINE}",
        {"inventory": f"SELECT DISTINCT coalesce(calendar_item_id, id) FROM pool WHERE {MINE}"},
    ),
    "what is owed of an invoice": (
        f"UPDATE receivable SET is_waiting = true WHERE {MINE}",
        {"invoice": f"SELECT invoice_id FROM receivable WHERE {MINE}"},
    ),
    "a group of products": (
        f"UPDATE product_group SET name = 'x' WHERE {MINE}",
        {
            "product": f"SELECT id FROM product WHERE {MINE}",
            "product_group": f"SELECT id FROM product_group WHERE {MINE}",
        },
    ),
    "seats, with what can be sold at the matches around them": (
        f"UPDATE resource SET category = 'x' WHERE {MINE} AND kind = 'SEAT'",
        {"resource": f"SELECT id FROM resource WHERE {MINE} AND kind = 'SEAT'", "inventory": ITEMS},
    ),
    "a location that moves to another venue": (
        f"""UPDATE location SET venue_id = (
            SELECT id FROM venue WHERE {MINE} ORDER BY id DESC LIMIT 1) WHERE {MINE}""",
        {"venue": f"SELECT id FROM venue WHERE {MINE}"},
    ),
    "the code of a template": (
        f"UPDATE sale_template SET code = code || 'x' WHERE {MINE}",
        {"sale": f"SELECT id FROM sale WHERE {MINE} AND template_id IS NOT NULL"},
    ),
    "a template otherwise": (f"UPDATE sale_template SET name = 'x' WHERE {MINE}", {}),
    "a season": (
        f"UPDATE season SET name = 'x' WHERE {MINE}",
        {"season": f"SELECT id FROM season WHERE {MINE}", "season_days": OF_THE_CLUB},
    ),
    "the club itself": (
        "UPDATE organisation SET name = 'x' WHERE id = :club",
        {"organisation": OF_THE_CLUB},
    ),
    "a webhook's address": (
        f"UPDATE webhook_endpoint SET url = 'x' WHERE {MINE}",
        {"webhook_endpoint": f"SELECT id FROM webhook_endpoint WHERE {MINE}"},
    ),
    "up to where a webhook was served": (
        f"UPDATE webhook_endpoint SET position = 'x' WHERE {MINE}",
        {},
    ),
    "a scan of a ticket, and of one that nobody knows": (
        f"""INSERT INTO scan (organisation_id, id, source, external_id, ticket, entitlement_id,
            direction, result, reason, is_let_through, scanned_at, created_by, created_at)
        SELECT organisation_id, md5(ticket)::uuid, 'X', ticket, ticket, entitlement_id, 'IN',
            'REFUSED', 'OTHER', false, now(), 'test', now()
        FROM (SELECT organisation_id, entitlement_id, ticket FROM scan WHERE {MINE}
            UNION ALL SELECT id, NULL, 'unknown' FROM organisation WHERE id = :club) AS one""",
        {
            "scan": f"SELECT md5(ticket)::uuid FROM scan WHERE {MINE} "
            "UNION SELECT md5('unknown')::uuid",
            "ticket": f"SELECT DISTINCT entitlement_id FROM scan WHERE {MINE}",
        },
    ),
    "what is noted for handing over": (
        f"UPDATE fulfilment SET menu = 'x' WHERE {MINE}",
        {"fulfilment": f"SELECT entitlement_id FROM fulfilment WHERE {MINE}"},
    ),
    "a target": (
        f"UPDATE sales_target SET amount_minor = 1 WHERE {MINE}",
        {"sales_target": f"SELECT id FROM sales_target WHERE {MINE}", "rep": OF_THE_CLUB},
    ),
    "a sales rep": (f"UPDATE sales_rep SET name = 'x' WHERE {MINE}", {"rep": OF_THE_CLUB}),
    "a ticket holder": (
        f"UPDATE ticket_holder SET first_name = 'x' WHERE {MINE}",
        {"ticket_holder": f"SELECT id FROM ticket_holder WHERE {MINE}"},
    ),
    "what touches no row": (f"UPDATE sale SET comments = 'x' WHERE {MINE} AND false", {}),
}

_REVISION = Path(migrations.__file__).parent / "versions" / "0010_changes_are_logged.py"
BACKFILL: str = run_path(str(_REVISION))["_MOVEMENTS"]
"""What the revision does for Sales that are there already."""


@pytest.fixture(scope="module")
def furnished(engine: Engine, server: LiveServer) -> Iterator[Furnished]:
    """A club with something of everything, and a second venue and a Sale by a template."""
    club = found_club(engine, server)
    found = furnish(club)
    club.make("venueCreate", "", {"code": "V2", "name": "Second", "country": "BE"})
    with engine.begin() as connection:
        given = {"club": club.organisation.id}
        connection.execute(
            text(
                f"""UPDATE sale SET template_id = (
                    SELECT id FROM sale_template WHERE {MINE} LIMIT 1)
                WHERE {MINE} AND status = 'DRAFT'"""
            ),
            given,
        )
    yield found
    club.http.close()


def logged(connection: Connection, statement: str, club: Club) -> dict[str, list[UUID]]:
    """Run a statement and return what it logged, by entity."""
    given = {"club": club.organisation.id}
    connection.execute(text(statement), given)
    rows = connection.execute(
        text(
            f"""SELECT entity, entity_id FROM change_log
            WHERE {MINE} AND txid = pg_current_xact_id_if_assigned()"""
        ),
        given,
    )
    found: dict[str, list[UUID]] = defaultdict(list)
    for entity, entity_id in rows:
        found[entity].append(entity_id)
    return dict(found)


@pytest.mark.parametrize("case", CASES)
def test_a_statement_notes_whose_rows_follow_and_each_of_them_once(
    furnished: Furnished, engine: Engine, case: str
) -> None:
    statement, expected = CASES[case]
    given = {"club": furnished.club.organisation.id}
    with engine.connect() as connection:
        wanted = {
            entity: sorted(connection.execute(text(query), given).scalars())
            for entity, query in expected.items()
        }
        found = logged(connection, statement, furnished.club)
        connection.rollback()
    assert all(wanted.values())
    assert {entity: sorted(ids) for entity, ids in found.items()} == wanted


def test_everything_that_was_written_to_furnish_a_club_was_noted(
    furnished: Furnished, engine: Engine
) -> None:
    entities = {one.entity for noted in NOTED.values() for one in noted}
    with engine.connect() as connection:
        found = set(
            connection.execute(
                text(f"SELECT DISTINCT entity FROM change_log WHERE {MINE}"),
                {"club": furnished.club.organisation.id},
            ).scalars()
        )
    # Endings of days are written by the worker, attempts by who sends webhooks; no Sale here has
    # a representative.
    assert entities - found <= {"inventory_snapshot", "rep", "webhook_delivery"}


def movements(connection: Connection, club: Club) -> list[dict[str, Any]]:
    query = text(
        f"""SELECT line_id, kind, cancellation_id, quantity, list_minor, discount_minor, net_minor,
            vat_minor, gross_minor, moved_at
        FROM sale_movement WHERE {MINE} ORDER BY line_id, moved_at"""
    )
    rows = connection.execute(query, {"club": club.organisation.id}).mappings()
    return [dict(row) for row in rows]


def test_movements_of_sales_from_before_are_those_that_were_kept_since(
    club: Club, engine: Engine
) -> None:
    stadium = build_stadium(club)
    sale = final(stadium, e0(stadium))
    part = {**seat_of(stadium, sale, 3)[0], "calendarItemIds": stadium.matches[1:]}
    sale = stadium.cancel(sale, lines=[part, *whole_line(sale, 2)])
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 1, 2))
    discounted = stadium.line("SEAT", 3, "99.99", seatIds=stadium.seats[4:7])
    discounted |= {"discount": {"amount": "7.77", "currency": "EUR"}}
    other = stadium.equal(stadium.add(stadium.begin(), discounted), 2)
    other = final(stadium, other)
    other = stadium.cancel(other, lines=seat_of(stadium, other, 5))
    stadium.cancel(other)
    with engine.connect() as connection:
        kept = movements(connection, club)
        assert len(kept) == 9
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM sale_movement"))
        connection.execute(text(BACKFILL))
        made = movements(connection, club)
        connection.rollback()
    for was, now in zip(kept, made, strict=True):
        # The VAT of what is cancelled is that of its rate, to the unit to which it was rounded.
        assert abs(was.pop("vat_minor") - now.pop("vat_minor")) <= 1
        assert abs(was.pop("gross_minor") - now.pop("gross_minor")) <= 1
        assert was == now


@pytest.mark.parametrize("basis", ["NET", "GROSS"])
def test_movements_of_sales_from_before_sum_to_what_is_left(
    club: Club, engine: Engine, basis: str
) -> None:
    stadium = build_stadium(club)
    odd = stadium.line("SEAT", 3, "33.35", seatIds=stadium.seats[4:7])
    sale = stadium.equal(stadium.add(stadium.begin(priceBasis=basis), odd), 3)
    sale = final(stadium, sale)
    for number in (4, 5):
        sale = stadium.cancel(sale, lines=seat_of(stadium, sale, number))
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM sale_movement"))
        connection.execute(text(BACKFILL))
        wrong = connection.execute(
            text(RULES["the movements of a line sum to what is left of it"]),
            {"club": club.organisation.id},
        ).all()
        assert len(movements(connection, club)) == 3
        connection.rollback()
    assert wrong == []
