"""What a reseller's invoice or a report of the marketplace says, whatever file said it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.domain.errors import DomainError
from app.domain.money import currency_digits
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.tables.cells import LARGEST


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a customer of the reseller used, at what it costs the reseller."""

    number: int
    """Where it stands in the file."""
    invoice_no: str
    customer: str
    """The key of the source: an id, else the name."""
    customer_name: str
    sku: str
    description: str
    quantity: Decimal
    unit_cost: Decimal
    """For a whole period, with as many decimals as the source has."""
    duration: Decimal
    """The fraction of the period that is billed: 0.5 for 15 of 30 days."""
    amount_minor: int
    """What the source bills for it, without VAT."""
    subscription_id: str | None = None
    period_from: str | None = None
    period_to: str | None = None
    vat_rate: str | None = None
    sales_price: Decimal | None = None
    """The price for the customer, where the source has one."""


@dataclass(frozen=True, slots=True)
class Report:
    """One file, read and checked."""

    source_id: str
    """The number of the invoice, or the id of the report."""
    sha256: str
    """Of the file: the same file is the same report, whatever its name."""
    form: str
    """XVANTAGE, LEARNED or FLAT."""
    currency: str
    lines: tuple[Line, ...]
    invoice_on: str | None = None
    due_on: str | None = None
    notes: tuple[str, ...] = ()
    """What a person should know, such as charges that belong to nobody."""

    @property
    def month(self) -> str:
        """Return the month that is billed, YYYY-MM; empty where no line and no date says it."""
        months = Counter(one.period_from[:7] for one in self.lines if one.period_from)
        if months:
            return min(months, key=lambda month: (-months[month], month))
        return (self.invoice_on or "")[:7]

    @property
    def net_minor(self) -> int:
        """Return what all lines make."""
        return sum(one.amount_minor for one in self.lines)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One invoice of a list of invoices, which has no lines."""

    invoice_no: str
    invoice_on: str | None
    due_on: str | None
    status: str
    reference: str | None


def sha256_of(content: bytes) -> str:
    """Return the hash by which the same file is known again."""
    return hashlib.sha256(content).hexdigest()


def refused(message: str, path: str) -> TransferFaultError:
    """Return the fault of a file that cannot be used as it is."""
    return TransferFaultError(FaultClass.RECORD, f"{path}: {message}", path=path)


def minor_of(amount: Decimal, currency: str, path: str) -> int:
    """Return an amount in minor units, a half of one rounded away from zero."""
    try:
        digits = currency_digits(currency)
    except DomainError as error:
        raise refused(error.violations[0].message, path) from error
    if abs(amount) >= LARGEST:
        raise refused(f"{amount:f} is too large for an amount", path)
    return int(amount.scaleb(digits).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def amount_of(minor: int, currency: str) -> Decimal:
    """Return minor units as the amount they are."""
    return Decimal(minor).scaleb(-currency_digits(currency))
