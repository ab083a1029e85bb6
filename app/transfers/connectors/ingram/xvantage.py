"""Reseller invoices of Xvantage: the answer to one invoice, and the list that a search returns.

The official example does not keep to its own description: names in other capitals, numbers as
text, parts that are not described. So names are compared without capitals, and a number may be a
text; what is needed and absent is refused with its path.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.ingram.records import (
    Line,
    Report,
    SearchHit,
    amount_of,
    minor_of,
    refused,
    sha256_of,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.tables.cells import day_of, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEPTH_LIMIT = 50
_TAX = "tax"


def parse(name: str, content: bytes) -> dict[str, Any]:
    """Parse JSON into objects whose keys are in small letters; numbers keep their digits."""
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise TransferFaultError(FaultClass.RECORD, f"{name} is no JSON: {error}") from error
    lowered = _lowered(found, name, 0)
    if not isinstance(lowered, dict):
        raise TransferFaultError(FaultClass.RECORD, f"{name} holds no object")
    return lowered


def _lowered(value: object, name: str, depth: int) -> object:
    """Return a value with all keys in small letters."""
    if depth > _DEPTH_LIMIT:
        raise TransferFaultError(FaultClass.RECORD, f"{name} is nested too deep")
    if isinstance(value, dict):
        return {key.lower(): _lowered(one, name, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_lowered(one, name, depth + 1) for one in value]
    return value


def is_invoice(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is one invoice with its lines."""
    return "invoicenumber" in document and isinstance(document.get("lines"), list)


