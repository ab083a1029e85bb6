"""Scalars and the money type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from app.domain.money import format_amount
from app.resolvers.instants import write_instant

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,6})?")

BigInt = NewType("BigInt", int)
DecimalText = NewType("DecimalText", str)
Json = NewType("Json", object)


def _parse_integer(value: object) -> int:
    """Accept a JSON string or whole number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("BigInt is a whole number, best written as a string")  # noqa: TRY004 - GraphQL reports ValueError
    if not _INTEGER.fullmatch(str(value)):
        raise ValueError(f"BigInt is a whole number of at most 19 digits, not {value!r}")
    return int(value)


def _parse_decimal(value: object) -> str:
    """Accept a decimal string; a JSON number would pass through binary floating point."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(f'Decimal is a string such as "1250.00", not {value!r}')
    return value


def _parse_date(value: object) -> date:
    """Accept YYYY-MM-DD."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(f"Date is a string such as 2026-08-01, not {value!r}")
    return date.fromisoformat(value)


def _parse_instant(value: object) -> datetime:
    """Accept RFC 3339 with an offset."""
    if not isinstance(value, str):
        raise ValueError(f"DateTime is text such as 2026-08-01T18:30:00Z: {value!r}")  # noqa: TRY004 - same
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None or "T" not in value:
        raise ValueError(f"DateTime needs an offset, such as 2026-08-01T18:30:00Z, not {value!r}")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"DateTime lies between the years 1 and 9999, not {value!r}") from None


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Pass JSON through."""
    return value


SCALARS: Mapping[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 64 bits, as a string: JSON numbers are not exact.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-6",
        serialize=str,
        parse_value=_parse_integer,
    ),
    DecimalText: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number as a string, such as `1250.00`; never a JSON number.",
        specified_by_url="https://speleotrove.com/decimal/decarith.html",
        serialize=str,
        parse_value=_parse_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar date, `YYYY-MM-DD`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=date.isoformat,
        parse_value=_parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant with offset, such as `2026-08-01T18:30:00Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=lambda value: write_instant(value).replace("+00:00", "Z"),
        parse_value=_parse_instant,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=_plain,
        parse_value=_plain,
    ),
}
"""Which GraphQL scalar stands for which Python type."""


@strawberry.type(description="An amount of money, exact to the minor unit of its currency.")
class Money:
    """Minor units and currency."""

    minor: strawberry.Private[int]
    currency: str = strawberry.field(description="The ISO 4217 code, such as EUR.")

    @strawberry.field(description="The decimal amount with the currency's digits: `1250.00`.")
    def amount(self) -> DecimalText:
        """Write the amount."""
        return DecimalText(format_amount(self.minor, self.currency))

    @strawberry.field(description="The amount in minor units (cents for EUR, yen for JPY).")
    def amount_minor(self) -> BigInt:
        """Return the minor units."""
        return BigInt(self.minor)


@strawberry.input(description="An amount of money; its digits must be those of its currency.")
class MoneyInput:
    """A decimal string and a currency."""

    amount: DecimalText = strawberry.field(description="The decimal amount, such as `1250.00`.")
    currency: str = strawberry.field(description="The ISO 4217 code, such as EUR.")
