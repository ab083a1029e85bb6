"""The audit in the API: who changed what, and when."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from app.resolvers.filters import ANY_KIND
from app.resolvers.ids import encode_id
from app.schema.fields import Node, column, connected, node
from app.schema.inputs import where
from app.schema.scalars import Json
from app.storage.conditions import Comparison


@node("audit_entry", "One change of one object.")
class AuditEntry(Node):
    """A row of audit_entry."""

    actor = column("actor", str, "Who did it: role and token, or the part of Loge that did.")
    entity = column("entity", str, "The kind of object, such as `sale` or `calendar_item`.")
    action = column("action", str, "What was done, such as `season.changed`.")
    before = column(
        "before",
        Json | None,
        "The fields that differ, by their stored names, as they were; null for a new object.",
    )
    after = column("after", Json | None, "The same fields as they became.")
    request_id = column("request_id", str, "Shared by all changes of one request.")
    created_at = column("created_at", datetime, "When it was done.")

    @strawberry.field(
        description="The object that was changed; `node` finds it if it is there.",
        metadata={"derived": "audit_entry.entity_id"},
    )
    def entity_id(self) -> strawberry.ID:
        """Encode the object's id."""
        return strawberry.ID(encode_id(self.row["entity"], self.row["entity_id"]))


@strawberry.input(description="Which audit entries.")
class AuditEntryFilter:
    """Conditions on audit entries."""

    entity: list[str] | None = where("Of any of these kinds of object.", "entity")
    entity_id: list[strawberry.ID] | None = where(
        "Of any of these objects.", "entity_id", refers=ANY_KIND
    )
    actor: str | None = where(
        "A part of who did it, such as `finance:`.", "actor", how=Comparison.CONTAINS
    )
    action: list[str] | None = where("Any of these actions.", "action")
    request_id: list[str] | None = where("Of any of these requests.", "request_id")
    created_from: datetime | None = where(
        "Done at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )
    created_to: datetime | None = where(
        "Done before this instant.", "created_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of audit entries.")
class AuditEntrySort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.type
class AuditQuery:
    """Reads of the audit."""

    audit_entries = connected(
        "audit_entry",
        "AuditEntry",
        "Every change that was made; for root, finance and analysts.",
        filters=AuditEntryFilter,
        sorts=AuditEntrySort,
    )
