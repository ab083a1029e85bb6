"""Rows as an import sees them: known columns, typed cells, and the check of each row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.money import parse_amount
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from enum import StrEnum
    from zoneinfo import ZoneInfo

    from app.transfers.imports.files import Source

Member = TypeVar("Member", bound="StrEnum")

_YES = frozenset({"true", "yes", "y", "1", "ja", "oui"})
_NO = frozenset({"false", "no", "n", "0", "nee", "non"})
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL_COMMA = re.compile(r"(-?[0-9]+),([0-9]{1,2})")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_CLOCK = re.compile(r"(?:1899-12-31 )?(\d{1,2}):(\d{2})(?::00(?:\.0+)?)?")


@dataclass(frozen=True, slots=True)
class Record:
    """One row: cells by known column, and the check that collects what is wrong with it."""

    row_no: int
    cells: Mapping[str, str | None]
    check: Check

    def has(self, column: str) -> bool:
        """Tell whether the file has a column."""
        return column in self.cells

    def text(self, column: str) -> str | None:
        """Return a cell as it is."""
        return self.cells.get(column)

    def needed(self, column: str) -> str | None:
        """Return a cell, or collect that it is empty."""
        value = self.cells.get(column)
        if value is None:
            self.check.add(ErrorCode.TEXT_REQUIRED, f"{column} must not be empty", column)
        return value

    def whole(self, column: str) -> int | None:
        """Return a whole number."""
        value = self.cells.get(column)
        if value is None:
            return None
        if not _WHOLE.fullmatch(value):
            message = f"{column} must be a whole number, not {value!r}"
            self.check.add(ErrorCode.INPUT_INVALID, message, column)
            return None
        return int(value)

    def boolean(self, column: str) -> bool | None:
        """Return yes or no."""
        value = self.cells.get(column)
        if value is None:
            return None
        if value.lower() not in _YES | _NO:
            message = f"{column} must be true or false, not {value!r}"
            self.check.add(ErrorCode.INPUT_INVALID, message, column)
        return value.lower() in _YES

    def member(self, column: str, members: type[Member]) -> Member | None:
        """Return the member of an enum, in capitals or not."""
        value = self.cells.get(column)
        if value is None:
            return None
        name = value.upper().replace(" ", "_").replace("-", "_")
        if name not in members.__members__:
            message = f"{column} must be one of {', '.join(members)}, not {value!r}"
            self.check.add(ErrorCode.INPUT_INVALID, message, column)
            return None
        return members[name]

    def minor(self, column: str, currency: str) -> int | None:
        """Return an amount in minor units; a decimal comma is read as a point."""
        value = self.cells.get(column)
        if value is None:
            return None
        try:
            return parse_amount(_DECIMAL_COMMA.sub(r"\1.\2", value), currency)
        except DomainError as error:
            for violation in error.violations:
                self.check.add(violation.code, violation.message, column)
            return None

    def day(self, column: str) -> date | None:
        """Return a date, written YYYY-MM-DD or kept as a date by a spreadsheet."""
        value = self.cells.get(column)
        if value is None:
            return None
        match = _MIDNIGHT.fullmatch(value)
        try:
            if match is not None:
                return date.fromisoformat(match[1])
        except ValueError:
            pass
        message = f"{column} must be a date such as 2026-08-01, not {value!r}"
        self.check.add(ErrorCode.DATE_INVALID, message, column)
        return None

    def clock(self, column: str) -> time | None:
        """Return a time of day, written HH:MM or kept as a time by a spreadsheet."""
        value = self.cells.get(column)
        if value is None:
            return None
        match = _CLOCK.fullmatch(value)
        try:
            if match is not None:
                return time(int(match[1]), int(match[2]))
        except ValueError:
            pass
        message = f"{column} must be a time such as 20:45, not {value!r}"
        self.check.add(ErrorCode.DATE_INVALID, message, column)
        return None

    def instant(self, column: str, zone: ZoneInfo) -> datetime | None:
        """Return an instant; without an offset it is the club's own time."""
        value = self.cells.get(column)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            message = f"{column} must look like 2026-08-01T20:45, not {value!r}"
            self.check.add(ErrorCode.DATE_INVALID, message, column)
            return None
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        return self.local(found, zone, column)

    def local(self, wall: datetime, zone: ZoneInfo, column: str) -> datetime | None:
        """Return the instant of a local time, or collect one that clocks skip in spring.

        Of an hour that happens twice in autumn the first is meant.
        """
        found = wall.replace(tzinfo=zone).astimezone(UTC)
        if found.astimezone(zone).replace(tzinfo=None) != wall:
            message = f"{wall} does not exist in {zone.key}: clocks are put forward"
            self.check.add(ErrorCode.DATE_INVALID, message, column)
            return None
        return found


