"""All extracts by name: the tables of the star, and what else their rows are made from."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from app.storage.extract import (
    invoices,
    payments,
    present,
    register,
    sales,
    scans,
    targets,
    transfers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.storage.extract.source import Extract

EXTRACTS: Mapping[str, Extract] = MappingProxyType(
    {
        "dim_organisation": register.ORGANISATION,
        "season_days": register.SEASON_DAYS,
        "dim_season": register.SEASON,
        "dim_calendar_item": register.CALENDAR_ITEM,
        "dim_location": register.LOCATION,
        "dim_resource": register.RESOURCE,
        "resource_history": register.RESOURCE_HISTORY,
        "dim_product": register.PRODUCT,
        "product_history": register.PRODUCT_HISTORY,
        "product_group": register.PRODUCT_GROUP,
        "dim_product_group": register.PRODUCT_GROUPS,
        "dim_account": register.ACCOUNT,
        "account_history": register.ACCOUNT_HISTORY,
        "dim_contact": register.CONTACT,
        "dim_ticket_holder": register.TICKET_HOLDER,
        "dim_fulfilment": scans.FULFILMENT,
        "dim_sales_rep": targets.SALES_REP,
        "dim_price_list": register.PRICE_LIST,
        "dim_connection": transfers.CONNECTION,
        "dim_sale": sales.SALE,
        "dim_invoice": invoices.INVOICE,
        "fact_sale_movement": sales.SALE_MOVEMENT,
        "fact_entitlement": sales.ENTITLEMENT,
        "fact_invoice_cell": invoices.INVOICE_CELL,
        "fact_document": invoices.DOCUMENT,
        "fact_ar_entry": payments.AR_ENTRY,
        "fact_payment": payments.PAYMENT,
        "fact_payment_allocation": payments.PAYMENT_ALLOCATION,
        "fact_transfer": transfers.TRANSFER,
        "fact_attendance": scans.ATTENDANCE,
        "fact_target": targets.TARGET,
        "inventory_now": present.InventoryNow(),
        "inventory_kept": present.INVENTORY_KEPT,
        "pipeline_now": present.PipelineNow(),
        "pipeline_kept": present.PIPELINE_KEPT,
    }
)
