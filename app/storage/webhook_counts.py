"""How much waits to be delivered, over all clubs; for the operator alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.domain.webhooks import DeliveryStatus
from app.storage.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Engine


def count_pending(engine: Engine) -> int:
    """Count the deliveries that are to be tried."""
    delivery = metadata.tables["webhook_delivery"]
    query = select(func.count()).where(delivery.c.status == DeliveryStatus.PENDING)
    with engine.connect() as connection:
        return connection.execute(query).scalar_one()
