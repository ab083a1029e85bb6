"""What orders stand on: products, accounts, what was imported before, and what is left of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.commands.accounts import ACCOUNT
from app.commands.imported_orders import document_number
from app.commands.products import PRODUCT, PRODUCT_GROUP
from app.domain.accounts import Account
from app.domain.documents import DocumentState, InvoiceDocument
from app.domain.products import Product, ProductGroup, ProductKind, ProductScope
from app.domain.sales import Sale, SaleChannel, SaleLine, SaleStatus
from app.domain.validation import TEXT_LIMIT, Check
from app.domain.vat_rules import VatRuleEntry
from app.storage.organisations import read_organisation
from app.transfers.imports.intake import Intake
from app.transfers.imports.orders_plan import Lot
from app.transfers.imports.slugs import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.domain.errors import Violation
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.imports.orders_rows import Order
    from app.transfers.imports.reports import ImportOptions

COLLECTIVE = "NO-NUMBER"
"""What the codes of accounts begin with that stand for customers without a number."""


@dataclass(slots=True)
class Ground:
    """What is there before the first order is written.

    `known` has what the documents of orders that were imported before come to, by order number.
    `rated_from` is the first day of the club's own VAT rule, None when there is none. `checks` are
    those of the rows for which something was to be created.
    """

    product_ids: dict[str, UUID] = field(default_factory=dict)
    account_ids: dict[str, UUID] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    rated_from: date | None = None
    counts: dict[str, list[int]] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    @property
    def violations(self) -> list[Violation]:
        """Return what is wrong with rows; each names its row first."""
        return [violation for check in self.checks for violation in check.violations]

    def has_all(self, order: Order) -> bool:
        """Tell whether everything that an order refers to is there."""
        if order.is_empty:
            return True
        products = {row.product for row in order.rows if not row.is_adjustment}
        return account_code(order) in self.account_ids and products <= self.product_ids.keys()

    def vat_day(self, day: date) -> date:
        """Return the day whose VAT rules an order has: its own, or the first that has any."""
        return day if self.rated_from is None else max(day, self.rated_from)


def account_code(order: Order) -> str:
    """Return the code of an order's account: the customer's number, else its country's account."""
    if order.customer is not None:
        return slug(order.customer)
    return f"{COLLECTIVE}-{order.country_code or slug(order.country or '') or 'ANYWHERE'}"


def lay_ground(
    work: UnitOfWork,
    actor: Actor,
    orders: Sequence[Order],
    options: ImportOptions,
    currency: str,
    say: Callable[[str], None],
) -> Ground:
    """Create the products and accounts that do not exist; those that do stay as they are."""
    organisation = read_organisation(work)
    intake = Intake(work, actor, organisation, options, say)
    ground = Ground(counts=intake.counts)
    ground.known = _documented(work, orders, options.source)
    fresh = [one for one in orders if one.number not in ground.known and not one.is_empty]
    _lay_products(intake, fresh, ground)
    _lay_accounts(intake, fresh, ground, currency)
    ground.lots = _lots(work, [o for o in fresh if o.is_credit], ground, options.source)
    country, supply_type = organisation.country, options.supply_type
    rules = work.find(VatRuleEntry, country=country, supply_type=supply_type)
    ground.rated_from = min((one.valid_from for one in rules), default=None)
    return ground


def _documented(work: UnitOfWork, orders: Sequence[Order], source: str) -> dict[str, int]:
    """Return what the documents of orders come to, of those that have any."""
    numbers = {
        document_number(order.number, position): order.number
        for order in orders
        for position in range(len(order.rows))
    }
    # A number such as 17-2 may be an order's own.
    numbers |= {order.number: order.number for order in orders}
    found: dict[str, int] = defaultdict(int)
    for one in work.find(InvoiceDocument, source=source, number=list(numbers)):
        if one.state is not DocumentState.REJECTED:
            found[numbers[one.number]] += one.gross_minor
    return dict(found)


