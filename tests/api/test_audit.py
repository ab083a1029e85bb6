"""The audit: read over GraphQL, sealed into a chain, and every kind of tampering found."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from app.commands.sealing import format_head, parse_head, seal, seal_everything, verify
from app.domain.errors import DomainError
from app.domain.permissions import Role
from app.domain.sealing import BreakKind, Head
from app.storage.engine import Engine
from app.storage.identity import new_id
from app.storage.unit_of_work import UnitOfWork
from tests.club import Club

KINDS = BreakKind


def write(club: Club, count: int, **values: object) -> None:
    """Write audit entries as a command does."""

    def action(work: UnitOfWork) -> None:
        for number in range(count):
            work.record_values("season", new_id(), "season.changed", None, {"n": number, **values})

    club.runner.transact(club.organisation.id, "test", action)


@contextmanager
def tampering(engine: Engine) -> Iterator[Connection]:
    """A superuser's connection on which triggers and references do not fire."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection


def spoil(club: Club, engine: Engine, statement: str, **values: Any) -> int:
    """Run a statement as a superuser, `:club` being the organisation; return the rows it hit."""
    with tampering(engine) as connection:
        done = connection.execute(text(statement), {"club": club.organisation.id, **values})
        return done.rowcount


def kinds(club: Club, expected: Head | None = None) -> list[BreakKind]:
    report = verify(club.runner, club.organisation.id, expected)
    assert report.is_intact is (not report.breaks)
    assert report.break_count == len(report.breaks)
    return [found.kind for found in report.breaks]


def waiting(club: Club) -> int:
    """How many entries are not sealed yet; founding a club leaves some."""
    return verify(club.runner, club.organisation.id).pending


def entry_of(club: Club, engine: Engine, number: int) -> UUID:
    """The entry of a seal."""
    query = text(
        "SELECT entry_id FROM audit_seal WHERE organisation_id = :club AND sequence_no = :n"
    )
    with engine.connect() as connection:
        found: UUID = connection.execute(
            query, {"club": club.organisation.id, "n": number}
        ).scalar_one()
        return found


@pytest.fixture
def sealed(club: Club) -> Club:
    """A club with ten sealed entries: those of its founding and some more."""
    write(club, 10 - waiting(club))
    assert seal(club.runner, club.organisation.id) == 10
    return club


def test_entries_are_pending_until_they_are_sealed(club: Club) -> None:
    write(club, 5 - waiting(club))
    before = verify(club.runner, club.organisation.id)
    assert (before.sealed, before.pending, before.head, before.breaks) == (0, 5, None, ())
    assert before.pending_since is not None
    assert seal(club.runner, club.organisation.id, batch_entries=2) == 5
    after = verify(club.runner, club.organisation.id)
    assert (after.sealed, after.pending, after.pending_since, after.breaks) == (5, 0, None, ())
    assert after.head is not None
    assert after.head.sequence_no == 5
    assert seal(club.runner, club.organisation.id) == 0
    write(club, 1)
    assert seal_everything(club.runner) >= 1
    grown = verify(club.runner, club.organisation.id, after.head)
    assert (grown.sealed, grown.breaks) == (6, ())


def test_a_rolled_back_change_leaves_nothing_to_seal(club: Club) -> None:
    def action(work: UnitOfWork) -> None:
        work.record_values("season", new_id(), "season.changed", None, {"n": 1})
        raise ValueError("undone")

    before = waiting(club)
    with pytest.raises(ValueError, match="undone"):
        club.runner.transact(club.organisation.id, "test", action)
    assert waiting(club) == before


def test_what_survives_storage_is_what_was_hashed(club: Club) -> None:
    east = timezone(timedelta(hours=5, minutes=45))
    write(
        club,
        1,
        zebra=1,
        Ab=2,
        aa=3,
        é='naïve Ünïcödé 日本 🎟 \u2028 \\ " </script>',
        big=2**53 + 1,
        biggest=2**63 - 1,
        least=-(2**63),
        zero=0,
        truth=True,
        nothing=None,
        nested={"b": [1, [2, {"c": None}], "x"], "a": {}},
        at=datetime(2026, 8, 1, 18, 30, 0, 1, tzinfo=east),
    )
    seal(club.runner, club.organisation.id)
    assert verify(club.runner, club.organisation.id).breaks == ()


