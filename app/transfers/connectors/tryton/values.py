"""Values as Tryton's JSON writes them: decimals and days keep what they are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.transfers.contract.faults import FaultClass, TransferFaultError


def written(value: Any) -> Any:  # noqa: ANN401 - any value of a record
    """Return a value as Tryton's JSON has it."""
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():
            at = value.astimezone(UTC)
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return {"__class__": "datetime", **{name: getattr(at, name) for name in names}}
        case date():
            parts = {"year": value.year, "month": value.month, "day": value.day}
            return {"__class__": "date", **parts}
        case dict():
            return {name: written(one) for name, one in value.items()}
        case list() | tuple():
            return [written(one) for one in value]
        case _:
            return value


def read(value: Any) -> Any:  # noqa: ANN401 - any value of a record
    """Return a value of Tryton's JSON as Python has it; instants are UTC."""
    if isinstance(value, list):
        return [read(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "datetime":
            day = datetime(value["year"], value["month"], value["day"], tzinfo=UTC)
            clock = {name: value[name] for name in ("hour", "minute", "second", "microsecond")}
            return day.replace(**clock)
        case _:
            return {name: read(one) for name, one in value.items()}


def decimal_of(text: str, path: str) -> Decimal:
    """Read a decimal text of a record, or refuse the record by the path."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        message = f"{path} is {text!r}; it has to be a decimal number such as 125.00."
        raise TransferFaultError(FaultClass.RECORD, message, path=path) from error


def day_of(text: str, path: str) -> date:
    """Read a day of a record, or refuse the record by the path."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{path} is {text!r}; it has to be a day such as 2026-11-30."
        raise TransferFaultError(FaultClass.RECORD, message, path=path) from error
