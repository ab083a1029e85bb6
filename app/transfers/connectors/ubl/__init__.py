"""UBL 2.1 invoices and credit notes, as Peppol BIS Billing 3 has them."""

from app.transfers.connectors.ubl.connector import CONNECTOR

__all__ = ["CONNECTOR"]
