"""Input objects as field values: ids decoded, money in minor units, omitted fields left out."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from strawberry import UNSET

from app.domain.errors import DomainError, ErrorCode
from app.domain.money import parse_amount
from app.domain.names import camel
from app.resolvers.ids import check_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.validation import Check


def given_metadata(column: str | None, refers: str | None, *, is_money: bool) -> Mapping[str, Any]:
    """Describe where an input's field goes; `refers` is the kind of id it takes."""
    return {"given": (column, refers, is_money)}


def values_of(given: Any, check: Check) -> dict[str, Any]:  # noqa: ANN401 - any input object
    """Turn an input object into values by column name, collecting what is malformed."""
    values: dict[str, Any] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if "given" not in field.metadata or value is UNSET:
            continue
        column, refers, is_money = field.metadata["given"]
        name = column or field.name
        path = graphql_name(field)
        if is_money:
            values[name] = None if value is None else minor_of(value, check, path)
            if value is not None:
                _set_currency(values, value.currency, check, path)
        elif refers is not None and value is not None:
            values[name] = check_id(refers, value, check, path)
        else:
            values[name] = value
    return values


def _set_currency(values: dict[str, Any], currency: str, check: Check, *path: str) -> None:
    """Take an amount's currency for the object, or collect that it has another one already."""
    known = values.get("currency") or currency
    if known != currency:
        message = f"the amount is in {currency}, the rest of the input in {known}"
        check.add(ErrorCode.CURRENCY_MIXED, message, *path, "currency")
    values["currency"] = known


def minor_of(given: Any, check: Check, *path: str) -> int:  # noqa: ANN401 - a MoneyInput
    """Return the minor units of a money input, or collect what is wrong with it and return 0."""
    try:
        return parse_amount(given.amount, given.currency)
    except DomainError as error:
        for violation in error.violations:
            check.add(violation.code, violation.message, *path)
        return 0


def graphql_name(field: Any) -> str:  # noqa: ANN401 - a dataclass field of an input
    """Return an input field's name as clients write it."""
    return str(getattr(field, "graphql_name", None) or camel(field.name))
