"""Tryton, an accounting system, over JSON-RPC."""

from app.transfers.connectors.tryton.connector import CONNECTOR

__all__ = ["CONNECTOR"]
