"""Mollie: payments, refunds, and settlements with their costs."""
