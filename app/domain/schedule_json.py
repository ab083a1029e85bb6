"""Schedule recipes as plain JSON values, for storing them; the reader trusts nothing it reads."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from app.domain.errors import ErrorCode, refuse
from app.domain.schedule import (
    REST,
    AmountRecipe,
    AmountRow,
    Anchor,
    DatesRecipe,
    EqualRecipe,
    Every,
    PercentRecipe,
    PercentRow,
    Recipe,
    RelativeRecipe,
    RelativeRow,
    Rest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

JsonValue = str | int | list["JsonValue"] | dict[str, "JsonValue"]

_Choice = TypeVar("_Choice", bound=StrEnum)


class RecipeKind(StrEnum):
    """The kinds of recipe; stored as `kind` beside the recipe's own fields."""

    EQUAL = "EQUAL"
    DATES = "DATES"
    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"
    RELATIVE = "RELATIVE"


def to_json(recipe: Recipe) -> dict[str, JsonValue]:
    """Return a recipe as JSON values: dates as ISO 8601 text, amounts in minor units, REST as such.

    `from_json` reads it back to an equal recipe.
    """
    if isinstance(recipe, EqualRecipe):
        return {
            "kind": RecipeKind.EQUAL.value,
            "count": recipe.count,
            "first_on": recipe.first_on.isoformat(),
            "every": recipe.every.value,
        }
    if isinstance(recipe, DatesRecipe):
        days: list[JsonValue] = [on.isoformat() for on in recipe.dates]
        return {"kind": RecipeKind.DATES.value, "dates": days}
    rows: list[JsonValue]
    if isinstance(recipe, PercentRecipe):
        rows = [{"on": row.on.isoformat(), "share_ppm": row.share_ppm} for row in recipe.rows]
        return {"kind": RecipeKind.PERCENT.value, "rows": rows}
    if isinstance(recipe, AmountRecipe):
        rows = [{"on": row.on.isoformat(), "amount_minor": row.amount_minor} for row in recipe.rows]
        return {"kind": RecipeKind.AMOUNT.value, "rows": rows}
    rows = [
        {
            "anchor": row.anchor.value,
            "offset_days": row.offset_days,
            "share_ppm": row.share_ppm,
        }
        for row in recipe.rows
    ]
    return {"kind": RecipeKind.RELATIVE.value, "rows": rows}


def from_json(stored: object) -> Recipe:
    """Read a recipe from JSON values of any shape.

    Refuses with SCHEDULE_INVALID a missing or unknown field and a value of the wrong type (a
    fraction is no whole number), and with the codes of the recipe itself what it does not allow.
    """
    kind = _choice(RecipeKind, _kind_of(stored), "kind")
    if kind is RecipeKind.EQUAL:
        count, first_on, every = _fields(stored, ("count", "first_on", "every"), "kind")
        return EqualRecipe(
            _whole(count, "count"), _day(first_on, "first_on"), _choice(Every, every, "every")
        )
    if kind is RecipeKind.DATES:
        (days,) = _fields(stored, ("dates",), "kind")
        listed = enumerate(_list(days, "dates"))
        return DatesRecipe(tuple(_day(on, "dates", str(index)) for index, on in listed))
    (value,) = _fields(stored, ("rows",), "kind")
    rows = _list(value, "rows")
    if kind is RecipeKind.PERCENT:
        return PercentRecipe(tuple(_percent_row(row, str(index)) for index, row in enumerate(rows)))
    if kind is RecipeKind.AMOUNT:
        return AmountRecipe(tuple(_amount_row(row, str(index)) for index, row in enumerate(rows)))
    return RelativeRecipe(tuple(_relative_row(row, str(index)) for index, row in enumerate(rows)))


def _percent_row(stored: object, index: str) -> PercentRow:
    on, share = _fields(stored, ("on", "share_ppm"), None, "rows", index)
    return PercentRow(
        _day(on, "rows", index, "on"), _whole_or_rest(share, "rows", index, "share_ppm")
    )


def _amount_row(stored: object, index: str) -> AmountRow:
    on, amount = _fields(stored, ("on", "amount_minor"), None, "rows", index)
    return AmountRow(
        _day(on, "rows", index, "on"), _whole_or_rest(amount, "rows", index, "amount_minor")
    )


def _relative_row(stored: object, index: str) -> RelativeRow:
    names = ("anchor", "offset_days", "share_ppm")
    anchor, offset, share = _fields(stored, names, None, "rows", index)
    return RelativeRow(
        _choice(Anchor, anchor, "rows", index, "anchor"),
        _whole(offset, "rows", index, "offset_days"),
        _whole_or_rest(share, "rows", index, "share_ppm"),
    )


def _kind_of(stored: object) -> object:
    return stored.get("kind") if isinstance(stored, dict) else None


def _fields(
    stored: object, names: Sequence[str], besides: str | None, *path: str
) -> tuple[object, ...]:
    """Return the values of exactly these fields; `besides` may stand there too."""
    if not isinstance(stored, dict) or set(stored) - {besides} != set(names):
        message = f"a schedule has exactly the fields {', '.join(names)} here"
        refuse(ErrorCode.SCHEDULE_INVALID, message, *path)
    return tuple(stored[name] for name in names)


def _list(value: object, *path: str) -> list[object]:
    if not isinstance(value, list):
        refuse(ErrorCode.SCHEDULE_INVALID, f"{path[-1]} must be a list", *path)
    return value


def _whole(value: object, *path: str) -> int:
    # bool is an int for isinstance, and true is no number in JSON either
    if not isinstance(value, int) or isinstance(value, bool):
        refuse(ErrorCode.SCHEDULE_INVALID, f"{path[-1]} must be a whole number", *path)
    return value


def _whole_or_rest(value: object, *path: str) -> int | Rest:
    return REST if value == REST else _whole(value, *path)


def _day(value: object, *path: str) -> date:
    """Read YYYY-MM-DD and no other form of ISO 8601, since only that one is ever written."""
    try:
        on = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        on = None
    if on is None or on.isoformat() != value:
        refuse(ErrorCode.SCHEDULE_INVALID, f"{path[-1]} must be a date as 2026-08-31", *path)
    return on


def _choice(choices: type[_Choice], value: object, *path: str) -> _Choice:
    """Return the enum's member of this text, or refuse it with the list of those that exist."""
    found = [member for member in choices if member == value]
    if not found:
        message = f"{path[-1]} must be one of {', '.join(choices)}"
        refuse(ErrorCode.SCHEDULE_INVALID, message, *path)
    return found[0]
