"""Stripe: payments, refunds, and payouts with their fees."""
