"""What is new among Tryton's invoices: posted, paid or changed by whoever works there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.tryton.invoices import FIELDS, MODEL, document_of
from app.transfers.contract.connectors import Incoming, Polled
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from app.transfers.connectors.tryton.office import Office

PAGE = 100
OVERLAP = timedelta(minutes=5)
"""Looked at again: a transaction may end after a later one, with an earlier time."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def polled_documents(office: Office, cursor: str | None) -> Polled:
    """Return posted invoices that were written since a cursor, `instant` or `instant|id`.

    With an id it goes on exactly after that invoice; without, a little before the instant.
    """
    since, after = _position(cursor)
    written = ["write_date", ">", since]
    if after is not None:
        same = [["write_date", "=", since], ["id", ">", after]]
        written = ["OR", [written], same]
    domain = [
        ["type", "=", "out"],
        ["state", "in", ["posted", "paid"]],
        ["reference", "!=", None],
        ["company", "=", office.company_id],
        written,
    ]
    order = [["write_date", "ASC"], ["id", "ASC"]]
    found = office.search(MODEL, domain, FIELDS, limit=PAGE, order=order)
    incoming = [_incoming(one) for one in found]
    is_last = len(found) < PAGE
    if found:
        at = found[-1]["write_date"].isoformat()
        next_cursor = at if is_last else f"{at}|{found[-1]['id']}"
    else:
        next_cursor = (cursor or _BEGINNING.isoformat()).partition("|")[0]
    return Polled(incoming, next_cursor, is_last)


def _position(cursor: str | None) -> tuple[datetime, int | None]:
    """Read a cursor."""
    if cursor is None:
        return _BEGINNING, None
    instant, sign, after = cursor.partition("|")
    try:
        at = datetime.fromisoformat(instant)
        return (at, int(after)) if sign else (at - OVERLAP, None)
    except ValueError as error:
        message = f"{cursor!r} is no cursor of Tryton's documents; begin anew."
        raise TransferFaultError(FaultClass.DEFECT, message) from error


def _incoming(invoice: dict[str, Any]) -> Incoming:
    """Return one invoice; its version says what of it may change."""
    document = document_of(invoice)
    parts = (document["number"], document.get("due_on", ""), document["gross"], document["paid"])
    raw = {"id": invoice["id"], "state": invoice["state"], **document}
    return Incoming(
        source="document",
        external_id=str(invoice["id"]),
        version="|".join(parts),
        record=document,
        raw=raw,
        occurred_at=invoice["write_date"],
    )
