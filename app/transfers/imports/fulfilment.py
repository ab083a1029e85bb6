"""What is noted for handing entitlements over, from the lists of kitchens, car parks and shops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.fulfilment import Note, keep_fulfilments
from app.domain.errors import ErrorCode
from app.domain.fulfilment import Confirmation
from app.domain.scans import entitlement_of
from app.transfers.imports.records import Columns, Field, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.transfers.imports.intake import Intake
    from app.transfers.imports.records import Record

_NOTED = {
    "menu": Field("menu"),
    "dietary": Field("dietary"),
    "confirmation": Field("confirmation", lambda r, c: r.member(c, Confirmation)),
    "plate": Field("plate"),
}
COLUMNS = Columns(
    ("entitlement", *_NOTED, "deliveredAt"), ("entitlement",), {"entitlementId": "entitlement"}
)


def import_fulfilment(intake: Intake, records: Sequence[Record]) -> None:
    """Note what each row says of its entitlement; columns that the file lacks stay as they are."""
    intake.say(f"fulfilment: {len(records)} rows")
    pairs = []
    for record in records:
        text = record.needed("entitlement")
        entitlement_id = None if text is None else entitlement_of(text)
        values = values_of(record, _NOTED)
        if record.has("deliveredAt"):
            values["delivered_at"] = record.instant("deliveredAt", intake.zone)
        if text is not None and entitlement_id is None:
            message = f"{text!r} is not the id of an entitlement; those begin with entitlement_"
            record.check.add(ErrorCode.ID_INVALID, message, "entitlement")
        if entitlement_id is not None:
            pairs.append((record.check, Note(entitlement_id, values)))
    counts = keep_fulfilments(
        intake.work, intake.actor, [note for _, note in pairs], [check for check, _ in pairs]
    )
    intake.counts["fulfilment"] = counts
