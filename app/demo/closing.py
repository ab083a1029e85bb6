"""The last step of loading the demo club: what was played, what was moved, and that it is done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.calendar import ChangeStatus, mark_played, postpone
from app.commands.templates import PutTemplate, TemplateLine, put_template
from app.domain.audit import AuditEntry
from app.domain.calendar import CalendarItem, CalendarItemKind, CalendarItemStatus
from app.domain.products import Product
from app.domain.sales import SaleType
from app.domain.schedule import REST, Anchor, RelativeRecipe, RelativeRow

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

LOADED = "organisation.demo_loaded"
"""The audit entry that says that nothing is missing."""
_MATCH_LENGTH = timedelta(hours=3)
_TEMPLATES = (
    ("PARTNER", "Partner: business club and boarding", (("BUSINESS-CLUB", 4), ("LED-BOARDING", 1))),
    ("DUO", "Premium duo with parking", (("DUO", 1),)),
)
"""Code, name and lines of the templates."""


def is_complete(work: UnitOfWork) -> bool:
    """Tell whether the loading came to its end."""
    found = work.find(AuditEntry, entity_id=work.organisation_id, action=LOADED)
    return bool(found)


def close_calendar(work: UnitOfWork, actor: Actor, now: datetime) -> None:
    """Mark what was played, move one match to come, and note that the loading is complete."""
    items = sorted(work.find(CalendarItem), key=lambda item: item.starts_at)
    planned = [item for item in items if item.status is CalendarItemStatus.PLANNED]
    for item in planned:
        if item.starts_at + _MATCH_LENGTH < now:
            mark_played(work, actor, ChangeStatus(item.id, item.version))
    to_come = [
        item for item in planned if item.kind is CalendarItemKind.MATCH and item.starts_at > now
    ]
    moved = to_come[2]
    later = moved.starts_at + timedelta(days=3)
    postpone(work, actor, ChangeStatus(moved.id, moved.version, later))
    work.record_values("organisation", work.organisation_id, LOADED, None, {"items": len(items)})


def write_templates(work: UnitOfWork, actor: Actor) -> None:
    """Write the shapes in which the club sells most often."""
    products = {one.code: one.id for one in work.find(Product)}
    recipe = RelativeRecipe(
        (
            RelativeRow(Anchor.SALE_DATE, 14, 250_000),
            RelativeRow(Anchor.SEASON_START, 60, REST),
        )
    )
    for code, name, lines in _TEMPLATES:
        listed = tuple(TemplateLine(products[product], quantity) for product, quantity in lines)
        put_template(work, actor, PutTemplate(code, name, SaleType.SEASON, listed, recipe))