def _lay_products(intake: Intake, orders: Sequence[Order], ground: Ground) -> None:
    """Find the products of all rows, and create those that are missing as catalog items."""
    names: dict[str, tuple[int, str | None]] = {}
    needed = (row for order in orders for row in order.rows if not row.is_adjustment)
    for row in needed:
        row_no, name = names.get(row.product, (row.row_no, None))
        names[row.product] = (row_no, name or row.description)
    known = intake.by_code(Product, names)
    missing = {code: found for code, found in names.items() if code not in known}
    intake.counts["product"] = [0, 0, len(known)]
    if missing:
        group_id = _group(intake, intake.options.group)
        rows = []
        for code, (row_no, name) in missing.items():
            values = {
                "code": code,
                "name": name or code,
                "kind": ProductKind.CATALOG,
                "scope": ProductScope.NONE,
                "product_group_id": group_id,
                "supply_type": intake.options.supply_type,
            }
            rows.append((_check(ground, row_no), values))
        known |= {one.code: one for one in intake.store(PRODUCT, rows) if one is not None}
    ground.product_ids = {code: one.id for code, one in known.items()}


def _group(intake: Intake, code: str) -> UUID:
    """Return the product group of new products, creating it where it does not exist."""
    known: Mapping[str, ProductGroup] = intake.by_code(ProductGroup, [code])
    if code in known:
        return known[code].id
    check = Check("", "group")
    (created,) = intake.store(PRODUCT_GROUP, [(check, {"code": code, "name": code})])
    check.refuse_if_any()
    group_id: UUID = created.id
    return group_id


def _lay_accounts(intake: Intake, orders: Sequence[Order], ground: Ground, currency: str) -> None:
    """Find the accounts of all orders, and create those that are missing."""
    first: dict[str, Order] = {}
    for order in orders:
        first.setdefault(account_code(order), order)
    known = intake.by_code(Account, first)
    intake.counts["account"] = [0, 0, len(known)]
    rows = []
    for code, order in first.items():
        if code not in known:
            values = {
                "code": code,
                "name": _account_name(order),
                "country": order.country_code,
                "currency": currency,
            }
            rows.append((_check(ground, order.rows[0].row_no), values))
    known |= {one.code: one for one in intake.store(ACCOUNT, rows) if one is not None}
    ground.account_ids = {code: one.id for code, one in known.items()}


def _account_name(order: Order) -> str:
    """Name a new account by what the file knows of it."""
    if order.customer is not None:
        return f"Customer {order.customer}"[:TEXT_LIMIT]
    return f"Customers without a number, {order.country or 'country unknown'}"[:TEXT_LIMIT]


def _check(ground: Ground, row_no: int) -> Check:
    """Return a check of one row, which the ground keeps."""
    check = Check(str(row_no))
    ground.checks.append(check)
    return check


def _lots(work: UnitOfWork, credits_: Iterable[Order], ground: Ground, source: str) -> list[Lot]:
    """Return what earlier imports sold to the accounts of credits, as far as it is live."""
    accounts = {
        ground.account_ids[code]: code
        for code in map(account_code, credits_)
        if code in ground.account_ids
    }
    final = {SaleStatus.FINAL.value}
    found = work.find(Sale, account_id=list(accounts), status=final) if accounts else []
    sales = {sale.id: sale for sale in found if sale.channel is SaleChannel.IMPORT}
    if not sales:
        return []
    documents = {
        one.sale_id: one.number
        for one in reversed(work.find(InvoiceDocument, sale_id=list(sales), source=source))
        if one.gross_minor > 0 and one.state is DocumentState.ACCEPTED
    }
    codes = {one: code for code, one in ground.product_ids.items()}
    counts: dict[tuple[str, UUID, str, int], int] = defaultdict(int)
    for line in work.find(SaleLine, sale_id=list(documents)):
        live = line.quantity - line.quantity_cancelled
        if live and not line.discount_minor and line.product_id in codes:
            product = codes[line.product_id]
            counts[documents[line.sale_id], line.sale_id, product, line.unit_price_minor] += live
    lots = [
        Lot(
            number,
            sales[sale_id].created_at,
            accounts[sales[sale_id].account_id],
            product,
            price,
            live,
        )
        for (number, sale_id, product, price), live in counts.items()
    ]
    return sorted(lots, key=lambda one: (one.sold_at, one.document))
