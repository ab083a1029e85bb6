"""Rows of a club copied to another: what many tests begin with is built through the API once.

A copy has ids of its own in the same order, and times that lie as far before the copying as those
of the original lay before its end. It is one commit: its number is the database's to write, and so
is the change log, by triggers.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from app.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from psycopg import Cursor

    from tests.club import Club

    Known = dict[str, Any]

_OF_EVERY_CLUB = {"organisation", "access_token", "vat_rule"}
_OF_COMMITS = {"idempotency", "change_log", "audit_seal"}
_TABLES = {
    table.name: ", ".join(
        one.name for one in table.columns if one.computed is None and one.name != "txid"
    )
    for table in metadata.sorted_tables
    if "organisation_id" in table.c and table.name not in _OF_EVERY_CLUB | _OF_COMMITS
}
_OF_THEM = {
    "audit_entry": "entity NOT IN ('organisation', 'access_token')",
    "audit_pending": "entry_id IN (SELECT id FROM audit_entry AS entry "
    "WHERE entry.organisation_id = audit_pending.organisation_id "
    "AND entity NOT IN ('organisation', 'access_token'))",
}
_FIRST_ACTIONS = {"organisation.created", "vat_rule.seeded", "access_token.created"}
_ACTIONS = "SELECT DISTINCT action FROM audit_entry WHERE organisation_id = :club"
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d+\+00(?::00)?")
_ID_DIGITS, _TIME_DIGITS, _TAIL_DIGITS = 32, 12, 8


@dataclass(frozen=True)
class Original:
    """The rows of a club as PostgreSQL writes them, by table, and what a test knows of them."""

    begun_at: datetime
    ended_at: datetime
    own: tuple[str, str]
    rows: Mapping[str, str]
    known: str

    def give(self, club: Club) -> Known:
        """Write the rows to a new club; return what a test knows of them."""
        change = _Change(self, _own_of(club))
        with club.runner.engine.begin() as connection:
            cursor = connection.connection.cursor()
            for name, rows in self.rows.items():
                _write(cursor, f"COPY {name} ({_TABLES[name]}) FROM STDIN", change.of(rows))
            cursor.close()
        found: Known = json.loads(change.of(self.known))
        return found


class _Change:
    """Replaces ids and times in text."""

    def __init__(self, original: Original, own: tuple[str, str]) -> None:
        self._original = original
        self._later_by = datetime.now(UTC) - original.ended_at
        self._later_by_ms = int(self._later_by.total_seconds() * 1000)
        self._salt = secrets.randbits(4 * _TAIL_DIGITS)
        self._own = dict(zip(original.own, own, strict=True))

    def of(self, rows: str) -> str:
        """Return the text with other ids and times."""
        return _INSTANT.sub(self._instant, _ID.sub(self._id, rows))

    def _id(self, found: re.Match[str]) -> str:
        """Make an id of a later millisecond; the last digits are random in every id."""
        digits = found[0].replace("-", "")
        changed = self._own.get(digits)
        if changed is None:
            time_ms = int(digits[:_TIME_DIGITS], 16) + self._later_by_ms
            tail = int(digits[-_TAIL_DIGITS:], 16) ^ self._salt
            middle = digits[_TIME_DIGITS:-_TAIL_DIGITS]
            changed = f"{time_ms:0{_TIME_DIGITS}x}{middle}{tail:0{_TAIL_DIGITS}x}"
        if len(found[0]) == _ID_DIGITS:
            return changed
        return "-".join((changed[:8], changed[8:12], changed[12:16], changed[16:20], changed[20:]))

    def _instant(self, found: re.Match[str]) -> str:
        """Shift a time at which the original was built; others were chosen."""
        at = datetime.fromisoformat(found[0])
        if not self._original.begun_at <= at <= self._original.ended_at:
            return found[0]
        return (at + self._later_by).isoformat(timespec="microseconds")


_ORIGINALS: dict[Hashable, Original] = {}


def built(club: Club, wanted: Hashable, build: Callable[[], Known]) -> Known:
    """Build something for a club; for a new club copy it where that was done for one like it.

    `wanted` says what is built, and what is returned is what the test has to know of it.
    """
    if not _is_new(club):
        return build()
    whole = club.organisation
    alike = (whole.country, whole.currency, whole.time_zone, whole.language)
    key = (str(club.runner.engine.url), alike, wanted)
    if key in _ORIGINALS:
        return _ORIGINALS[key].give(club)
    begun_at = datetime.now(UTC)
    known = build()
    rows = {name: _read(club, name) for name in _TABLES}
    kept = {name: found for name, found in rows.items() if found}
    _ORIGINALS[key] = Original(begun_at, datetime.now(UTC), _own_of(club), kept, json.dumps(known))
    return known


def _is_new(club: Club) -> bool:
    """Tell whether nothing was done for a club but to create it and its tokens."""
    with club.runner.engine.connect() as connection:
        done = connection.execute(text(_ACTIONS), {"club": club.organisation.id}).scalars()
        return set(done) <= _FIRST_ACTIONS


def _own_of(club: Club) -> tuple[str, str]:
    """Return the ids that a copy has already: of the club, and of the token that builds."""
    club.token()
    query = "SELECT id FROM access_token WHERE organisation_id = :club AND label = 'test root'"
    with club.runner.engine.connect() as connection:
        token = connection.execute(text(query), {"club": club.organisation.id}).scalar_one()
    return club.organisation.id.hex, token.hex


def _read(club: Club, name: str) -> str:
    """Read the rows of a club from a table."""
    wanted = f"organisation_id = '{club.organisation.id}' AND {_OF_THEM.get(name, 'true')}"
    query = f"COPY (SELECT {_TABLES[name]} FROM {name} WHERE {wanted}) TO STDOUT"
    with club.runner.engine.connect() as connection:
        cursor: Cursor[Any] = connection.connection.cursor()  # type: ignore[assignment]
        with cursor.copy(query) as copy:
            return b"".join(copy).decode()


def _write(cursor: Any, statement: str, rows: str) -> None:
    """Write rows as PostgreSQL reads them."""
    with cursor.copy(statement) as copy:
        copy.write(rows)
