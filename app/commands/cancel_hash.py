"""The hash of a cancellation: whoever sends it has seen exactly what will be done."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson

from app.storage.json_values import to_json
from app.storage.rows import values_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.commands.cancel_effect import CancelEffect
    from app.domain.payments import Refund
    from app.domain.settling import Book


def hash_of(effect: CancelEffect) -> str:
    """Return the SHA-256 of everything that a cancellation does, as canonical JSON.

    Ids that were drawn for it are left out: drawn again they would differ. Documents, credit notes
    and instalments are named by their codes instead.
    """
    codes = {one.id: one.code for one in effect.after.invoices}
    content = {
        "sale": [effect.before.sale.id, effect.before.sale.version],
        "policies": list(values_of(effect.policies).values()),
        "picked": sorted(str(one.id) for one in effect.picked),
        "status": effect.after.sale.status,
        "totals": [
            [one.sale.net_minor, one.sale.vat_minor, one.sale.gross_minor]
            for one in (effect.before, effect.after)
        ],
        "invoices": [
            [one.code, one.account_id, one.planned_on, one.amount_minor, one.vat_minor]
            for one in effect.after.invoices
        ],
        "cells": sorted(
            [
                codes[one.invoice_id],
                codes[one.original_invoice_id],
                str(one.component_id),
                one.amount_minor,
                one.vat_minor,
            ]
            for one in effect.after.cells
        ),
        "waiting": sorted(
            codes[one.invoice_id]
            for book in effect.books
            for one in book.receivables.values()
            if one.is_waiting
        ),
        "money": [_written(book, codes) for book in effect.books],
    }
    text = orjson.dumps(to_json(content), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def _written(book: Book, codes: dict[UUID, str]) -> list[Any]:
    """Return what a book writes down, without the ids that were drawn for it."""

    def name(invoice_id: UUID | None) -> str | None:
        return None if invoice_id is None else codes.get(invoice_id, str(invoice_id))

    entries = [
        [one.type, one.amount_minor, one.posted_on, one.document_on, name(one.invoice_id)]
        for one in book.entries
    ]
    allocations = [
        [
            one.payment_id,
            name(one.credit_id),
            name(one.invoice_id),
            one.refund_id is not None,
            one.amount_minor,
        ]
        for one in book.allocations
    ]
    refunds = [[one.payment_id, one.amount_minor] for one in new_refunds(book)]
    return [book.posting.account_id, entries, allocations, refunds]


def new_refunds(book: Book) -> list[Refund]:
    """List the refunds that a book asks for now."""
    known = {one.id for one in book.opened_refunds}
    return [one for one in book.refunds.values() if one.id not in known]