def is_search(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is what a search returned."""
    return isinstance(document.get("invoices"), list)


def read_search(document: Mapping[str, Any]) -> tuple[SearchHit, ...]:
    """Read a list of invoices; they are to be fetched one by one."""
    found = []
    for index, one in enumerate(document["invoices"]):
        path = f"invoices[{index}]."
        if not isinstance(one, dict):
            raise refused("is no object", path)
        found.append(
            SearchHit(
                _text(one, "invoicenumber", f"{path}invoiceNumber"),
                _day(one, "invoicedate", f"{path}invoiceDate"),
                _day(one, "invoiceduedate", f"{path}invoiceDueDate"),
                (_optional(one, "invoicestatus") or "").upper(),
                _optional(one, "endcustomerordernumber"),
            )
        )
    return tuple(found)


def read_invoice(document: Mapping[str, Any], content: bytes) -> Report:
    """Read one invoice, and check that its lines make its net amount."""
    number = _text(document, "invoicenumber", "invoiceNumber")
    lines = [one for one in document["lines"] if isinstance(one, dict)]
    if not lines:
        raise refused("is empty", "lines")
    currency = _currency(document, lines)
    customer, name = _customer(document)
    read = [_line(index, one, number, currency) for index, one in enumerate(lines)]
    charges, notes = _charges(document, currency, sum(one.amount_minor for one in read))
    for index, (title, minor) in enumerate(charges):
        amount = amount_of(minor, currency)
        sku = f"CHARGE:{title.upper()}"
        numbered = len(read) + index + 1
        read.append(
            Line(numbered, number, "", "", sku, title, Decimal(1), amount, Decimal(1), minor)
        )
    odd = [
        one.number
        for one in read
        if abs(minor_of(one.quantity * one.unit_cost, currency, "lines") - one.amount_minor) > 1
    ]
    if odd:
        told = f"{len(odd)} lines are not quantity × unit price to the cent; the first is {odd[0]}"
        notes = (*notes, told)
    return Report(
        number,
        sha256_of(content),
        "XVANTAGE",
        currency,
        tuple(replace(one, customer=customer, customer_name=name) for one in read),
        _day(document, "invoicedate", "invoiceDate"),
        _day(document, "invoiceduedate", "invoiceDueDate"),
        notes,
    )


def _line(index: int, line: Mapping[str, Any], invoice_no: str, currency: str) -> Line:
    """Read one line; what it costs is its extended price."""
    path = f"lines[{index}]."
    own = _optional(line, "currencycode")
    if own is not None and own.upper() != currency:
        raise refused(f"is {own}, and the invoice is in {currency}", f"{path}currencyCode")
    sku = _optional(line, "vendorpartnumber") or _optional(line, "ingrampartnumber")
    if sku is None:
        raise refused("is missing, and so is ingramPartNumber", f"{path}vendorPartNumber")
    quantity = _number(line, "quantity", f"{path}quantity")
    amount = _number(line, "extendedprice", f"{path}extendedPrice")
    rate = _optional(line, "taxpercentage")
    return Line(
        index + 1,
        invoice_no,
        "",
        "",
        sku,
        _optional(line, "productdescription") or sku,
        quantity,
        _number(line, "unitprice", f"{path}unitPrice"),
        Decimal(1),
        minor_of(amount, currency, f"{path}extendedPrice"),
        vat_rate=rate,
    )


def _customer(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return whom the reseller sold to: the end user, else who gets it, else who is billed."""
    for part in ("enduserinfo", "shiptoinfo", "billtoinfo"):
        found = document.get(part)
        if isinstance(found, dict):
            name = _optional(found, "companyname") or _optional(found, "contact")
            if name is not None:
                return " ".join(name.split()), " ".join(name.split())
    raise refused("names no company, nor do shipToInfo and billToInfo", "endUserInfo")


def _currency(document: Mapping[str, Any], lines: list[dict[str, Any]]) -> str:
    """Return the currency of an invoice."""
    rates = document.get("fxrateinfo")
    found = _optional(rates, "invoicecurrency") if isinstance(rates, dict) else None
    found = found or _optional(lines[0], "currencycode")
    if found is None:
        raise refused("is missing, and no line has a currencyCode", "fxRateInfo.invoiceCurrency")
    return found.upper()


def _charges(
    document: Mapping[str, Any], currency: str, lines_minor: int
) -> tuple[list[tuple[str, int]], tuple[str, ...]]:
    """Return the charges that the net amount holds, and a note of those that it does not."""
    summary = document.get("summary") or {}
    totals = summary.get("totals") or {}
    path = "summary.totals.netInvoiceAmount"
    net = minor_of(_number(totals, "netinvoiceamount", path), currency, path)
    charges = []
    for index, one in enumerate(summary.get("misccharges") or []):
        at = f"summary.miscCharges[{index}].miscChargeLineTotal"
        amount = minor_of(_number(one, "miscchargelinetotal", at), currency, at)
        charges.append((_optional(one, "chargedescription") or "CHARGE", amount))
    if net == lines_minor:
        told = [f"{title} {amount_of(minor, currency)}" for title, minor in charges if minor]
        note = f"charges beside the net amount, in no order: {', '.join(told)}"
        return [], ((note,) if told else ())
    for held in (charges, [one for one in charges if one[0].lower() != _TAX]):
        if lines_minor + sum(minor for _, minor in held) == net:
            return [one for one in held if one[1]], ()
    beside = sum(minor for _, minor in charges)
    message = (
        f"is {amount_of(net, currency)}, and the lines make {amount_of(lines_minor, currency)}, "
        f"with all charges {amount_of(lines_minor + beside, currency)}"
    )
    raise refused(message, path)


def _optional(found: Mapping[str, Any], name: str) -> str | None:
    """Return a text, None where it is empty."""
    value = found.get(name)
    if value is None or isinstance(value, (dict, list)):
        return None
    return str(value).strip() or None


def _text(found: Mapping[str, Any], name: str, path: str) -> str:
    """Return a text that has to be there."""
    value = _optional(found, name)
    if value is None:
        raise refused("is missing", path)
    return value


def _number(found: Mapping[str, Any], name: str, path: str) -> Decimal:
    """Return a number, also where it is a text."""
    text = _text(found, name, path)
    value = number_of(text, ".")
    if value is None:
        raise refused(f"{text!r} is no number", path)
    return value


def _day(found: Mapping[str, Any], name: str, path: str) -> str | None:
    """Return a day, None where there is none."""
    text = _optional(found, name)
    if text is None:
        return None
    day = day_of(text, is_month_first=True)
    if day is None:
        raise refused(f"{text!r} is no day", path)
    return day.isoformat()