def test_a_verification_does_not_depend_on_the_session(sealed: Club, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER ROLE CURRENT_USER SET timezone = 'Asia/Kathmandu'"))
    try:
        engine.dispose()
        assert kinds(sealed) == []
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER ROLE CURRENT_USER RESET timezone"))


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET organisation_id = organisation_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
)
def test_the_database_refuses_to_change_the_audit(
    sealed: Club, engine: Engine, table: str, statement: str
) -> None:
    with pytest.raises(IntegrityError, match="never changed or removed"), engine.begin() as c:
        c.execute(text(statement.format(table)))
    assert kinds(sealed) == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'root:somebody'",
        "created_at = created_at + interval '1 microsecond'",
        "entity = 'sale'",
        "entity_id = gen_random_uuid()",
        "action = 'season.created'",
        "after = jsonb_set(after, '{n}', '99')",
        "after = NULL",
        "before = '{}'",
        "request_id = 'x'",
    ],
)
def test_a_changed_entry_is_found(sealed: Club, engine: Engine, change: str) -> None:
    entry = entry_of(sealed, engine, 4)
    statement = f"UPDATE audit_entry SET {change} WHERE organisation_id = :club AND id = :entry"
    assert spoil(sealed, engine, statement, entry=entry) == 1
    report = verify(sealed.runner, sealed.organisation.id)
    found = [(b.kind, b.sequence_no, b.entry_id) for b in report.breaks]
    assert found == [(KINDS.ENTRY_CHANGED, 4, entry)]


def test_a_removed_entry_is_found(sealed: Club, engine: Engine) -> None:
    entry = entry_of(sealed, engine, 4)
    spoil(sealed, engine, "DELETE FROM audit_entry WHERE id = :entry", entry=entry)
    report = verify(sealed.runner, sealed.organisation.id)
    found = [(b.kind, b.sequence_no, b.entry_id) for b in report.breaks]
    assert found == [(KINDS.ENTRY_MISSING, 4, entry)]


def test_an_entry_removed_with_its_seal_is_found(sealed: Club, engine: Engine) -> None:
    entry = entry_of(sealed, engine, 4)
    spoil(sealed, engine, "DELETE FROM audit_entry WHERE id = :entry", entry=entry)
    spoil(sealed, engine, "DELETE FROM audit_seal WHERE entry_id = :entry", entry=entry)
    report = verify(sealed.runner, sealed.organisation.id)
    assert [(b.kind, b.sequence_no) for b in report.breaks] == [(KINDS.SEAL_MISSING, 5)]


def test_an_entry_removed_before_it_was_sealed_is_found(sealed: Club, engine: Engine) -> None:
    write(sealed, 1)
    spoil(
        sealed,
        engine,
        "DELETE FROM audit_entry WHERE (organisation_id, id) IN "
        "(SELECT organisation_id, entry_id FROM audit_pending WHERE organisation_id = :club)",
    )
    assert kinds(sealed) == [KINDS.ENTRY_MISSING]


def test_an_entry_put_in_from_outside_is_found(sealed: Club, engine: Engine) -> None:
    spoil(
        sealed,
        engine,
        "INSERT INTO audit_entry SELECT organisation_id, gen_random_uuid(), actor, created_at, "
        "entity, entity_id, action, before, after, request_id FROM audit_entry WHERE id = :entry",
        entry=entry_of(sealed, engine, 4),
    )
    assert kinds(sealed) == [KINDS.ENTRY_UNMARKED]


