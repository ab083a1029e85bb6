"""Following the outbox: nothing is lost when a slow transaction commits after a quick one."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert

from app.storage.engine import Engine
from app.storage.feed import events_between, is_before, is_position, position_now
from app.storage.identity import new_id
from app.storage.tables import outbox
from tests.club import Club

pytestmark = pytest.mark.postgres


def _write(connection: Connection, club: UUID) -> UUID:
    event_id = new_id()
    connection.execute(
        insert(outbox).values(
            organisation_id=club,
            id=event_id,
            topic="sale.changed",
            entity="sale",
            entity_id=new_id(),
            payload={},
            created_at=datetime.now(UTC),
        )
    )
    return event_id


def _position(engine: Engine) -> str:
    with engine.connect() as connection:
        found: str = connection.execute(position_now()).scalar_one()
        return found


def _ids(engine: Engine, since: str, until: str, club: UUID) -> list[UUID]:
    with engine.connect() as connection:
        rows = connection.execute(events_between(since, until, club)).mappings()
        return [row["id"] for row in rows]


def test_an_event_of_a_slow_transaction_comes_once_after_its_commit(
    engine: Engine, club: Club
) -> None:
    own = club.organisation.id
    start = _position(engine)
    with engine.connect() as slow, engine.connect() as quick:
        late = _write(slow, own)
        early = _write(quick, own)
        quick.commit()
        middle = _position(engine)
        assert _ids(engine, start, middle, own) == [early]
        slow.commit()
    end = _position(engine)
    assert _ids(engine, middle, end, own) == [late]
    assert _ids(engine, start, end, own) == [late, early]
    assert _ids(engine, end, end, own) == []


def test_an_undone_transaction_leaves_nothing(engine: Engine, club: Club) -> None:
    own = club.organisation.id
    start = _position(engine)
    with engine.connect() as connection:
        _write(connection, own)
        connection.rollback()
    assert _ids(engine, start, _position(engine), own) == []


def test_a_position_of_a_later_time_is_recognised() -> None:
    assert is_before("10:12:11", "10:13:")
    assert not is_before("900:950:", "10:13:")


@pytest.mark.parametrize("text", ["1:1:", "10:20:10,15", "748:752:750"])
def test_positions_are_told_from_other_texts(text: str) -> None:
    assert is_position(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1:2",
        "0:1:",
        "5:4:",
        "10:20:20",
        "10:20:15,12",
        "10:20:x",
        "1:\N{ARABIC-INDIC DIGIT ONE}:",
        "9" * 30,
    ],
)
def test_other_texts_are_no_positions(text: str) -> None:
    assert not is_position(text)
