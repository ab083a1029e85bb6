"""Loge's operational system: Sales, inventory, invoices and the GraphQL API over them."""

__version__ = "0.1.0"
