"""The ledger is sealed as the audit is, and must say the same as invoices and payments."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.commands.sealing import seal, seal_everything, verify, verify_ledger
from app.domain.sealing import BreakKind
from app.storage.engine import Engine
from app.storage.sealing import AUDIT, LEDGER
from tests.api.documented import document, invoices, sell_example
from tests.club import Club
from tests.stadium import amount

pytestmark = pytest.mark.postgres


@pytest.fixture
def paid(club: Club) -> Club:
    """A club with two documents, one of them paid with too much, and all of it sealed."""
    first, second = invoices(club, sell_example(club))[:2]
    document(club, first)
    document(club, second, "1362.48")
    paid = {
        "amount": amount("1400.00"),
        "receivedOn": "2026-01-15",
        "method": "BANK_TRANSFER",
        "allocations": [{"invoiceId": first["id"], "amount": amount("1362.50")}],
    }
    club.make("paymentRecord", "payment { id }", paid)
    seal(club.runner, club.organisation.id, LEDGER)
    return club


def spoil(club: Club, engine: Engine, statement: str) -> None:
    """Change something as a superuser whom no trigger stops."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        given = {"club": club.organisation.id}
        assert connection.execute(text(statement), given).rowcount


def kinds(club: Club) -> list[BreakKind]:
    return [one.kind for one in verify_ledger(club.runner, club.organisation.id).chain.breaks]


def wrong(club: Club) -> list[str]:
    """What contradicts each other, without the ids."""
    found = verify_ledger(club.runner, club.organisation.id).contradictions
    return sorted(one.partition(": ")[2] for one in found)


def test_the_ledger_has_a_chain_of_its_own(paid: Club) -> None:
    report = verify_ledger(paid.runner, paid.organisation.id)
    assert report.is_intact
    assert (report.chain.sealed, report.chain.pending) == (3, 0)
    assert report.chain.head != verify(paid.runner, paid.organisation.id, None, AUDIT).head


def test_the_worker_seals_both_chains(paid: Club) -> None:
    third = next(one for one in invoices_of(paid) if one["status"] == "TODO")
    document(paid, third)
    assert verify_ledger(paid.runner, paid.organisation.id).chain.pending == 1
    seal_everything(paid.runner)
    assert verify_ledger(paid.runner, paid.organisation.id).chain.sealed == 4
    assert verify(paid.runner, paid.organisation.id, None, AUDIT).pending == 0


def invoices_of(club: Club) -> list[dict[str, str]]:
    document = "{ invoices(first: 10, sort: CODE_ASC) { nodes { id code status } } }"
    found: list[dict[str, str]] = club.query(document)["invoices"]["nodes"]
    return found


def test_an_entry_that_was_changed_is_found_and_contradicts_its_invoice(
    paid: Club, engine: Engine
) -> None:
    spoil(
        paid,
        engine,
        "UPDATE ledger_entry SET amount_minor = 136_249 "
        "WHERE organisation_id = :club AND type = 'DOCUMENT' AND amount_minor = 136_248",
    )
    assert kinds(paid) == [BreakKind.ENTRY_CHANGED]
    assert wrong(paid) == [
        "balance is kept as 132498, but 132499 was booked",
        "entered is kept as 136248, but 136249 was booked",
    ]


def test_an_entry_that_was_removed_is_found(paid: Club, engine: Engine) -> None:
    spoil(
        paid, engine, "DELETE FROM ledger_entry WHERE organisation_id = :club AND type = 'PAYMENT'"
    )
    assert kinds(paid) == [BreakKind.ENTRY_MISSING]
    assert wrong(paid) == [
        "amount is kept as 140000, but 0 was booked",
        "balance is kept as 132498, but 272498 was booked",
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "receivable SET paid_minor = paid_minor + 1 WHERE paid_minor > 0",
            "paid is kept as 136251",
        ),
        ("receivable SET credited_minor = 7 WHERE paid_minor = 0", "credited is kept as 7"),
        ("receivable SET used_minor = 7 WHERE paid_minor = 0", "used is kept as 7"),
        ("receivable SET rounded_minor = 7 WHERE paid_minor = 0", "rounded is kept as 7"),
        ("receivable SET written_off_minor = 7 WHERE paid_minor = 0", "written off is kept as 7"),
        ("payment SET left_minor = left_minor - 1 WHERE true", "left is kept as 3749"),
        ("payment SET refunded_minor = 1 WHERE true", "refunded is kept as 1"),
    ],
)
def test_facts_that_were_changed_contradict_the_ledger(
    paid: Club, engine: Engine, change: str, found: str
) -> None:
    spoil(paid, engine, f"UPDATE {change} AND organisation_id = :club")
    assert kinds(paid) == []
    assert [one for one in wrong(paid) if one.startswith(found)]
    assert not verify_ledger(paid.runner, paid.organisation.id).is_intact


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_seal", "payment_allocation"])
def test_the_database_refuses_to_change_the_ledger(paid: Club, engine: Engine, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET organisation_id = :club"):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(
                text(f"{statement} WHERE organisation_id = :club"), {"club": paid.organisation.id}
            )
