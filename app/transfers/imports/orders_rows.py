"""The rows of an order file, read and gathered into orders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale

from app.domain.errors import ErrorCode
from app.domain.iso import COUNTRIES
from app.domain.money import MAX_AMOUNT_MINOR, currency_digits, round_half_up_div
from app.domain.sales import LINE_LIMIT
from app.domain.validation import QUANTITY_LIMIT, TEXT_LIMIT
from app.transfers.imports.records import Columns, Record
from app.transfers.imports.slugs import slug

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

COLUMNS = Columns(
    (
        "invoiceNo",
        "stockCode",
        "description",
        "quantity",
        "invoiceDate",
        "unitPrice",
        "customerId",
        "country",
    ),
    ("invoiceNo", "stockCode", "quantity", "invoiceDate", "unitPrice"),
)
UNITS_LIMIT = QUANTITY_LIMIT * LINE_LIMIT
"""Units of one row: what fits into the lines of one Sale."""
_CREDIT_MARK = "C"
_PRICE = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,12}))?")
_CUSTOMER = re.compile(r"([0-9]+)\.0+")
_OTHER_NAMES = {"eire": "IE", "rsa": "ZA", "usa": "US", "uk": "GB"}
"""Countries by names that no table has."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row: how many of a product, and what it comes to, in minor units.

    The amount is quantity × price, rounded once. `unit_price_minor` has the size of the price,
    rounded up, and `discount_minor` is what that is too much for the whole row. Both have the sign
    of the amount, while `quantity` counts units without one.
    """

    row_no: int
    product: str
    description: str | None
    quantity: int
    unit_price_minor: int
    discount_minor: int
    amount_minor: int
    is_negative: bool

    @property
    def is_adjustment(self) -> bool:
        """Tell whether it takes back something without a price, so that it is about stock alone."""
        return self.is_negative and not self.amount_minor

    @property
    def line_quantities(self) -> list[int]:
        """Return the units of the lines that the row needs: as few lines as can hold it."""
        full, rest = divmod(self.quantity, QUANTITY_LIMIT)
        return [QUANTITY_LIMIT] * full + [rest] * bool(rest)


@dataclass(frozen=True, slots=True)
class Order:
    """The rows with one number: who bought, when and where; both may be unknown.

    `country` is as the file has it, `country_code` what it stands for.
    """

    number: str
    sold_at: datetime
    customer: str | None
    country: str | None
    country_code: str | None
    rows: tuple[OrderRow, ...]

    @property
    def amount_minor(self) -> int:
        """Return what all its rows come to."""
        return sum(row.amount_minor for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Tell whether no row has an amount, so that there is nothing to invoice."""
        return not any(row.amount_minor for row in self.rows)

    @property
    def is_credit(self) -> bool:
        """Tell whether the number is that of a credit: a C in front of a digit."""
        return self.number[:1] == _CREDIT_MARK and self.number[1:2].isdigit()


def read_orders(records: Sequence[Record], currency: str, zone: ZoneInfo) -> list[Order]:
    """Gather rows into orders, in the order of their first rows.

    Rows collect what is wrong with them. An order with a wrong row is left out: all its rows count,
    or none.
    """
    gathered: dict[str, list[Record]] = {}
    for record in records:
        number = record.needed("invoiceNo")
        if number is not None:
            record.check.text("invoiceNo", number)
            gathered.setdefault(number, []).append(record)
    orders = (_read_order(number, listed, currency, zone) for number, listed in gathered.items())
    return [order for order in orders if order is not None]


def _read_order(
    number: str, records: Sequence[Record], currency: str, zone: ZoneInfo
) -> Order | None:
    """Read one order, or return None when a row of it is wrong."""
    first = records[0]
    customer, country = _customer_of(first), first.text("country")
    instants = [record.instant("invoiceDate", zone) for record in records]
    sold_at = instants[0]
    rows = []
    for record in records:
        if (_customer_of(record), record.text("country")) != (customer, country):
            message = f"row {first.row_no} has the same number for another customer or country"
            record.check.add(ErrorCode.INPUT_INVALID, message, "customerId")
        row = _read_row(record, currency)
        if row is not None:
            rows.append(row)
    first.check.instant("invoiceDate", sold_at)
    first.needed("invoiceDate")
    if sold_at is None or any(record.check.violations for record in records):
        return None
    return Order(number, sold_at, customer, country, country_code(country), tuple(rows))


def _customer_of(record: Record) -> str | None:
    """Return the customer's number; one that a spreadsheet took for a decimal loses its zero."""
    text = record.text("customerId")
    match = _CUSTOMER.fullmatch(text) if text else None
    return match[1] if match else text


def _read_row(record: Record, currency: str) -> OrderRow | None:
    """Read one row, or collect why it means nothing."""
    code = record.needed("stockCode")
    quantity = record.whole("quantity")
    price = _price_of(record)
    if quantity is None:
        record.needed("quantity")
    if code is None or quantity is None or price is None:
        return None
    product = slug(code)
    record.check.code("stockCode", product)
    if not 0 < abs(quantity) <= UNITS_LIMIT:
        message = f"a row is about 1 to {UNITS_LIMIT} units, sold or taken back, not {quantity}"
        record.check.add(ErrorCode.QUANTITY_INVALID, message, "quantity")
    numerator, scale = price
    if quantity < 0 and numerator < 0:
        message = "quantity and price are both negative: nobody can say which way the money goes"
        record.check.add(ErrorCode.INPUT_INVALID, message, "unitPrice")
    sign = -1 if (quantity < 0) is not (numerator < 0) else 1
    units, size = abs(quantity), abs(numerator) * 10 ** currency_digits(currency)
    amount = round_half_up_div(units * size, scale)
    unit_price = -(-size // scale)
    if units * unit_price > MAX_AMOUNT_MINOR:
        message = f"the row exceeds {MAX_AMOUNT_MINOR} minor units"
        record.check.add(ErrorCode.AMOUNT_TOO_LARGE, message, "quantity")
    text = record.text("description")
    return OrderRow(
        row_no=record.row_no,
        product=product,
        description=text[:TEXT_LIMIT] if text else None,
        quantity=units,
        unit_price_minor=sign * unit_price,
        discount_minor=sign * (units * unit_price - amount),
        amount_minor=sign * amount,
        is_negative=quantity < 0,
    )


def _price_of(record: Record) -> tuple[int, int] | None:
    """Return an exact price as a whole number of its smallest decimal, and how many make one."""
    text = record.needed("unitPrice")
    match = _PRICE.fullmatch(text.replace(",", ".")) if text else None
    if match is None:
        if text is not None:
            message = f"unitPrice must be a number such as 2.55, not {text!r}"
            record.check.add(ErrorCode.AMOUNT_INVALID, message, "unitPrice")
        return None
    sign, whole, decimals = match[1], match[2], match[3] or ""
    return int(f"{sign}{whole}{decimals}"), 10 ** len(decimals)


def country_code(name: str | None) -> str | None:
    """Return the code of a country that is given by its English name or by its code."""
    if name is None:
        return None
    return name if name in COUNTRIES else _codes_by_name().get(name.casefold())


@cache
def _codes_by_name() -> dict[str, str]:
    """Return the countries' codes by their English names."""
    names = {
        name.casefold(): code
        for code, name in Locale("en").territories.items()
        if code in COUNTRIES
    }
    return names | _OTHER_NAMES