@dataclass(frozen=True, slots=True)
class Field:
    """Where a column's value goes and how it is read.

    An empty cell empties the field, unless it is `kept`: then the field stays as it is.
    """

    name: str
    read: Callable[[Record, str], Any] = Record.text
    kept: bool = False


def values_of(record: Record, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Read the cells of the columns that the file has into values by field."""
    values: dict[str, Any] = {}
    for column, target in fields.items():
        if record.has(column):
            value = target.read(record, column)
            if value is not None or not target.kept:
                values[target.name] = value
    return values


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns an import knows and needs, and how errors name them.

    `renamed` maps fields of the domain, as errors name them, to columns; a field of something
    inside the row is written `contact.email`.
    """

    known: tuple[str, ...]
    needed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def column_of(self, path: Sequence[str]) -> str | None:
        """Return the column that a violation's path below its row is about."""
        for length in range(len(path), 0, -1):
            name = ".".join(path[:length])
            if name in self.renamed or name in self.known:
                return self.renamed.get(name, name)
        return path[-1] if path else None


def records_of(
    source: Source, columns: Columns, *, ignore_unknown: bool
) -> tuple[list[Record], list[str]]:
    """Match a file's columns with those that are known; return its records, and notes.

    Names are compared without regard to capitals, spaces, dashes and underscores.

    Raises:
        DomainError: COLUMN_MISSING and COLUMN_UNKNOWN, all of them at once.
    """
    by_key = {_key(name): name for name in columns.known}
    matched = {given: by_key[_key(given)] for given in source.columns if _key(given) in by_key}
    unknown = [given for given in source.columns if given not in matched]
    violations = [
        Violation(ErrorCode.COLUMN_MISSING, f"the file has no column {name}", ("", name))
        for name in columns.needed
        if name not in matched.values()
    ]
    violations += [
        Violation(ErrorCode.FILE_MALFORMED, f"{name} stands in two columns", ("", name))
        for name in sorted({n for n in matched.values() if list(matched.values()).count(n) > 1})
    ]
    if not ignore_unknown:
        violations += [
            Violation(ErrorCode.COLUMN_UNKNOWN, _unknown(name, columns.known), ("", name))
            for name in unknown
        ]
    if violations:
        raise DomainError(*violations)
    notes = [f"column {name} is ignored" for name in unknown]
    return [
        Record(
            row.row_no,
            {matched[name]: value for name, value in row.cells.items() if name in matched},
            Check(str(row.row_no)),
        )
        for row in source.rows
    ], notes


def _unknown(name: str, known: Collection[str]) -> str:
    """Say that a column is not known, and which one may have been meant."""
    near = nearest(name, known)
    meant = f"did you mean {near}?" if near else f"the columns are {', '.join(known)}"
    return f"there is no column {name}; {meant}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is written most like another one, if any is."""
    by_key = {_key(one): one for one in known}
    found = get_close_matches(_key(name), by_key, n=1, cutoff=0.6)
    return by_key[found[0]] if found else None


def _key(name: str) -> str:
    """Reduce a name to what counts when it is compared."""
    return re.sub(r"[\s_-]+", "", name).casefold()
