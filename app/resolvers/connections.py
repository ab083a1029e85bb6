"""Connections by keyset: arguments in, one page of rows out, per the Relay specification."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from app.domain.errors import ErrorCode, refuse
from app.resolvers.instants import write_instant
from app.storage.reads import Page, Slice, Sort, column_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.resolvers.context import Context
    from app.storage.conditions import Condition

PAGE_LIMIT = 100
"""The most rows of one page."""
PAGE_DEFAULT = 50
"""The rows of a page when neither `first` nor `last` is given."""


@dataclass(frozen=True, slots=True)
class Window:
    """The four paging arguments as they came."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A page with what is needed to count all and to page on."""

    page: Page
    table: str
    sort: Sort
    conditions: tuple[Condition, ...]
    window: Window

    @property
    def has_next_page(self) -> bool:
        """Tell whether rows follow; reading backwards, whether the page was asked `before` some."""
        backward = self.window.last is not None
        return self.window.before is not None if backward else self.page.has_more

    @property
    def has_previous_page(self) -> bool:
        """Tell whether rows come before, by the same reasoning."""
        backward = self.window.last is not None
        return self.page.has_more if backward else self.window.after is not None

    def cursor(self, row: Mapping[str, Any]) -> str:
        """Return the position of a row in this order, opaque to clients."""
        return write_cursor(self.sort, row)


async def read_page(
    context: Context, table: str, conditions: Sequence[Condition], sort: Sort, window: Window
) -> Result:
    """Read one page of what the caller may see.

    Refuses `first` or `last` outside 1 to 100, both at once, and cursors of another order with
    INPUT_INVALID at the argument.
    """
    kept = tuple(conditions)
    part = slice_of(window, table, sort)
    page = await context.reader.page(context.caller, table, kept, sort, part)
    return Result(page, table, sort, kept, window)


def slice_of(window: Window, table: str, sort: Sort) -> Slice:
    """Check paging arguments and turn them into a slice."""
    if window.first is not None and window.last is not None:
        refuse(ErrorCode.INPUT_INVALID, "give first or last, not both", "last")
    backward = window.last is not None
    limit = window.last if backward else window.first
    if limit is None:
        limit = PAGE_DEFAULT
    if not 1 <= limit <= PAGE_LIMIT:
        argument = "last" if backward else "first"
        message = f"{argument} must be between 1 and {PAGE_LIMIT}, not {limit}"
        refuse(ErrorCode.INPUT_INVALID, message, argument)
    wrong, argument = (window.after, "after") if backward else (window.before, "before")
    if wrong is not None:
        pair = "before with last" if backward else "after with first"
        refuse(ErrorCode.INPUT_INVALID, f"use {pair}", argument)
    cursor = window.before if backward else window.after
    argument = "before" if backward else "after"
    position = read_cursor(table, sort, cursor, argument) if cursor is not None else None
    return Slice(limit, position, backward)


def write_cursor(sort: Sort, row: Mapping[str, Any]) -> str:
    """Encode a row's position: the order it belongs to, the sort value and the id."""
    value = row[sort.column]
    if isinstance(value, Enum):
        value = value.value
    elif isinstance(value, UUID):
        value = str(value)
    elif isinstance(value, datetime):
        value = write_instant(value)
    text = orjson.dumps([order_name(sort), value, str(row["id"])])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(table: str, sort: Sort, cursor: str, argument: str) -> tuple[Any, UUID]:
    """Decode a position, or refuse with INPUT_INVALID a cursor that is not of this order."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        order, value, identity = orjson.loads(base64.urlsafe_b64decode(padded))
        if order == order_name(sort):
            return column_value(table, sort.column, value), UUID(identity)
    except (ValueError, TypeError, AttributeError):
        pass
    message = f"{argument} is not a cursor of this connection in this order; take one from an edge"
    refuse(ErrorCode.INPUT_INVALID, message, argument)


def order_name(sort: Sort) -> str:
    """Name an order, as cursors do."""
    return f"{sort.column}{'-' if sort.descending else '+'}"