def test_the_mark_of_a_sealed_entry_holds_nothing_up(sealed: Club, engine: Engine) -> None:
    statement = "INSERT INTO audit_pending SELECT organisation_id, entry_id FROM audit_seal"
    spoil(sealed, engine, f"{statement} WHERE organisation_id = :club AND sequence_no = 4")
    write(sealed, 2)
    assert seal(sealed.runner, sealed.organisation.id) == 2
    assert kinds(sealed) == []


def test_an_entry_whose_mark_was_taken_is_found(sealed: Club, engine: Engine) -> None:
    write(sealed, 1)
    spoil(sealed, engine, "DELETE FROM audit_pending WHERE organisation_id = :club")
    assert kinds(sealed) == [KINDS.ENTRY_UNMARKED]


def test_entries_that_changed_places_are_found(sealed: Club, engine: Engine) -> None:
    four, five = entry_of(sealed, engine, 4), entry_of(sealed, engine, 5)
    statement = "UPDATE audit_seal SET entry_id = :new WHERE entry_id = :old"
    for old, new in ((four, new_id()), (five, four)):
        spoil(sealed, engine, statement, old=old, new=new)
    statement = (
        "UPDATE audit_seal SET entry_id = :five WHERE organisation_id = :club AND sequence_no = 4"
    )
    spoil(sealed, engine, statement, five=five)
    report = verify(sealed.runner, sealed.organisation.id)
    found = [(b.kind, b.sequence_no, b.entry_id) for b in report.breaks]
    assert found == [(KINDS.ENTRY_CHANGED, 4, five), (KINDS.ENTRY_CHANGED, 5, four)]


def test_a_seal_that_does_not_continue_the_one_before_is_found(
    sealed: Club, engine: Engine
) -> None:
    statement = (
        "UPDATE audit_seal SET previous_hash = hash "
        "WHERE organisation_id = :club AND sequence_no = 6"
    )
    spoil(sealed, engine, statement)
    assert kinds(sealed) == [KINDS.SEAL_UNLINKED, KINDS.ENTRY_CHANGED]


def test_a_cut_off_end_is_found_by_whoever_noted_the_head(sealed: Club, engine: Engine) -> None:
    noted = verify(sealed.runner, sealed.organisation.id).head
    nine, ten = entry_of(sealed, engine, 9), entry_of(sealed, engine, 10)
    for table, column in (("audit_seal", "entry_id"), ("audit_entry", "id")):
        statement = f"DELETE FROM {table} WHERE {column} IN (:nine, :ten)"
        assert spoil(sealed, engine, statement, nine=nine, ten=ten) == 2
    assert kinds(sealed) == [], "nothing that is left tells of it"
    assert kinds(sealed, noted) == [KINDS.HEAD_MISSING]


def test_a_chain_written_anew_is_found_by_whoever_noted_the_head(
    sealed: Club, engine: Engine
) -> None:
    noted = verify(sealed.runner, sealed.organisation.id).head
    spoil(sealed, engine, "UPDATE audit_entry SET actor = 'x' WHERE organisation_id = :club")
    spoil(
        sealed,
        engine,
        "INSERT INTO audit_pending SELECT organisation_id, entry_id FROM audit_seal "
        "WHERE organisation_id = :club",
    )
    spoil(sealed, engine, "DELETE FROM audit_seal WHERE organisation_id = :club")
    assert seal(sealed.runner, sealed.organisation.id) == 10
    assert kinds(sealed) == []
    assert kinds(sealed, noted) == [KINDS.HEAD_CHANGED]


