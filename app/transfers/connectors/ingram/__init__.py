"""Ingram Micro: reseller invoices and reports of the marketplace, as one kind of record."""
