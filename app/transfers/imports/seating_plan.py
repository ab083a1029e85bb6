"""Seating plans of pretix as seating rows: zones become blocks, with their rows and seats.

Source: the JSON schema `seating-plan.schema.json` of pretix, version 0.0.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode, refuse
from app.transfers.imports.files import ROW_LIMIT, Source, SourceRow
from app.transfers.imports.slugs import slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.transfers.imports.reports import ImportOptions

_COLUMNS = ("venue", "venueName", "block", "row", "seat", "code", "category")


def rows_of_plan(source: Source, options: ImportOptions) -> Source:
    """Turn a seating plan into rows with Loge's own columns, numbered as the seats come.

    A seat's code is its `seat_guid`, its label its `seat_number`. The venue is the one of the
    options, else it is made from the plan's name. Positions, colours and areas are left out.
    """
    plan = source.document or {}
    zones = plan.get("zones")
    if not isinstance(zones, list):
        refuse(ErrorCode.FILE_MALFORMED, 'there is neither a list of rows nor one of "zones"')
    name = _text(plan, "name", "the plan")
    venue = options.venue or slug(name)
    rows: list[SourceRow] = []
    for cells in _seats(zones):
        cells |= {"venue": venue, "venueName": None if options.venue else name}
        rows.append(SourceRow(len(rows) + 1, cells))
        if len(rows) > ROW_LIMIT:
            refuse(ErrorCode.FILE_TOO_LARGE, f"the plan has more than {ROW_LIMIT} seats")
    if not rows:
        refuse(ErrorCode.FILE_EMPTY, "the plan has no seats")
    areas = sum(len(zone.get("areas") or []) for zone in zones)
    notes = (f"{areas} areas of the plan are left out: they have no seats",) if areas else ()
    return Source(_COLUMNS, tuple(rows), notes)


def _seats(zones: list[Any]) -> Iterator[dict[str, str | None]]:
    """List the cells of all seats."""
    for number, zone in enumerate(zones, 1):
        rows = _list(zone, "rows", f"zone {number}")
        block = zone.get("name") or zone.get("zone_id") or f"Zone {number}"
        for row in rows:
            place = f"zone {block}"
            row_name = _text(row, "row_number", f"a row of {place}")
            for seat in _list(row, "seats", f"row {row_name} of {place}"):
                where = f"a seat of row {row_name} of {place}"
                yield {
                    "block": str(block),
                    "row": row_name,
                    "seat": _text(seat, "seat_number", where),
                    "code": slug(_text(seat, "seat_guid", where)),
                    "category": slug(_text(seat, "category", where)) or None,
                }


def _list(found: Any, name: str, where: str) -> list[Any]:  # noqa: ANN401 - JSON
    """Return a member that must be a list."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, list):
        refuse(ErrorCode.FILE_MALFORMED, f"{where} needs a list {name}")
    return value


def _text(found: Any, name: str, where: str) -> str:  # noqa: ANN401 - JSON
    """Return a member that must be a text."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, str):
        refuse(ErrorCode.FILE_MALFORMED, f"{where} needs the text {name}")
    return value
