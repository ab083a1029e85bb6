"""Whole files for Globe: one or many records, checked again from their own bytes.

The same records and settings make the same bytes: there is neither a clock nor chance in a file,
and its name is that of its content.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from app.transfers.connectors.exact_globe.amounts import refused
from app.transfers.connectors.exact_globe.documents import Writer, Written
from app.transfers.connectors.exact_globe.masters import account, item
from app.transfers.connectors.exact_globe.reading import documents_of, parse
from app.transfers.connectors.exact_globe.structure import problems
from app.transfers.contract.connectors import MadeFile
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.connectors.exact_globe.administration import Administration

Record = dict[str, Any]
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SHOWN_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into one file; each list may be empty."""

    accounts: Sequence[Record] = ()
    items: Sequence[Record] = ()
    invoices: Sequence[Record] = ()
    orders: Sequence[Record] = ()


@dataclass(frozen=True, slots=True)
class GlobeFile:
    """A file, and what its documents make."""

    made: MadeFile
    sha256: str
    differences_minor: dict[str, int] = field(default_factory=dict)
    """The line of cents differences by the code of the document, also where it is 0."""


def write_file(
    house: Administration, contents: Contents, debtors: Mapping[str, str] | None = None
) -> GlobeFile:
    """Write one file of accounts, items, invoices and orders.

    Args:
        debtors: codes of debtors by `customer:<id>`, for records that do not name their own.

    Raises:
        TransferFaultError: `RECORD` names the field that Globe could not hold.
    """
    root = etree.Element("eExact", nsmap={"xsi": _XSI})
    root.set(f"{{{_XSI}}}noNamespaceSchemaLocation", "eExact-Schema.xsd")
    writer = Writer(house, debtors or {})
    count = len(contents.accounts) + len(contents.items)
    _append(root, "Accounts", [account(house, *one) for one in _placed(contents.accounts)])
    _append(root, "Items", [item(house, *one) for one in _placed(contents.items)])
    documents: dict[str, Written] = {}
    for tag, records, write in (
        ("Invoices", contents.invoices, writer.invoice),
        ("Orders", contents.orders, writer.order),
    ):
        found = [(str(record["code"]), write(record, path)) for record, path in _placed(records)]
        _append(root, tag, [one.element for _, one in found])
        documents.update(found)
        count += len(found)
    if not count:
        raise refused("is empty, and a file needs at least one", "records")
    content: bytes = etree.tostring(
        root, pretty_print=True, xml_declaration=True, encoding="UTF-8", doctype=None
    )
    _recheck(content, documents)
    sha256 = hashlib.sha256(content).hexdigest()
    currencies = {one.currency for one in documents.values()}
    is_one = len(currencies) == 1
    made = MadeFile(
        name=f"globe-{_title(contents)}-{sha256[:12]}.xml",
        media_type="application/xml",
        content=content,
        count=count,
        total_minor=sum(one.total_minor for one in documents.values()) if is_one else None,
        currency=currencies.pop() if is_one else None,
    )
    return GlobeFile(made, sha256, {code: one.difference_minor for code, one in documents.items()})


def _placed(records: Sequence[Record]) -> list[tuple[Record, str]]:
    """Return records with their places for messages; the same code twice is refused."""
    seen: set[str] = set()
    found = []
    for index, record in enumerate(records):
        path = f"records[{index}]." if len(records) > 1 else ""
        code = str(record.get("external_code") or record.get("code"))
        if code in seen:
            raise refused(f"{code!r} is in the file twice", f"{path}code")
        seen.add(code)
        found.append((record, path))
    return found


def _append(root: etree._Element, tag: str, elements: Sequence[etree._Element]) -> None:
    """Put elements into a list of their own, where there are any."""
    if elements:
        etree.SubElement(root, tag).extend(elements)


def _title(contents: Contents) -> str:
    """Return what is in a file, as a part of its name."""
    named = {
        "accounts": contents.accounts,
        "items": contents.items,
        "invoices": contents.invoices,
        "orders": contents.orders,
    }
    return "-".join(name for name, records in named.items() if records)


def _recheck(content: bytes, documents: Mapping[str, Written]) -> None:
    """Read the bytes as Globe would: their structure, and the total of each document."""
    found = list(problems(content))
    sums = {one.code: one.net_minor for one in documents_of(parse(content))}
    found += [
        f"{code} makes {sums.get(code)} in the file and {one.total_minor} here"
        for code, one in documents.items()
        if sums.get(code) != one.total_minor
    ]
    if found:
        told = "; ".join(found[:_SHOWN_PROBLEMS])
        raise TransferFaultError(FaultClass.DEFECT, f"The file is not as Globe wants it: {told}")
