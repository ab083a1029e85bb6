"""Instalments as invoicing systems see them, read in one round of statements for all."""

from __future__ import annotations

from asyncio import gather
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from app.domain.invoices import InvoiceKind
from app.domain.money import format_amount
from app.domain.receivables import Receivable, invoice_status
from app.http.rest.models import (
    Instalment,
    InstalmentCustomer,
    InstalmentLine,
    InstalmentVat,
    Original,
)
from app.resolvers.ids import encode_id

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.resolvers.context import Context

Row = dict[str, Any]


async def read_instalments(context: Context, invoice_ids: Sequence[UUID]) -> list[Instalment]:
    """Read instalments in the order of their ids; what the caller cannot see is left out."""
    actor, reader = context.caller, context.reader

    async def rows(table: str, ids: Collection[UUID | None]) -> Mapping[UUID, Any]:
        return await reader.by_ids(actor, table, [one for one in set(ids) if one is not None])

    async def children(table: str, order: tuple[str, ...]) -> Mapping[UUID, list[Any]]:
        return await reader.by_parents(actor, table, "invoice_id", invoice_ids, order)

    invoices = await rows("invoice", invoice_ids)
    if not invoices:
        return []
    cells, vat = await gather(
        children("invoice_line", ("line_id", "component_id", "original_invoice_id")),
        children("invoice_vat", ("vat_category", "rate_bp", "original_invoice_id")),
    )
    every = [cell for some in cells.values() for cell in some]
    originals = {cell["original_invoice_id"] for cell in every}
    sales, accounts, lines, components, documented = await gather(
        rows("sale", {one["sale_id"] for one in invoices.values()}),
        rows("account", {one["account_id"] for one in invoices.values()}),
        rows("sale_line", {cell["line_id"] for cell in every}),
        rows("sale_line_component", {cell["component_id"] for cell in every}),
        reader.by_parents(actor, "receivable", "invoice_id", [*invoices, *originals], ()),
    )
    credited, products = await gather(
        rows("invoice", originals),
        rows("product", {one["product_id"] for one in components.values()}),
    )
    found = _Found(
        today=await context.today(),
        sales=sales,
        accounts=accounts,
        lines=lines,
        components=components,
        products=products,
        codes={one["id"]: one["code"] for one in credited.values()},
        facts={key: _facts(some[0]) for key, some in documented.items()},
    )
    return [
        found.instalment(invoices[one], cells.get(one, []), vat.get(one, []))
        for one in invoice_ids
        if one in invoices
    ]


def _facts(row: Mapping[str, Any]) -> Receivable:
    return Receivable(**{one.name: row[one.name] for one in fields(Receivable)})


class _Found:
    """Everything that was read, by id."""

    def __init__(
        self,
        *,
        today: date,
        sales: Mapping[UUID, Any],
        accounts: Mapping[UUID, Any],
        lines: Mapping[UUID, Any],
        components: Mapping[UUID, Any],
        products: Mapping[UUID, Any],
        codes: Mapping[UUID, str],
        facts: Mapping[UUID, Receivable],
    ) -> None:
        """Keep it."""
        self.today = today
        self.sales = sales
        self.accounts = accounts
        self.lines = lines
        self.components = components
        self.products = products
        self.codes = codes
        self.facts = facts

    def instalment(
        self, row: Mapping[str, Any], cells: Sequence[Any], vat: Sequence[Any]
    ) -> Instalment:
        """Put one instalment together."""
        sale, account = self.sales[row["sale_id"]], self.accounts[row["account_id"]]
        facts, currency = self.facts.get(row["id"]), row["currency"]
        is_note = row["kind"] is InvoiceKind.CREDIT_NOTE
        is_documented = facts is not None and facts.is_documented
        ordered = sorted(cells, key=self._place)
        return Instalment(
            instalment_code=row["code"],
            id=encode_id("invoice", row["id"]),
            kind=row["kind"],
            status=invoice_status(
                amount_minor=row["amount_minor"],
                planned_on=row["planned_on"],
                facts=facts,
                today=self.today,
            ),
            claimed_by=facts.claimed_by if facts else None,
            claimed_until=facts.claim_expires_at if facts else None,
            planned_on=row["planned_on"],
            sale_id=encode_id("sale", sale["id"]),
            sale_code=sale["code"],
            sale_reference=sale["reference"],
            reference=row["reference"],
            customer=InstalmentCustomer(
                id=encode_id("account", account["id"]),
                code=account["code"],
                customer_code=account["external_code"],
                name=account["name"],
            ),
            payment_term_days=account["payment_term_days"],
            currency=currency,
            net=format_amount(row["net_minor"] or 0, currency),
            vat=format_amount(row["vat_minor"] or 0, currency),
            gross=format_amount(row["gross_minor"] or 0, currency),
            lines=[self._line(one, is_note=is_note) for one in ordered if one["amount_minor"]],
            vat_summary=[self._vat(one, is_note=is_note) for one in vat],
            originals=self._originals(ordered) if is_note else [],
            document_state=facts.document_state if facts else None,
            invoice_number=facts.document_no if facts else None,
            invoice_date=facts.issued_on if facts else None,
            due_date=facts.due_on if facts else None,
            open_amount=(
                format_amount(facts.open_minor, currency) if facts and is_documented else None
            ),
        )

    def _place(self, cell: Mapping[str, Any]) -> tuple[int, int, str]:
        """Order cells as their lines and components stand on the Sale."""
        line, component = self.lines[cell["line_id"]], self.components[cell["component_id"]]
        original = self.codes[cell["original_invoice_id"]]
        return line["line_no"], component["component_no"], original

    def _line(self, cell: Mapping[str, Any], *, is_note: bool) -> InstalmentLine:
        line, component = self.lines[cell["line_id"]], self.components[cell["component_id"]]
        product = self.products[component["product_id"]]
        currency = cell["currency"]
        return InstalmentLine(
            line_no=line["line_no"],
            product_id=encode_id("product", product["id"]),
            product_code=product["code"],
            description=line["description"],
            quantity=line["quantity"] * component["quantity"],
            net=format_amount(cell["net_minor"], currency),
            vat=format_amount(cell["vat_minor"], currency),
            gross=format_amount(cell["gross_minor"], currency),
            vat_category=component["vat_category"],
            vat_rate=_percent(component["rate_bp"]),
            revenue_account=component["revenue_account"],
            original_code=self.codes[cell["original_invoice_id"]] if is_note else None,
        )

    def _vat(self, row: Mapping[str, Any], *, is_note: bool) -> InstalmentVat:
        return InstalmentVat(
            vat_category=row["vat_category"],
            vat_rate=_percent(row["rate_bp"]),
            net=format_amount(row["net_minor"], row["currency"]),
            vat=format_amount(row["vat_minor"], row["currency"]),
            original_code=self.codes[row["original_invoice_id"]] if is_note else None,
        )

    def _originals(self, cells: Sequence[Any]) -> list[Original]:
        """Name the documents that a credit note credits, each once."""
        found = []
        for one in sorted(
            {cell["original_invoice_id"] for cell in cells}, key=self.codes.__getitem__
        ):
            facts = self.facts.get(one)
            found.append(
                Original(
                    instalment_code=self.codes[one],
                    invoice_number=facts.document_no if facts else None,
                    invoice_date=facts.issued_on if facts else None,
                )
            )
        return found


def _percent(rate_bp: int) -> str:
    """Write basis points as percent."""
    return f"{rate_bp // 100}.{rate_bp % 100:02d}"
