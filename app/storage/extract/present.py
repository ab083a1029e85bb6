"""Extracts of inventory and Drafts: as they stand on the present day, and as days were kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.storage.extract.statement import Extract, changed_ids
from app.storage.snapshots import (
    INVENTORY_COLUMNS,
    PIPELINE_COLUMNS,
    count_inventory,
    count_pipeline,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

_NOTHING = "false"


def _among(row: str, ids: Collection[UUID]) -> str:
    """Write the condition that a row is one of these; the club leads to the index."""
    wanted = changed_ids(ids)
    return f"({row}.organisation_id, {row}.id) IN (SELECT organisation_id, id FROM {wanted})"


def _of(changed: Mapping[str, Collection[UUID]], *kinds: str) -> set[UUID]:
    """Gather the ids of some kinds of change."""
    return {one for kind in kinds for one in changed.get(kind, ())}


@dataclass(frozen=True, slots=True)
class InventoryNow:
    """What can be sold today, with the id that it follows: its calendar item, or its pool.

    A pool is counted again when a Sale that takes places of it becomes another one.
    """

    def statement(self, changed: Mapping[str, Collection[UUID]] | None) -> str:
        """Write the SELECT of everything, or of the items and pools that follow from changes."""
        if changed is None:
            return self._selected(count_inventory())
        items = _of(changed, "inventory", "calendar_item")
        found = [
            *([_among("item", items)] if items else []),
            *([self._of_pools(changed)] if _of(changed, "sale", "season") or items else []),
        ]
        return self._selected(
            count_inventory(
                items=found[0] if items else _NOTHING, pools=found[-1] if found else _NOTHING
            )
        )

    @staticmethod
    def _of_pools(changed: Mapping[str, Collection[UUID]]) -> str:
        """Write the condition that a pool follows from changes."""
        items = _of(changed, "inventory", "calendar_item")
        sales, seasons = _of(changed, "sale"), _of(changed, "season")
        keys = []
        if items:
            keys.append(
                "SELECT it.organisation_id, it.id FROM pool AS it "
                f"JOIN {changed_ids(items)} AS thing ON it.organisation_id = thing.organisation_id "
                "AND (it.id = thing.id OR it.calendar_item_id = thing.id)"
            )
        if sales:
            keys.append(
                "SELECT it.organisation_id, it.pool_id FROM entitlement AS it "
                f"JOIN {changed_ids(sales)} AS thing ON it.organisation_id = thing.organisation_id "
                "AND it.sale_id = thing.id WHERE it.pool_id IS NOT NULL"
            )
        if seasons:
            keys.append(
                "SELECT it.organisation_id, it.id FROM pool AS it "
                f"JOIN {changed_ids(seasons)} AS thing "
                "ON it.organisation_id = thing.organisation_id AND it.season_id = thing.id"
            )
        return f"(pool.organisation_id, pool.id) IN ({' UNION '.join(keys)})"

    @staticmethod
    def _selected(counted: str) -> str:
        return (
            f"SELECT organisation_id, day, {INVENTORY_COLUMNS}, "
            "coalesce(calendar_item_id, pool_id) AS live_id, NULL::uuid AS snapshot_id "
            f"FROM ({counted}) AS counted"
        )


@dataclass(frozen=True, slots=True)
class PipelineNow:
    """What is in Draft today."""

    def statement(self, changed: Mapping[str, Collection[UUID]] | None) -> str:
        """Write the SELECT of everything, or of the Drafts that changed."""
        if changed is None:
            return count_pipeline()
        drafts = _of(changed, "sale", "draft")
        return count_pipeline(drafts=_among("draft", drafts) if drafts else _NOTHING)


INVENTORY_KEPT = Extract(
    "inventory_snapshot",
    f"""
    SELECT organisation_id, day, {INVENTORY_COLUMNS}, NULL::uuid AS live_id, id AS snapshot_id
    FROM {{rows}} AS kept
    """,
    {"inventory_snapshot": "id"},
)
PIPELINE_KEPT = Extract(
    "pipeline_snapshot",
    f"SELECT organisation_id, day, {PIPELINE_COLUMNS} FROM {{rows}} AS kept",
    {"sale": "sale_id", "draft": "sale_id"},
    ("day", "sale_id"),
)
