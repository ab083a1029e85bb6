"""Money that does not add up is never committed, and what a document froze stays as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from app.storage.engine import Engine
from tests.club import Club
from tests.fingerprint import fingerprint
from tests.stadium import build_stadium

pytestmark = pytest.mark.postgres

FIRST = "(SELECT id FROM invoice WHERE sale_id = :sale AND sequence_no = 1)"
SECOND = "(SELECT id FROM invoice WHERE sale_id = :sale AND sequence_no = 2)"
CHEATS = {
    "an invoice that is too high": (
        (
            "UPDATE invoice SET net_minor = net_minor + 1, gross_minor = gross_minor + 1, "
            f"amount_minor = amount_minor + 1 WHERE id = {FIRST}"
        ),
    ),
    "an invoice that is gone": (
        f"DELETE FROM invoice_line WHERE invoice_id = {FIRST}",
        f"DELETE FROM invoice_vat WHERE invoice_id = {FIRST}",
        f"DELETE FROM invoice WHERE id = {FIRST}",
    ),
    "an amount that moves between invoices without its cells": (
        f"""UPDATE invoice SET (net_minor, gross_minor, amount_minor) = (
            SELECT net_minor + moved, gross_minor + moved, amount_minor + moved
            FROM (SELECT CASE WHEN id = {FIRST} THEN 5 ELSE -5 END AS moved) AS each)
        WHERE id IN ({FIRST}, {SECOND})""",
    ),
    "an invoice without totals": (
        (
            "UPDATE invoice SET net_minor = NULL, vat_minor = NULL, gross_minor = NULL "
            f"WHERE id = {FIRST}"
        ),
    ),
    "a Sale that is higher than its invoices": (
        "UPDATE sale SET net_minor = net_minor + 1, gross_minor = gross_minor + 1 WHERE id = :sale",
    ),
    "a cancelled Sale that keeps its invoices": (
        (
            "UPDATE sale SET status = 'CANCELLED', net_minor = 0, vat_minor = 0, gross_minor = 0 "
            "WHERE id = :sale"
        ),
    ),
    "cells that do not come to their invoice": (
        "UPDATE sale SET version = version + 1 WHERE id = :sale",
        (
            "UPDATE invoice_line SET amount_minor = amount_minor + 1, net_minor = net_minor + 1, "
            f"gross_minor = gross_minor + 1 WHERE invoice_id = {FIRST}"
        ),
    ),
    "cells that come to their invoices, but not to their components": (
        "UPDATE sale SET version = version + 1 WHERE id = :sale",
        (
            "WITH two AS (SELECT component_id, row_number() OVER (ORDER BY component_id) AS place "
            f"FROM invoice_line WHERE invoice_id = {FIRST} LIMIT 2) "
            "UPDATE invoice_line SET amount_minor = amount_minor + 3 - 2 * (two.place * 3 - 3), "
            "net_minor = net_minor + 3 - 2 * (two.place * 3 - 3), "
            "gross_minor = gross_minor + 3 - 2 * (two.place * 3 - 3) "
            f"FROM two WHERE invoice_id = {FIRST} AND invoice_line.component_id = two.component_id"
        ),
    ),
    "VAT that does not come to its invoice": (
        "UPDATE sale SET version = version + 1 WHERE id = :sale",
        f"UPDATE invoice_vat SET vat_minor = vat_minor + 1 WHERE invoice_id = {FIRST}",
    ),
    "a line that is worth more than it is invoiced for": (
        "UPDATE sale SET version = version + 1 WHERE id = :sale",
        (
            "UPDATE sale_line SET amount_minor = amount_minor + 1 "
            "WHERE sale_id = :sale AND line_no = 1"
        ),
    ),
    "lines that do not come to their Sale": (
        "UPDATE sale SET version = version + 1 WHERE id = :sale",
        (
            "UPDATE sale_line SET net_minor = net_minor + 1, gross_minor = gross_minor + 1 "
            "WHERE sale_id = :sale AND line_no = 1"
        ),
    ),
}


@contextmanager
def final_sale(club: Club) -> Iterator[dict[str, Any]]:
    """A Final Sale of two lines in three invoices."""
    stadium = build_stadium(club)
    sale = stadium.begin()
    seats = stadium.line("SEAT", 2, "1000.00", seatIds=stadium.seats[:2])
    sale = stadium.add(sale, seats, stadium.line("COCKTAIL", 2, "425.00"))
    sale = stadium.act("saleFinalise", stadium.equal(sale, 3))
    yield sale


def identity(value: str) -> UUID:
    return UUID(hex=value.rpartition("_")[2])


def attempt(engine: Engine, sale: dict[str, Any], *statements: str) -> str | None:
    """Run statements and commit; return the name of the constraint that refused them."""
    with engine.connect() as connection:
        try:
            for statement in statements:
                done = connection.execute(text(statement), {"sale": identity(sale["id"])})
                assert done.rowcount, "the statement found nothing to change"
            connection.commit()
        except IntegrityError as refusal:
            name: str | None = refusal.orig.diag.constraint_name  # type: ignore[union-attr]
            return name
    return None


def test_a_direct_change_after_which_money_does_not_add_up_is_refused_at_commit(
    club: Club, engine: Engine
) -> None:
    with final_sale(club) as sale:
        before = fingerprint(club)
        refusals = {name: attempt(engine, sale, *cheat) for name, cheat in CHEATS.items()}
        assert refusals == dict.fromkeys(CHEATS, "sale_adds_up")
        assert fingerprint(club) == before


def test_statements_may_come_in_any_order_as_long_as_the_end_adds_up(
    club: Club, engine: Engine
) -> None:
    there = (
        "UPDATE invoice SET net_minor = net_minor + 5, gross_minor = gross_minor + 5, "
        f"amount_minor = amount_minor + 5 WHERE id = {FIRST}"
    )
    back = there.replace("+", "-")
    with final_sale(club) as sale:
        assert attempt(engine, sale, there, back) is None
        assert attempt(engine, sale, there) == "sale_adds_up"


def test_a_draft_may_be_anything_until_it_is_final(club: Club, engine: Engine) -> None:
    stadium = build_stadium(club)
    sale = stadium.add(
        stadium.begin(type="CATALOG"), stadium.line("SCARF", 1, "100.00", bundleId=None)
    )
    sale = stadium.equal(sale, 2)
    assert attempt(engine, sale, CHEATS["an invoice that is too high"][0]) is None
    finalise = "UPDATE sale SET status = 'FINAL', finalised_at = now() WHERE id = :sale"
    assert attempt(engine, sale, finalise) == "sale_adds_up"


CLAIM = """INSERT INTO receivable (organisation_id, invoice_id, sale_id, account_id, currency,
    claimed_by, claimed_at, is_waiting, entered_minor, noted_minor, paid_minor, credited_minor,
    used_minor, rounded_minor, written_off_minor)
    SELECT organisation_id, id, sale_id, account_id, currency, 'exact', now(), false,
        0, 0, 0, 0, 0, 0, 0
    FROM invoice WHERE sale_id = :sale AND sequence_no = 1"""
DOCUMENT = """INSERT INTO invoice_document (organisation_id, id, invoice_id, sale_id, account_id,
    source, type, state, number, issued_on, due_on, net_minor, vat_minor, gross_minor,
    rounding_minor, currency, created_at)
    SELECT organisation_id, gen_random_uuid(), id, sale_id, account_id, 'exact', '380', 'ACCEPTED',
        'F-1', current_date, current_date, net_minor, vat_minor, gross_minor, 0, currency, now()
    FROM invoice WHERE sale_id = :sale AND sequence_no = 1"""
FROZEN = [
    f"UPDATE invoice_line SET vat_minor = vat_minor WHERE invoice_id = {FIRST}",
    f"DELETE FROM invoice_line WHERE invoice_id = {FIRST}",
    f"""UPDATE invoice_line SET invoice_id = {FIRST}, original_invoice_id = {SECOND}
    WHERE invoice_id = {SECOND}""",
    f"""INSERT INTO invoice_line (organisation_id, invoice_id, original_invoice_id, component_id,
        line_id, sale_id, amount_minor, net_minor, vat_minor, gross_minor, currency)
    SELECT organisation_id, {FIRST}, {SECOND}, component_id, line_id, sale_id, amount_minor,
        net_minor, vat_minor, gross_minor, currency
    FROM invoice_line WHERE invoice_id = {SECOND}""",
    f"UPDATE invoice_vat SET vat_minor = vat_minor + 1 WHERE invoice_id = {FIRST}",
    f"DELETE FROM invoice_vat WHERE invoice_id = {FIRST}",
    f"""INSERT INTO invoice_vat (organisation_id, invoice_id, original_invoice_id, sale_id,
        vat_category, rate_bp, net_minor, vat_minor, currency)
    SELECT organisation_id, {FIRST}, {SECOND}, sale_id, vat_category, rate_bp, net_minor,
        vat_minor, currency
    FROM invoice_vat WHERE invoice_id = {SECOND}""",
    f"UPDATE invoice SET amount_minor = amount_minor + 1 WHERE id = {FIRST}",
    f"UPDATE invoice SET net_minor = net_minor + 1, vat_minor = vat_minor - 1 WHERE id = {FIRST}",
    f"UPDATE invoice SET code = code || 'x' WHERE id = {FIRST}",
]


def test_cells_vat_and_amounts_of_a_claimed_invoice_stay(club: Club, engine: Engine) -> None:
    with final_sale(club) as sale:
        assert attempt(engine, sale, CLAIM) is None
        before = fingerprint(club)
        for cheat in FROZEN:
            assert attempt(engine, sale, cheat) == "frozen_invoice", cheat
        assert fingerprint(club) == before
        moved = (
            f"UPDATE invoice SET planned_on = planned_on + 1, reference = 'x' WHERE id = {FIRST}"
        )
        assert attempt(engine, sale, moved) is None
        freed = (
            f"UPDATE receivable SET claimed_by = NULL, claimed_at = NULL WHERE invoice_id = {FIRST}"
        )
        assert attempt(engine, sale, freed, FROZEN[0]) is None


@pytest.mark.parametrize(
    "change",
    [
        "number = 'F-2'",
        "issued_on = issued_on + 1",
        "net_minor = net_minor + 1, gross_minor = gross_minor + 1",
        "vat_minor = vat_minor + 1, gross_minor = gross_minor + 1",
        "rounding_minor = 1",
        "state = 'REJECTED'",
        "source = 'other'",
        "type = '381'",
        "currency = 'USD'",
    ],
)
def test_an_accepted_document_keeps_what_makes_it_one(
    club: Club, engine: Engine, change: str
) -> None:
    with final_sale(club) as sale:
        assert attempt(engine, sale, DOCUMENT) is None
        before = fingerprint(club)
        cheat = f"UPDATE invoice_document SET {change} WHERE sale_id = :sale"
        assert attempt(engine, sale, cheat) == "accepted_document"
        gone = "DELETE FROM invoice_document WHERE sale_id = :sale"
        assert attempt(engine, sale, gone) == "accepted_document"
        assert fingerprint(club) == before
        later = (
            "UPDATE invoice_document SET due_on = due_on + 9, reference = 'x' WHERE sale_id = :sale"
        )
        assert attempt(engine, sale, later) is None


def refused_immediately(connection: Connection, statement: str, **values: object) -> bool:
    """Tell whether a statement is refused before the end of its transaction."""
    try:
        with connection.begin_nested():
            connection.execute(text(statement), values)
    except IntegrityError:
        return True
    return False


def test_a_frozen_cell_is_refused_at_once_and_not_only_at_commit(
    club: Club, engine: Engine
) -> None:
    with final_sale(club) as sale:
        assert attempt(engine, sale, CLAIM) is None
        with engine.connect() as connection:
            assert refused_immediately(connection, FROZEN[1], sale=identity(sale["id"]))
