"""Reports as their readers find them: standard ones and the club's own."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, Role, allows, require_read
from app.domain.reports import key_of, own_id
from app.resolvers.connections import PAGE_DEFAULT, PAGE_LIMIT
from app.resolvers.ids import parse_id
from app.resolvers.report_library import standard_for, standard_key
from app.storage.reports import favourites_of, present_reports, recipients_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.permissions import Actor
    from app.resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports are looked for; None is no condition."""

    search: str | None = None
    categories: Sequence[str] | None = None
    is_favourite: bool | None = None
    is_standard: bool | None = None
    is_own: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of reports, each with its cursor."""

    rows: Sequence[tuple[str, Mapping[str, Any]]]
    has_next: bool
    has_previous: bool
    total: int


async def list_reports(
    context: Context, wanted: Wanted, first: int | None, after: str | None
) -> Found:
    """Return one page of the reports that the caller sees: standard ones first, then by title."""
    actor = context.caller
    require_read(actor, "report")
    limit = PAGE_DEFAULT if first is None else first
    if not 1 <= limit <= PAGE_LIMIT:
        message = f"first must be between 1 and {PAGE_LIMIT}, not {limit}"
        refuse(ErrorCode.INPUT_INVALID, message, "first")
    position = None if after is None else _read_cursor(after)
    rows = [*standard_for(actor), *await present_reports(context.reader, actor)]
    favourites = await favourites_of(context.reader, actor)
    kept = [
        (_position(index, row), row)
        for index, row in enumerate(rows)
        if _fits(row, wanted, actor.person, favourites)
    ]
    kept.sort(key=lambda one: one[0])
    rest = [one for one in kept if position is None or one[0] > position]
    page = [(_write_cursor(at), row) for at, row in rest[:limit]]
    return Found(page, len(rest) > limit, len(rest) < len(kept), len(kept))


async def find_report(
    context: Context, report_id: str | None, key: str | None
) -> Mapping[str, Any] | None:
    """Return a report by its id or its key; None when the caller can see none."""
    actor = context.caller
    require_read(actor, "report")
    if report_id is not None and key is not None:
        refuse(ErrorCode.INPUT_INVALID, "give the id of a report or its key, not both", "key")
    if report_id is not None:
        identity = parse_id("report", report_id, "id")
        key = standard_key(identity) or key_of(identity)
    own = None if key is None else own_id(key)
    if own is not None:
        return await context.row("report", own)
    return next((row for row in standard_for(actor) if row["key"] == key), None)


async def allowed_recipients(context: Context) -> list[str]:
    """Return the addresses and domains to which the club lets reports be sent."""
    require_read(context.caller, "report_recipient")
    return await recipients_of(context.reader, context.caller)


def key_of_row(row: Mapping[str, Any]) -> str:
    """Return the key of a report's row."""
    return str(row["key"]) if "key" in row else key_of(row["id"])


def can_edit(actor: Actor, row: Mapping[str, Any]) -> bool:
    """Tell whether an actor may change a report that they see."""
    is_own = row["owner"] is not None and (actor.role is Role.ROOT or row["owner"] == actor.person)
    return is_own and allows(actor, Permission.REPORT_CHANGE)


async def is_favourite(context: Context, row: Mapping[str, Any]) -> bool:
    """Tell whether a report is a favourite of the caller."""

    async def load(keys: list[str]) -> list[bool]:
        found = await favourites_of(context.reader, context.caller)
        return [one in found for one in keys]

    found: bool = await context.loaded("favourites", key_of_row(row), load)
    return found


def _fits(row: Mapping[str, Any], wanted: Wanted, person: str, favourites: frozenset[str]) -> bool:
    """Tell whether a report is one of those that are looked for."""
    key, is_own = key_of_row(row), row["owner"] == person
    conditions = (
        (wanted.is_favourite, key in favourites),
        (wanted.is_standard, row["owner"] is None),
        (wanted.is_own, is_own),
    )
    if any(asked is not None and asked is not found for asked, found in conditions):
        return False
    if wanted.categories is not None and row["category"] not in wanted.categories:
        return False
    words = (wanted.search or "").casefold().split()
    text = _searched(row)
    return all(word in text for word in words)


def _searched(row: Mapping[str, Any]) -> str:
    """Return the text of a report that is searched: titles and descriptions in all languages."""
    definition = row["definition"]
    parts = [key_of_row(row), row.get("code") or "", row["title"]]
    for name in ("title", "description"):
        text = definition.get(name) or ""
        parts.extend(text.values() if isinstance(text, dict) else [text])
    return " ".join(parts).casefold()


def _position(index: int, row: Mapping[str, Any]) -> tuple[int, str, str]:
    """Return where a report stands; standard ones in their own order, before all others."""
    if row["owner"] is None:
        return 0, f"{index:04}", ""
    return 1, row["title"].casefold(), row["id"].hex


def _write_cursor(position: tuple[int, str, str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, str, str]:
    """Read a position, or refuse with INPUT_INVALID what is none."""
    try:
        rank, text, identity = orjson.loads(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        )
        return int(rank), str(text), str(identity)
    except (ValueError, TypeError):
        message = "after is not a cursor of this connection; take one from an edge"
        refuse(ErrorCode.INPUT_INVALID, message, "after")
