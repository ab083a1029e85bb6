"""The chain of hashes: what it covers, and every way in which it can be broken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.audit import AuditEntry
from app.domain.ledger import EntryType, LedgerEntry
from app.domain.sealing import (
    BREAK_LIMIT,
    GENESIS,
    BreakKind,
    ChainWalk,
    Head,
    Seal,
    VerificationReport,
    seal_hash,
)

NOW = datetime(2026, 8, 1, 18, 30, tzinfo=UTC)
Link = tuple[Seal, AuditEntry | None]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def entry(number: int, **values: Any) -> AuditEntry:
    made = AuditEntry(
        id=UUID(int=number),
        actor="root:x",
        created_at=NOW,
        entity="season",
        entity_id=UUID(int=99),
        action="season.changed",
        before=None,
        after={"n": number},
        request_id="r",
    )
    return replace(made, **values)


def chain(count: int) -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for number in range(1, count + 1):
        one = entry(number)
        digest = seal_hash(previous, number, one)
        links.append((Seal(number, one.id, previous, digest, NOW), one))
        previous = digest
    return links


def walked(links: list[Link], expected: Head | None = None) -> ChainWalk:
    walk = ChainWalk(expected)
    walk.walk(links)
    walk.finish()
    return walk


def kinds(links: list[Link], expected: Head | None = None) -> list[tuple[BreakKind, int | None]]:
    return [(found.kind, found.sequence_no) for found in walked(links, expected).breaks]


def test_a_whole_chain_has_no_break_and_a_head() -> None:
    links = chain(5)
    walk = walked(links)
    assert (walk.sealed, walk.breaks, walk.break_count) == (5, [], 0)
    assert walk.head == Head(5, links[4][0].hash)
    assert kinds(links, walk.head) == []
    assert kinds(links, Head(3, links[2][0].hash)) == []


def test_an_empty_chain_has_no_head() -> None:
    assert walked([]).head is None
    assert kinds([], Head(1, GENESIS)) == [(BreakKind.HEAD_MISSING, 1)]


def test_one_hash_is_written_out() -> None:
    assert seal_hash(GENESIS, 1, entry(1)).hex() == (
        "5c4b79f7a1dac2aba1d2209c13a353d07c0b5ec43cd700dff666535762c62c69"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"id": UUID(int=7)},
        {"actor": "root:y"},
        {"created_at": NOW + timedelta(microseconds=1)},
        {"entity": "sale"},
        {"entity_id": UUID(int=98)},
        {"action": "season.created"},
        {"before": {}},
        {"after": {"n": "1"}},
        {"request_id": ""},
    ],
)
def test_every_field_of_an_entry_counts(change: dict[str, Any]) -> None:
    changed = seal_hash(GENESIS, 1, replace(entry(1), **change))
    assert changed != seal_hash(GENESIS, 1, entry(1))


BOOKED = LedgerEntry(
    id=UUID(int=1),
    account_id=UUID(int=2),
    type=EntryType.DOCUMENT,
    amount_minor=136_250,
    currency="EUR",
    posted_on=date(2026, 8, 2),
    document_on=date(2026, 7, 31),
    sale_id=UUID(int=3),
    invoice_id=UUID(int=4),
    payment_id=None,
    refund_id=None,
    note=None,
    created_by="finance:x",
    created_at=NOW,
)


@pytest.mark.parametrize(
    "change",
    [
        {"id": UUID(int=7)},
        {"account_id": UUID(int=7)},
        {"type": EntryType.CREDIT_NOTE},
        {"amount_minor": 136_251},
        {"currency": "JPY"},
        {"posted_on": date(2026, 8, 3)},
        {"document_on": date(2026, 8, 1)},
        {"sale_id": None},
        {"invoice_id": None},
        {"payment_id": UUID(int=7)},
        {"refund_id": UUID(int=7)},
        {"note": ""},
        {"created_by": "finance:y"},
        {"created_at": NOW + timedelta(microseconds=1)},
    ],
)
def test_every_field_of_a_booking_counts(change: dict[str, Any]) -> None:
    changed = seal_hash(GENESIS, 1, replace(BOOKED, **change))
    assert changed != seal_hash(GENESIS, 1, BOOKED)


def test_number_and_previous_hash_count() -> None:
    digest = seal_hash(GENESIS, 1, entry(1))
    assert seal_hash(GENESIS, 2, entry(1)) != digest
    assert seal_hash(bytes([1]) * 32, 1, entry(1)) != digest


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=6))
def test_the_order_of_names_does_not_count(values: dict[str, Any]) -> None:
    backwards = dict(reversed(values.items()))
    one = seal_hash(GENESIS, 1, entry(1, after=values))
    assert one == seal_hash(GENESIS, 1, entry(1, after=backwards))


@given(st.integers(-12 * 60, 12 * 60))
def test_the_zone_of_an_instant_does_not_count(minutes: int) -> None:
    moved = NOW.astimezone(timezone(timedelta(minutes=minutes)))
    assert seal_hash(GENESIS, 1, entry(1, created_at=moved)) == seal_hash(GENESIS, 1, entry(1))


def changed(links: list[Link]) -> list[Link]:
    return [*links[:2], (links[2][0], entry(3, actor="root:y")), *links[3:]]


def emptied(links: list[Link]) -> list[Link]:
    return [*links[:2], (links[2][0], None), *links[3:]]


def shortened(links: list[Link]) -> list[Link]:
    return [*links[:2], *links[3:]]


def beheaded(links: list[Link]) -> list[Link]:
    return links[2:]


def swapped(links: list[Link]) -> list[Link]:
    (third, one), (fourth, other) = links[2], links[3]
    return [*links[:2], (third, other), (fourth, one), links[4]]


def relinked(links: list[Link]) -> list[Link]:
    seal, one = links[2]
    return [*links[:2], (replace(seal, previous_hash=GENESIS), one), *links[3:]]


def inserted(links: list[Link]) -> list[Link]:
    seal, _ = links[2]
    extra = entry(50)
    digest = seal_hash(seal.previous_hash, 3, extra)
    forged = Seal(3, extra.id, seal.previous_hash, digest, NOW)
    later = [(replace(s, sequence_no=s.sequence_no + 1), e) for s, e in links[2:]]
    return [*links[:2], (forged, extra), *later]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (changed, [(BreakKind.ENTRY_CHANGED, 3)]),
        (emptied, [(BreakKind.ENTRY_MISSING, 3)]),
        (shortened, [(BreakKind.SEAL_MISSING, 4)]),
        (beheaded, [(BreakKind.SEAL_MISSING, 3)]),
        (swapped, [(BreakKind.ENTRY_CHANGED, 3), (BreakKind.ENTRY_CHANGED, 4)]),
        (relinked, [(BreakKind.SEAL_UNLINKED, 3), (BreakKind.ENTRY_CHANGED, 3)]),
        (
            inserted,
            [
                (BreakKind.SEAL_UNLINKED, 4),
                (BreakKind.ENTRY_CHANGED, 4),
                (BreakKind.ENTRY_CHANGED, 5),
                (BreakKind.ENTRY_CHANGED, 6),
            ],
        ),
    ],
)
def test_each_way_to_break_a_chain_is_found_where_it_is(
    tamper: Callable[[list[Link]], list[Link]], found: list[tuple[BreakKind, int]]
) -> None:
    assert kinds(tamper(chain(5))) == found


def test_a_cut_off_end_and_a_chain_written_anew_need_a_noted_head() -> None:
    noted = walked(chain(5)).head
    assert noted is not None
    assert kinds(chain(4)) == []
    assert kinds(chain(4), noted) == [(BreakKind.HEAD_MISSING, 5)]
    assert kinds(chain(5), Head(5, GENESIS)) == [(BreakKind.HEAD_CHANGED, 5)]


def test_more_breaks_than_are_listed_are_counted() -> None:
    gone: list[Link] = [(seal, None) for seal, _ in chain(BREAK_LIMIT + 5)]
    walk = walked(gone)
    assert (len(walk.breaks), walk.break_count) == (BREAK_LIMIT, BREAK_LIMIT + 5)


def test_a_report_is_intact_without_breaks() -> None:
    assert VerificationReport(0, 0, None, 0, ()).is_intact
    assert not VerificationReport(1, 0, None, 1, ()).is_intact
