"""What moved in the lines of a Final Sale: the additive history that reports sum up.

A Sale shows what is left of its lines now. Its movements say when each part of that came and went,
so that what was sold in a month does not change when it is cancelled in the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from app.domain.money import apportion
from app.domain.sales import SaleStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.domain.sales import SaleLine, SaleState

Left: TypeAlias = "tuple[int, int, int, int, int, int]"
"""Quantity, list value, discount, net, VAT and gross of a line."""
_NOTHING: Left = (0, 0, 0, 0, 0, 0)
_BOOKED = frozenset({SaleStatus.FINAL, SaleStatus.CANCELLED})


class MovementKind(StrEnum):
    """Why a line of a Final Sale has other amounts than before.

    ADJUSTED is neither sold nor cancelled: a minor unit of VAT that moved with its invoices.
    """

    FINALISED = "FINALISED"
    CANCELLED = "CANCELLED"
    RESTORED = "RESTORED"
    ADJUSTED = "ADJUSTED"


@dataclass(frozen=True, slots=True)
class SaleMovement:
    """By how much one line of a Final Sale changed at one moment; never changed afterwards.

    `list_minor` and `discount_minor` are in the Sale's price basis, as the line's prices are: list
    less discount is what the line is worth. `cancellation_id` is the cancellation that was made or
    taken back.
    """

    id: UUID
    sale_id: UUID
    line_id: UUID
    kind: MovementKind
    cancellation_id: UUID | None
    quantity: int
    list_minor: int
    discount_minor: int
    net_minor: int
    vat_minor: int
    gross_minor: int
    currency: str
    moved_at: datetime


def move(
    before: SaleState | None,
    after: SaleState,
    *,
    now: datetime,
    new_id: Callable[[], UUID],
    cancellation_id: UUID | None = None,
) -> tuple[SaleMovement, ...]:
    """Say what moved between two states of a Sale; nothing while it is a Draft.

    Making a Sale Final moves every line of it, also those that are worth nothing; later changes
    move the lines that they touch. What is finalised moves at the Sale's own instant, the rest now.

    Invariants:
        The movements of a line sum to its net, VAT and gross, to the quantity that is not
        cancelled, and to nothing at all in every amount when all of it is cancelled.
    """
    if not _is_booked(after):
        return ()
    known = before if before is not None and _is_booked(before) else None
    earlier = {} if known is None else {one.id: left_of(one) for one in known.lines}
    kind = MovementKind.FINALISED if known is None else _kind_of(known, after)
    moved_at = (after.sale.finalised_at if known is None else None) or now
    found = []
    for line in after.lines:
        was, became = earlier.get(line.id, _NOTHING), left_of(line)
        if was == became and known is not None:
            continue
        quantity, listed, discount, net, vat, gross = (
            new - old for new, old in zip(became, was, strict=True)
        )
        found.append(
            SaleMovement(
                new_id(),
                line.sale_id,
                line.id,
                kind,
                cancellation_id,
                quantity,
                listed,
                discount,
                net,
                vat,
                gross,
                line.currency,
                moved_at,
            )
        )
    return tuple(found)


def left_of(line: SaleLine) -> Left:
    """Return what is left of a line after what was cancelled of it.

    The list value of the whole line shrinks with its amount; that of a line which is given away
    with its units. Without a list price, what was asked for before any discount stands for it.
    """
    quantity = line.quantity - line.quantity_cancelled
    price_minor = line.unit_price_minor if line.list_price_minor is None else line.list_price_minor
    weights = [abs(line.amount_minor), abs(line.cancelled_minor)]
    if not any(weights):
        weights = [quantity, line.quantity_cancelled]
    list_minor = apportion(price_minor * line.quantity, weights)[0]
    return (
        quantity,
        list_minor,
        list_minor - line.amount_minor,
        line.net_minor,
        line.vat_minor,
        line.gross_minor,
    )


def _is_booked(state: SaleState) -> bool:
    """Tell whether a Sale counts: it is Final, or was before it was cancelled."""
    return state.sale.status in _BOOKED and state.sale.finalised_at is not None


def _kind_of(before: SaleState, after: SaleState) -> MovementKind:
    """Say what a change of a Final Sale was, by the number of entitlements that are cancelled."""
    was, became = (sum(one.cancelled_count for one in state.lines) for state in (before, after))
    if became == was:
        return MovementKind.ADJUSTED
    return MovementKind.CANCELLED if became > was else MovementKind.RESTORED
