"""pretix, a ticket shop: its orders as Sales, its check-ins as scans, and entry by its lists."""

from app.transfers.connectors.pretix.connector import CONNECTOR

__all__ = ["CONNECTOR"]
