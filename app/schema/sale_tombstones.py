"""What is left of removed Drafts, and the mutation that removes them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from app.commands.sales import remove_sale
from app.resolvers import sale_requests
from app.schema.fields import Node, column, connected, node
from app.schema.inputs import where
from app.schema.payloads import action_mutation
from app.schema.sale_inputs import SaleRemoveInput
from app.storage.conditions import Comparison


@node("sale_tombstone", "What is left of a removed Draft; its audit entries stay too.")
class SaleTombstone(Node):
    """A row of sale_tombstone."""

    code = column("code", str, "The code of the removed Sale.")
    reason = column("reason", str, "Why it was removed.")
    removed_by = column("removed_by", str, "Who removed it.")
    removed_at = column("removed_at", datetime, "When.")


@strawberry.input(description="Which tombstones.")
class SaleTombstoneFilter:
    """Conditions on tombstones."""

    code: list[str] | None = where("Any of these codes.", "code")
    removed_from: datetime | None = where("Removed since.", "removed_at", how=Comparison.AT_LEAST)


@strawberry.enum(description="Orders of tombstones.")
class SaleTombstoneSort(Enum):
    """Column and direction."""

    REMOVED_AT_DESC = strawberry.enum_value("removed_at desc", description="Last removed first.")


@strawberry.type
class SaleTombstonesQuery:
    """Reads of tombstones."""

    sale_tombstones = connected(
        "sale_tombstone",
        "SaleTombstone",
        "The Drafts that were removed.",
        filters=SaleTombstoneFilter,
        sorts=SaleTombstoneSort,
    )


@strawberry.type
class SaleTombstonesMutation:
    """Removing."""

    sale_remove = action_mutation(
        "saleRemove",
        "sale_tombstone",
        "SaleTombstone",
        SaleRemoveInput,
        sale_requests.end_sale,
        remove_sale,
        "Remove a Draft for good; only its tombstone and audit stay. For the role root.",
    )
