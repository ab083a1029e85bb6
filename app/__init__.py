"""Loge's operational system: Sales, inventory, invoices and the GraphQL API over them."""
