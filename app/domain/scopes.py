"""Scopes: which part of what its role may do a token is for, as tables."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Scope(StrEnum):
    """A part of the API; a token with scopes opens these parts of what its role may, no other."""

    READ_CATALOGUE = "read:catalogue"
    READ_INVENTORY = "read:inventory"
    READ_ACCOUNTS = "read:accounts"
    READ_SALES = "read:sales"
    READ_INVOICES = "read:invoices"
    READ_PAYMENTS = "read:payments"
    READ_AUDIT = "read:audit"
    READ_REPORTS = "read:reports"
    READ_TARGETS = "read:targets"
    WRITE_CATALOGUE = "write:catalogue"
    WRITE_INVENTORY = "write:inventory"
    WRITE_ACCOUNTS = "write:accounts"
    WRITE_HOLDERS = "write:holders"
    WRITE_SALES = "write:sales"
    WRITE_CANCELLATIONS = "write:cancellations"
    WRITE_DOCUMENTS = "write:documents"
    WRITE_PAYMENTS = "write:payments"
    WRITE_REPORTS = "write:reports"
    WRITE_ATTENDANCE = "write:attendance"
    WRITE_TARGETS = "write:targets"
    MANAGE_BOOKS = "manage:books"
    MANAGE_ORGANISATION = "manage:organisation"
    MANAGE_ACCESS = "manage:access"
    MANAGE_WEBHOOKS = "manage:webhooks"
    MANAGE_TRANSFERS = "manage:transfers"


MEANINGS = {
    Scope.READ_CATALOGUE: "Seasons, matches, venues, seats, products, prices and VAT rules.",
    Scope.READ_INVENTORY: "Availability, quantity pools, blocked places and overbookings.",
    Scope.READ_ACCOUNTS: "Accounts with their contacts and ticket holders: personal data.",
    Scope.READ_SALES: "Sales with lines, entitlements and reservations, cancellations, templates.",
    Scope.READ_INVOICES: "Invoices and credit notes, their documents and files.",
    Scope.READ_PAYMENTS: "Payments, refunds, and what each account owes by the ledger.",
    Scope.READ_AUDIT: "The audit: who changed what.",
    Scope.READ_REPORTS: "Definitions of reports; their numbers take the scopes of what they count.",
    Scope.READ_TARGETS: "Sales reps with their teams, and what they are to sell.",
    Scope.WRITE_CATALOGUE: "Change what is for sale: calendar, venues, products, prices, VAT.",
    Scope.WRITE_INVENTORY: "Change capacities, and block places.",
    Scope.WRITE_ACCOUNTS: "Change accounts and contacts.",
    Scope.WRITE_HOLDERS: "Change ticket holders, and say whose each ticket is.",
    Scope.WRITE_SALES: "Make and change Sales and their invoices, up to making them Final.",
    Scope.WRITE_CANCELLATIONS: "Cancel Sales and events, undo that, remove Sales.",
    Scope.WRITE_DOCUMENTS: "Claim invoices, report their documents, accept and reject them.",
    Scope.WRITE_PAYMENTS: "Record payments and refunds, and reverse them.",
    Scope.WRITE_REPORTS: "Make and change reports, share them, have them sent, choose favourites.",
    Scope.WRITE_ATTENDANCE: "Report what gates read of tickets, and note what is handed over.",
    Scope.WRITE_TARGETS: "Name sales reps and say what they are to sell.",
    Scope.MANAGE_BOOKS: "Write off amounts, close and reopen periods.",
    Scope.MANAGE_ORGANISATION: "Change the club's settings.",
    Scope.MANAGE_ACCESS: "See and change access tokens and identity providers.",
    Scope.MANAGE_WEBHOOKS: "See and change webhook endpoints and their deliveries.",
    Scope.MANAGE_TRANSFERS: "See and change connected systems, flows and transfers.",
}
"""What each scope opens, in a sentence; the API and the guide for partners say the same."""

IMPLIED = {
    Scope.WRITE_CATALOGUE: (Scope.READ_CATALOGUE,),
    Scope.WRITE_INVENTORY: (Scope.READ_INVENTORY, Scope.READ_CATALOGUE),
    Scope.WRITE_ACCOUNTS: (Scope.READ_ACCOUNTS,),
    Scope.WRITE_HOLDERS: (Scope.READ_ACCOUNTS, Scope.READ_SALES, Scope.READ_CATALOGUE),
    Scope.WRITE_SALES: (Scope.READ_SALES, Scope.READ_INVOICES, Scope.READ_CATALOGUE),
    Scope.WRITE_CANCELLATIONS: (Scope.READ_SALES, Scope.READ_INVOICES, Scope.READ_CATALOGUE),
    Scope.WRITE_DOCUMENTS: (Scope.READ_INVOICES,),
    Scope.WRITE_PAYMENTS: (Scope.READ_PAYMENTS, Scope.READ_INVOICES),
    Scope.WRITE_REPORTS: (Scope.READ_REPORTS,),
    Scope.WRITE_ATTENDANCE: (Scope.READ_SALES, Scope.READ_CATALOGUE),
    Scope.WRITE_TARGETS: (Scope.READ_TARGETS, Scope.READ_CATALOGUE),
    Scope.MANAGE_BOOKS: (Scope.READ_PAYMENTS, Scope.READ_INVOICES),
}
"""What a scope opens too: whoever changes something is answered with what became of it."""

READABLE: dict[Scope, tuple[str, ...]] = {
    Scope.READ_CATALOGUE: (
        "season",
        "calendar_item",
        "calendar_bundle",
        "bundle_item",
        "venue",
        "location",
        "resource",
        "product_group",
        "product",
        "package_component",
        "price_list",
        "price",
        "vat_rule",
    ),
    Scope.READ_INVENTORY: ("resource_block", "pool", "overbooking"),
    Scope.READ_ACCOUNTS: ("account", "contact", "ticket_holder"),
    Scope.READ_SALES: (
        "sale",
        "sale_tombstone",
        "sale_line",
        "sale_line_component",
        "sale_movement",
        "entitlement",
        "scan",
        "fulfilment",
        "reservation",
        "schedule_group",
        "cancellation",
        "cancellation_item",
        "cancellation_cell",
        "event_cancellation",
        "event_cancellation_sale",
        "sale_template",
        "sale_template_line",
    ),
    Scope.READ_INVOICES: (
        "invoice",
        "invoice_line",
        "invoice_vat",
        "receivable",
        "invoice_document",
        "stored_file",
        "document_source",
    ),
    Scope.READ_PAYMENTS: (
        "payment",
        "refund",
        "payment_allocation",
        "ledger_entry",
        "statement_entry",
        "payment_proposal",
    ),
    Scope.READ_AUDIT: ("audit_entry",),
    Scope.READ_REPORTS: (
        "report",
        "report_version",
        "report_schedule",
        "report_delivery",
        "report_recipient",
        "report_link",
        "report_frame",
    ),
    Scope.READ_TARGETS: ("sales_rep", "sales_target"),
    Scope.MANAGE_ACCESS: ("access_token", "identity_provider"),
    Scope.MANAGE_WEBHOOKS: (
        "webhook_endpoint",
        "webhook_delivery",
        "webhook_attempt",
        "webhook_replay",
    ),
    Scope.MANAGE_TRANSFERS: (
        "connected_system",
        "transfer_flow",
        "mapping_version",
        "transfer",
        "transfer_version",
        "transfer_step",
        "transfer_attempt",
        "value_map",
        "value_map_entry",
    ),
}
"""The tables that each scope lets be read; every readable table but `organisation` is in one."""

TABLE_SCOPES = {table: scope for scope, tables in READABLE.items() for table in tables}
"""The scope that lets a table be read. The caller's own club, `organisation`, needs none."""


def widened(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Return scopes with those that they imply."""
    given = frozenset(scopes)
    return given.union(*(IMPLIED.get(one, ()) for one in given))
