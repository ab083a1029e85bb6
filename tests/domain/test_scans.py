"""Whether a ticket is good for what it is scanned at, and what its barcode says."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.scans import RefusalReason, ScannedTicket, entitlement_of, reason_against

TICKET, ITEM, OTHER = (UUID(int=number) for number in (1, 2, 3))
NOW = datetime(2026, 2, 1, 19, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ticket(
    item: UUID | None = ITEM, *, is_sold: bool = True, cancelled_at: datetime | None = None
) -> ScannedTicket:
    return ScannedTicket(TICKET, item, is_sold, cancelled_at)


@pytest.mark.parametrize(
    ("known", "item", "reason"),
    [
        (None, ITEM, RefusalReason.UNKNOWN_TICKET),
        (ticket(is_sold=False), ITEM, RefusalReason.NOT_SOLD),
        (ticket(cancelled_at=NOW), ITEM, RefusalReason.CANCELLED),
        (ticket(cancelled_at=NOW - MINUTE), None, RefusalReason.CANCELLED),
        (ticket(cancelled_at=NOW + MINUTE), ITEM, None),
        (ticket(), OTHER, RefusalReason.OTHER_EVENT),
        (ticket(), ITEM, None),
        (ticket(), None, None),
        (ticket(None), ITEM, None),
    ],
)
def test_a_ticket_is_good_if_it_is_sold_live_and_for_this_item(
    known: ScannedTicket | None, item: UUID | None, reason: RefusalReason | None
) -> None:
    assert reason_against(known, item, NOW) is reason


@pytest.mark.parametrize(
    "text", [str(TICKET), TICKET.hex, f"entitlement_{TICKET.hex}", f"  {TICKET.hex} "]
)
def test_a_barcode_has_the_id_of_its_entitlement(text: str) -> None:
    assert entitlement_of(text) == TICKET


@pytest.mark.parametrize("text", ["", "X-1", f"sale_{TICKET.hex}", TICKET.hex[1:]])
def test_another_barcode_has_none(text: str) -> None:
    assert entitlement_of(text) is None