def test_sealers_at_the_same_time_make_one_chain_and_no_writer_waits(club: Club) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def guarded(action: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                while not stop.is_set():
                    action()
            except BaseException as error:  # noqa: BLE001 - a thread's failure is shown by the test
                failures.append(error)

        return run

    sealer = guarded(lambda: seal(club.runner, club.organisation.id, batch_entries=150))
    writer = guarded(lambda: write(club, 5))
    threads = [threading.Thread(target=t) for t in (sealer, sealer, sealer, writer, writer)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    seal(club.runner, club.organisation.id)
    report = verify(club.runner, club.organisation.id)
    assert (report.pending, report.breaks) == (0, ())
    assert report.sealed > 50


def test_a_writer_does_not_wait_for_a_sealer_that_takes_its_time(club: Club) -> None:
    inside, done = threading.Event(), threading.Event()

    def slow(work: UnitOfWork) -> None:
        from app.storage.sealing import AUDIT, lock_chain  # noqa: PLC0415 - what this test holds

        lock_chain(work, AUDIT)
        inside.set()
        assert done.wait(timeout=10)

    thread = threading.Thread(
        target=lambda: club.runner.transact(club.organisation.id, "slow", slow)
    )
    thread.start()
    assert inside.wait(timeout=10)
    write(club, 1)
    done.set()
    thread.join()


@pytest.mark.slow
def test_ten_thousand_entries_are_sealed_and_verified(club: Club) -> None:
    seal(club.runner, club.organisation.id)
    before = verify(club.runner, club.organisation.id).sealed
    write(club, 10_000, name="Somebody", city="Gent", amount_minor=12_345)
    assert seal(club.runner, club.organisation.id) == 10_000
    assert verify(club.runner, club.organisation.id).sealed == before + 10_000


def test_a_head_is_written_and_read_back() -> None:
    head = Head(12, bytes(range(32)))
    assert parse_head(format_head(head)) == head


@pytest.mark.parametrize(
    "wrong", ["", "12", "12:", "x:" + "0" * 64, "12:" + "z" * 64, "12:00", "²:" + "0" * 64]
)
def test_what_is_no_head_is_refused(wrong: str) -> None:
    with pytest.raises(DomainError, match="NUMBER:HASH"):
        parse_head(wrong)


def test_the_audit_is_read_by_actor_action_request_and_time(club: Club) -> None:
    season = {"code": "S1", "name": "S1", "startsOn": "2026-07-01", "endsOn": "2027-06-30"}
    made = club.make("seasonCreate", "season { id }", season)["season"]
    document = (
        "query($f: AuditEntryFilter) { auditEntries(filter: $f) "
        "{ nodes { entity entityId action actor requestId createdAt before after } } }"
    )
    entry = club.query(document, {"f": {"entityId": [made["id"]]}})["auditEntries"]["nodes"][0]
    assert (entry["entity"], entry["entityId"]) == ("season", made["id"])
    assert entry["actor"].startswith("root:")
    assert entry["before"] is None
    assert entry["after"]["starts_on"] == "2026-07-01"
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for wanted, count in (
        ({"actor": "ROOT:", "entity": ["season"]}, 1),
        ({"actor": "finance:"}, 0),
        ({"action": ["season.created"]}, 1),
        ({"requestId": [entry["requestId"]]}, 1),
        ({"entity": ["season"], "createdTo": entry["createdAt"]}, 0),
        ({"entity": ["season"], "createdFrom": entry["createdAt"]}, 1),
        ({"createdFrom": later}, 0),
    ):
        assert len(club.query(document, {"f": wanted})["auditEntries"]["nodes"]) == count, wanted
    errors = club.send(document, {"f": {"entityId": ["nonsense"]}})["errors"]
    assert errors[0]["extensions"] == {"code": "ID_INVALID", "path": ["filter", "entityId"]}


def test_the_audit_is_for_root_finance_and_analysts(club: Club, other_club: Club) -> None:
    document = "{ auditEntries { nodes { id } } }"
    for role in (Role.ROOT, Role.FINANCE, Role.ANALYST):
        assert club.query(document, role=role)["auditEntries"]["nodes"]
    for role in (Role.SALES, Role.OPERATIONS, Role.PARTNER):
        errors = club.send(document, role=role)["errors"]
        assert errors[0]["extensions"]["code"] == "PERMISSION_DENIED"
    mine = {node["id"] for node in club.query(document)["auditEntries"]["nodes"]}
    theirs = {node["id"] for node in other_club.query(document)["auditEntries"]["nodes"]}
    assert not mine & theirs
