"""Values as JSON text, written by the database exactly as the schema's scalars write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLScalarType
from sqlalchemy import Text, Uuid, case, cast, func, literal_column

from app.domain.money import CURRENCY_DIGITS
from app.resolvers.plans.selection import UnplannableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLOutputType
    from sqlalchemy import ColumnElement

    Written = tuple[str | ColumnElement[Any], ...]
    """Text in pieces: what stands in the statement, and what the database puts in between."""

NULL: Written = ("null",)
_BARE = frozenset({"Int", "Boolean"})
_QUOTED = frozenset({"BigInt", "Date", "Decimal", "ID"})
_USUAL_DIGITS = 2


def constant(text: str) -> ColumnElement[str]:
    """Return a text that stands in the statement itself."""
    quoted = text.replace("'", "''")
    return literal_column(f"'{quoted}'", Text)


def expression(written: Written) -> ColumnElement[str]:
    """Put pieces one after the other: as few of them as there can be, since each is a copy."""
    merged: list[str | ColumnElement[Any]] = []
    for piece in written:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    whole = [constant(one) if isinstance(one, str) else one for one in merged]
    found = whole[0]
    for one in whole[1:]:
        found = found.concat(one)
    return found


def object_text(fields: Mapping[str, Written]) -> Written:
    """Write an object whose members are JSON texts."""
    pieces: list[str | ColumnElement[Any]] = ["{"]
    for number, (key, value) in enumerate(fields.items()):
        pieces += [f'{"," if number else ""}"{key}":', *value]
    return (*pieces, "}")


def quoted(value: ColumnElement[Any]) -> Written:
    """Write a value that needs no escaping as a string."""
    return '"', cast(value, Text), '"'


def or_null(written: Written) -> Written:
    """Write null for NULL."""
    return (func.coalesce(expression(written), literal_column("'null'", Text)),)


def value_text(value: ColumnElement[Any], kind: GraphQLOutputType, *, is_optional: bool) -> Written:
    """Write a value of a scalar or enum type.

    Raises:
        UnplannableError: the database writes this type in another way than the executor.
    """
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        text = _list_text(value, kind)
    elif isinstance(kind, GraphQLEnumType):
        text = _enum_text(value, kind)
    elif isinstance(kind, GraphQLScalarType):
        text = _scalar_text(value, kind.name)
    else:
        raise UnplannableError
    return or_null(text) if is_optional else text


def id_text(prefix: str, value: ColumnElement[Any]) -> Written:
    """Write the opaque id of an object: `"sale_0192…"`."""
    # The cheapest of the ways to write a UUID without dashes.
    digits = func.encode(func.uuid_send(value), literal_column("'hex'", Text))
    return f'"{prefix}_', digits, '"'


def amount_text(minor: ColumnElement[Any], currency: ColumnElement[Any]) -> Written:
    """Write minor units as a decimal with the currency's digits, exactly: `1250.00`."""
    return quoted(minor * _unit(currency))


def instant_text(value: ColumnElement[Any]) -> Written:
    """Write an instant in UTC with the fraction that it has; the session's zone is UTC."""
    text = cast(func.to_json(value), Text)
    return (func.replace(text, literal_column("'+00:00'", Text), literal_column("'Z'", Text)),)


def _list_text(value: ColumnElement[Any], kind: GraphQLList[Any]) -> Written:
    """Write an array of texts."""
    inner = kind.of_type.of_type if isinstance(kind.of_type, GraphQLNonNull) else kind.of_type
    if getattr(inner, "name", None) != "String":
        raise UnplannableError
    return (cast(func.to_json(value), Text),)


def _scalar_text(value: ColumnElement[Any], name: str) -> Written:
    if name in _BARE or name == "JSON":
        return (cast(value, Text),)
    if name in _QUOTED or isinstance(value.type, Uuid):
        return quoted(value)
    if name == "String":
        return (cast(func.to_json(value), Text),)
    if name == "DateTime":
        return instant_text(value)
    raise UnplannableError


def _enum_text(value: ColumnElement[Any], kind: GraphQLEnumType) -> Written:
    """Write a member's name; mostly it is what the database holds."""
    stored = {
        str(getattr(one.value, "value", one.value)): name for name, one in kind.values.items()
    }
    text = cast(value, Text)
    if all(held == name for held, name in stored.items()):
        return quoted(value)
    names = {constant(held): constant(f'"{name}"') for held, name in stored.items()}
    return (case(names, value=text),)


def _unit(currency: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what one minor unit of a currency is, as a decimal of its digits."""
    unusual = {code: digits for code, digits in CURRENCY_DIGITS.items() if digits != _USUAL_DIGITS}
    by_code = case(
        {constant(code): _power(digits) for code, digits in unusual.items()}, value=currency
    )
    # Nearly every amount is of a currency with cents, so that one look decides.
    is_unusual = currency.in_([constant(code) for code in unusual])
    return case((is_unusual, by_code), else_=_power(_USUAL_DIGITS))


def _power(digits: int) -> ColumnElement[Any]:
    return literal_column(f"0.{'0' * (digits - 1)}1" if digits else "1::numeric")
