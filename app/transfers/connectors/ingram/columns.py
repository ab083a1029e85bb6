"""Learned columns: which column of a report means what, kept by the signature of its header.

No report of the marketplace is the same as another, so nothing about one is written down here. A
proposal is made from words in the header and from what the cells look like; a person confirms it
once, and the caller keeps it as a template.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.ingram.records import refused
from app.transfers.tables.cells import day_of, decimal_mark_of, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.tables.reading import Table

SAMPLE_ROWS = 50
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Meaning:
    """Something that a column can mean, and the words by which a header is likely to say so."""

    kind: str
    """TEXT, NUMBER, DAY or CURRENCY."""
    words: tuple[str, ...]
    """Sets of words, the best first; all words of a set have to be in the header."""
    is_needed: bool = False


MEANINGS: dict[str, Meaning] = {
    "customer_id": Meaning(
        "TEXT",
        ("customer account id", "customer id", "customer external id", "client id", "account id"),
    ),
    "customer_name": Meaning(
        "TEXT",
        ("end customer name", "customer name", "customer company", "client name", "customer"),
    ),
    "subscription_id": Meaning("TEXT", ("subscription id", "subscription number")),
    "sku": Meaning(
        "TEXT",
        ("mpn", "sku", "part number", "product code", "plan id", "item code", "product id"),
        is_needed=True,
    ),
    "description": Meaning(
        "TEXT", ("product name", "plan name", "subscription name", "description", "product")
    ),
    "quantity": Meaning("NUMBER", ("quantity", "qty", "seats", "units"), is_needed=True),
    "unit_cost": Meaning(
        "NUMBER", ("unit cost", "unit price", "cost price", "price per unit", "purchase price")
    ),
    "duration": Meaning("NUMBER", ("duration", "period fraction", "proration", "fraction")),
    "discount": Meaning("NUMBER", ("discount amount", "discount")),
    "amount": Meaning(
        "NUMBER", ("extended price", "net amount", "net price", "line total", "amount", "total")
    ),
    "sales_price": Meaning("NUMBER", ("customer price", "sales price", "retail price", "msrp")),
    "vat_rate": Meaning("NUMBER", ("vat rate", "tax rate", "vat percentage", "tax percentage")),
    "currency": Meaning("CURRENCY", ("currency code", "currency")),
    "period_from": Meaning(
        "DAY", ("period from", "period start", "charge start", "start date", "from")
    ),
    "period_to": Meaning("DAY", ("period to", "period end", "charge end", "end date", "to")),
    "invoice_no": Meaning("TEXT", ("invoice number", "invoice no", "invoice id")),
}
"""What a column can mean. A report needs its sku and quantity, a customer, and what it costs."""
_OTHERS = frozenset({"reseller", "vendor", "distributor", "provider"})
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Template:
    """What the columns of one kind of report mean, as a person confirmed it."""

    signature: str
    columns: Mapping[str, str]
    """From meaning to column."""
    decimal_mark: str | None = None
    is_month_first: bool = False
    currency: str | None = None
    """Where no column says it."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the columns of a file seem to mean."""

    template: Template
    missing: tuple[str, ...] = ()
    """What a report needs and no column seems to say."""
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A few cells of each column."""


def signature_of(columns: Sequence[str]) -> str:
    """Return the signature of a header: the same for the same columns in any order and case."""
    names = sorted(" ".join(_words(one)) for one in columns)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def template_from(saved: Mapping[str, Any]) -> Template:
    """Read a template as a caller keeps it."""
    columns = saved.get("columns")
    if not isinstance(columns, dict) or not saved.get("signature"):
        raise refused("needs `signature` and `columns`", "templates")
    unknown = sorted(set(columns) - set(MEANINGS))
    if unknown:
        message = f"{unknown[0]!r} is no meaning of a column; {', '.join(MEANINGS)} are"
        raise refused(message, "templates.columns")
    template = Template(
        str(saved["signature"]),
        {str(meaning): str(column) for meaning, column in columns.items()},
        saved.get("decimal_mark"),
        saved.get("is_month_first") is True,
        saved.get("currency"),
        str(saved.get("name") or ""),
    )
    missing = missing_of(template)
    if missing:
        raise refused(f"says no column for {', '.join(missing)}", "templates.columns")
    return template


def saved_from(template: Template) -> dict[str, Any]:
    """Return a template as JSON, for the caller to keep."""
    return {
        "signature": template.signature,
        "name": template.name,
        "columns": dict(template.columns),
        "decimal_mark": template.decimal_mark,
        "is_month_first": template.is_month_first,
        "currency": template.currency,
    }


def missing_of(template: Template) -> tuple[str, ...]:
    """Return what a template does not say and a report needs."""
    known = set(template.columns)
    missing = [name for name, one in MEANINGS.items() if one.is_needed and name not in known]
    if not known & {"customer_id", "customer_name"}:
        missing.append("customer_id or customer_name")
    if not known & {"amount", "unit_cost"}:
        missing.append("amount or unit_cost")
    if "currency" not in known and template.currency is None:
        missing.append("currency")
    return tuple(missing)


def propose(table: Table) -> Proposal:
    """Propose what the columns of a table mean, by its header and a sample of its cells."""
    sample = table.rows[:SAMPLE_ROWS]
    cells = {
        column: [text for row in sample if (text := row.cells.get(column)) is not None]
        for column in table.columns
    }
    scored = sorted(
        (
            (-_score(one, column, cells[column]), order, at, name, column)
            for order, (name, one) in enumerate(MEANINGS.items())
            for at, column in enumerate(table.columns)
        ),
    )
    chosen: dict[str, str] = {}
    for score, _, _, name, column in scored:
        if score < 0 and name not in chosen and column not in chosen.values():
            chosen[name] = column
    numbers = [
        text
        for name, column in chosen.items()
        if MEANINGS[name].kind == "NUMBER"
        for text in cells[column]
    ]
    is_text = table.form.kind in {"CSV", "XML"}
    template = Template(
        signature_of(table.columns),
        {name: chosen[name] for name in MEANINGS if name in chosen},
        decimal_mark_of(numbers) if is_text else ".",
    )
    samples = {column: tuple(texts[:3]) for column, texts in cells.items()}
    return Proposal(template, missing_of(template), samples)


def _score(meaning: Meaning, column: str, cells: Sequence[str]) -> int:
    """Return how likely a column has a meaning; 0 where it cannot."""
    words = _words(column)
    if _OTHERS & set(words) or not _looks_like(meaning.kind, cells):
        return 0
    for rank, wanted in enumerate(meaning.words):
        parts = wanted.split()
        if set(parts) <= set(words):
            surplus = len(words) - len(parts)
            return max(1, 100 * len(parts) - 10 * rank - 15 * surplus)
    return 0


def _looks_like(kind: str, cells: Sequence[str]) -> bool:
    """Tell whether cells can be of a kind; none at all can be anything."""
    if kind == "NUMBER":
        return all(
            number_of(one, ".") is not None or number_of(one, ",") is not None for one in cells
        )
    if kind == "DAY":
        return all(day_of(one) or day_of(one, is_month_first=True) for one in cells)
    if kind == "CURRENCY":
        return all(_CURRENCY.fullmatch(one) for one in cells)
    return True


def _words(column: str) -> list[str]:
    """Return the words of a header in small letters: `CustomerAccount_ID` has three."""
    return [one.lower() for one in _WORD.findall(column)]
