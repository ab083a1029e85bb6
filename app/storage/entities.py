"""Which table keeps which entity of the domain."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from app.domain.accounts import Account, Contact, TicketHolder
from app.domain.audit import AuditEntry
from app.domain.calendar import BundleItem, CalendarBundle, CalendarItem, Season
from app.domain.cancelling import Cancellation, CancellationCell, CancellationItem
from app.domain.documents import DocumentSource, InvoiceDocument, StoredFile
from app.domain.event_cancelling import EventCancellation, EventCancellationSale
from app.domain.events import Event
from app.domain.flows import MappingVersion, TransferFlow
from app.domain.fulfilment import Fulfilment
from app.domain.identity_providers import IdentityProvider
from app.domain.inventory import Overbooking, Pool, Reservation
from app.domain.invoices import Invoice, InvoiceLine, InvoiceVat, ScheduleGroup
from app.domain.ledger import Allocation, LedgerEntry
from app.domain.movements import SaleMovement
from app.domain.payments import Payment, Refund
from app.domain.products import PackageComponent, Price, PriceList, Product, ProductGroup
from app.domain.receivables import Receivable
from app.domain.report_links import ReportFrame, ReportLink
from app.domain.report_schedules import ReportDelivery, ReportRecipient, ReportSchedule
from app.domain.reports import Report, ReportFavourite, ReportVersion
from app.domain.sales import Entitlement, Sale, SaleLine, SaleLineComponent, SaleTombstone
from app.domain.scans import Scan
from app.domain.statements import PaymentProposal, StatementEntry
from app.domain.systems import ConnectedSystem
from app.domain.targets import SalesRep, SalesTarget
from app.domain.templates import SaleTemplate, SaleTemplateLine
from app.domain.tokens import AccessToken
from app.domain.transfers import Transfer, TransferAttempt, TransferStep, TransferVersion
from app.domain.value_maps import ValueMap, ValueMapEntry
from app.domain.vat_rules import VatRuleEntry
from app.domain.venues import Location, Resource, ResourceBlock, Venue
from app.domain.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookReplay,
    WebhookSecret,
)
from app.storage import tables

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from sqlalchemy import Table

TABLES: dict[type[DataclassInstance], Table] = {
    AccessToken: tables.access_token,
    Account: tables.account,
    Allocation: tables.payment_allocation,
    AuditEntry: tables.audit_entry,
    BundleItem: tables.bundle_item,
    CalendarBundle: tables.calendar_bundle,
    CalendarItem: tables.calendar_item,
    Cancellation: tables.cancellation,
    CancellationCell: tables.cancellation_cell,
    CancellationItem: tables.cancellation_item,
    ConnectedSystem: tables.connected_system,
    Contact: tables.contact,
    DocumentSource: tables.document_source,
    Entitlement: tables.entitlement,
    Event: tables.outbox,
    EventCancellation: tables.event_cancellation,
    EventCancellationSale: tables.event_cancellation_sale,
    Fulfilment: tables.fulfilment,
    IdentityProvider: tables.identity_provider,
    Invoice: tables.invoice,
    InvoiceDocument: tables.invoice_document,
    InvoiceLine: tables.invoice_line,
    InvoiceVat: tables.invoice_vat,
    LedgerEntry: tables.ledger_entry,
    Location: tables.location,
    MappingVersion: tables.mapping_version,
    Overbooking: tables.overbooking,
    PackageComponent: tables.package_component,
    Payment: tables.payment,
    PaymentProposal: tables.payment_proposal,
    Pool: tables.pool,
    Price: tables.price,
    PriceList: tables.price_list,
    Product: tables.product,
    ProductGroup: tables.product_group,
    Receivable: tables.receivable,
    Refund: tables.refund,
    Report: tables.report,
    ReportDelivery: tables.report_delivery,
    ReportFavourite: tables.report_favourite,
    ReportFrame: tables.report_frame,
    ReportLink: tables.report_link,
    ReportRecipient: tables.report_recipient,
    ReportSchedule: tables.report_schedule,
    ReportVersion: tables.report_version,
    Reservation: tables.reservation,
    Resource: tables.resource,
    ResourceBlock: tables.resource_block,
    Sale: tables.sale,
    SaleLine: tables.sale_line,
    SaleLineComponent: tables.sale_line_component,
    SaleMovement: tables.sale_movement,
    SaleTemplate: tables.sale_template,
    SaleTemplateLine: tables.sale_template_line,
    SaleTombstone: tables.sale_tombstone,
    SalesRep: tables.sales_rep,
    SalesTarget: tables.sales_target,
    Scan: tables.scan,
    ScheduleGroup: tables.schedule_group,
    Season: tables.season,
    StatementEntry: tables.statement_entry,
    StoredFile: tables.stored_file,
    TicketHolder: tables.ticket_holder,
    Transfer: tables.transfer,
    TransferAttempt: tables.transfer_attempt,
    TransferFlow: tables.transfer_flow,
    TransferStep: tables.transfer_step,
    TransferVersion: tables.transfer_version,
    ValueMap: tables.value_map,
    ValueMapEntry: tables.value_map_entry,
    VatRuleEntry: tables.vat_rule,
    Venue: tables.venue,
    WebhookAttempt: tables.webhook_attempt,
    WebhookDelivery: tables.webhook_delivery,
    WebhookEndpoint: tables.webhook_endpoint,
    WebhookReplay: tables.webhook_replay,
    WebhookSecret: tables.webhook_secret,
}
"""Rows of these are read and written by the field names of their entities."""


@cache
def required_of(entity: type[Any]) -> tuple[str, ...]:
    """Name the fields of an entity that its table does not let be empty."""
    table = TABLES[entity]
    return tuple(one.name for one in fields(entity) if not table.c[one.name].nullable)
