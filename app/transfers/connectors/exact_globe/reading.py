"""Files that Globe, or somebody else for Globe, has written; read laxly.

Exact's importer takes more than its schema allows, and real files make use of that. Names in any
case and order, decimal commas, and days the other way round are understood; what is not known is
passed over. A number that cannot be read is refused with its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree

from app.transfers.connectors.exact_globe.amounts import LARGEST, digits_of, minor_of, refused
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]
FILE_LIMIT_BYTES = 50 * 1024 * 1024
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_COMMA = re.compile(r"([+-]?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),([0-9]+)")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T.*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Lax:
    """An element, asked by names in any case."""

    element: etree._Element

    @property
    def name(self) -> str:
        """Return its name in small letters, without a namespace."""
        return _name(self.element)

    @property
    def place(self) -> str:
        """Return where it stands, for messages."""
        return f"line {self.element.sourceline}, {etree.QName(self.element).localname}"

    def all(self, *names: str) -> Iterator[Lax]:
        """Return the children with one of some names."""
        for child in self.element:
            if isinstance(child.tag, str) and _name(child) in names:
                yield Lax(child)

    def first(self, *path: str) -> Lax | None:
        """Return what stands first at a path of names, or None."""
        if not path:
            return self
        for child in self.all(path[0]):
            found = child.first(*path[1:])
            if found is not None:
                return found
        return None

    def deep(self, *names: str) -> Iterator[Lax]:
        """Return whatever has one of some names within it, at any depth."""
        for one in self.element.iterdescendants():
            if isinstance(one.tag, str) and _name(one) in names:
                yield Lax(one)

    def attribute(self, name: str) -> str | None:
        """Return an attribute, None where it is empty."""
        for key, value in self.element.attrib.items():
            if str(key).lower() == name:
                return str(value).strip() or None
        return None

    def text(self, *path: str) -> str | None:
        """Return the text at a path, None where there is none."""
        found = self.first(*path)
        return (
            None if found is None else " ".join("".join(found.element.itertext()).split()) or None
        )

    def code(self, *path: str) -> str | None:
        """Return the attribute `code` of what stands at a path."""
        found = self.first(*path)
        return None if found is None else found.attribute("code")

    def number(self, *path: str) -> Decimal | None:
        """Return a number, with a dot or a comma, None where there is none."""
        text = self.text(*path)
        if text is None:
            return None
        if match := _COMMA.fullmatch(text):
            text = f"{match[1]}{match[2].replace('.', '')}.{match[3]}"
        if not _NUMBER.fullmatch(text):
            raise refused(f"{text!r} is no number", self.place)
        found = Decimal(text)
        if abs(found) >= LARGEST:
            raise refused(f"{text!r} is too large for a number of Globe", self.place)
        return found

    def day(self, *path: str) -> str | None:
        """Return a day as YYYY-MM-DD, None where there is none."""
        text = self.text(*path)
        if text is None:
            return None
        try:
            if match := _DAY.fullmatch(text):
                return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
            if match := _DAY_FIRST.fullmatch(text):
                return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        except ValueError:
            pass
        raise refused(f"{text!r} is no day such as 2026-11-30", self.place)


@dataclass(frozen=True, slots=True)
class Document:
    """An order or an invoice of a file; `net_minor` is what its lines make."""

    element: Lax
    code: str
    """OurRef, else YourRef, else the number."""
    number: str | None
    day: str | None
    debtor: str | None
    currency: str
    net_minor: int
    lines: tuple[Record, ...]


def _name(element: etree._Element) -> str:
    """Return an element's name in small letters, without a namespace."""
    return str(element.tag).rpartition("}")[2].lower()


def parse(content: bytes) -> Lax:
    """Parse a file; entities and document types are refused, they have no place in one."""
    if len(content) > FILE_LIMIT_BYTES:
        limit = FILE_LIMIT_BYTES // 1024**2
        raise TransferFaultError(FaultClass.RECORD, f"The file has more than {limit} MB; divide it")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise TransferFaultError(FaultClass.RECORD, f"This is no XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        message = "The file has a document type of its own, which is not read; leave it out"
        raise TransferFaultError(FaultClass.RECORD, message)
    found = Lax(root)
    if found.name != "eexact":
        message = f"The file begins with {root.tag}, and eExact is wanted: is it one of Globe?"
        raise TransferFaultError(FaultClass.RECORD, message)
    return found


def documents_of(root: Lax, *, lists: tuple[str, ...] = ("invoices", "orders")) -> list[Document]:
    """Return all invoices and orders of a file."""
    return [_document(one) for group in root.all(*lists) for one in group.all("invoice", "order")]


def _document(element: Lax) -> Document:
    """Read one order or invoice."""
    lines = list(element.all("invoiceline", "orderline"))
    currency = element.code("currency") or next(
        (code for one in lines if (code := one.code("price", "currency"))), "EUR"
    )
    digits = digits_of(currency, element.place)
    read = [_line(number, one, digits) for number, one in enumerate(lines, 1)]
    number = element.attribute("number")
    ours = element.text("ourref") or element.text("yourref") or number
    if ours is None:
        raise refused("has neither OurRef, YourRef nor a number", element.place)
    return Document(
        element,
        ours,
        number,
        element.day("date") or element.day("orderedby", "date"),
        element.code("orderedby", "debtor") or element.code("invoiceto", "debtor"),
        currency,
        sum(one["net_minor"] for one in read),
        tuple(read),
    )


def _line(number: int, line: Lax, digits: int) -> Record:
    """Read one line; its amount is the one that stands there, else quantity times price."""
    quantity = line.number("quantity")
    if quantity is None:
        quantity = Decimal(1)
    price = line.number("price", "value")
    discount = line.number("discount", "percentage") or Decimal(0)
    amount = line.number("amount", "value")
    if amount is None:
        amount = quantity * (price or Decimal(0)) * (100 - discount) / 100
    return {
        "number": number,
        "item": line.code("item"),
        "description": line.text("description") or line.text("text") or line.code("item") or "",
        "quantity": quantity,
        "price": price if price is not None else amount / (quantity or Decimal(1)),
        "unit": _unit(line),
        "net_minor": minor_of(amount, digits, line.place),
    }


def _unit(line: Lax) -> str:
    """Return the unit of a line."""
    found = line.first("unit")
    return (found.attribute("unit") if found is not None else None) or "pc"


def due_on(element: Lax, day: str | None) -> str | None:
    """Return when an invoice is due: as written, else by the days of its payment condition."""
    for one in element.deep("invoiceduedate"):
        return one.day()
    days = element.number("paymentcondition", "daystopayment")
    if day is None or days is None:
        return None
    return (date.fromisoformat(day) + timedelta(days=int(days))).isoformat()
