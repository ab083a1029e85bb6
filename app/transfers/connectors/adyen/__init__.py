"""Adyen: payment links, refunds, notifications, and settlement reports."""
