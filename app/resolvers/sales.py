"""What is read of Sales beyond rows: by code, possible actions, sums over parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import to_thread

from app.commands.finalise import explain_actions
from app.domain.errors import ErrorCode, refuse
from app.domain.receivables import Receivable
from app.domain.sales import SaleStatus
from app.storage.conditions import Comparison, Condition
from app.storage.reads import Slice, Sort, is_storable
from app.storage.rows import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.domain.lifecycle import ActionAnswer
    from app.resolvers.context import Context
    from app.storage.unit_of_work import UnitOfWork


async def sale_by_code(context: Context, code: str | None) -> Mapping[str, Any] | None:
    """Read a Sale by its code."""
    if code is None:
        refuse(ErrorCode.INPUT_INVALID, "give an id or a code", "id")
    if not is_storable(code):
        return None
    wanted = [Condition(("code",), Comparison.EQUAL, code)]
    page = await context.reader.page(context.caller, "sale", wanted, Sort("code"), Slice(1))
    return page.rows[0] if page.rows else None


async def allowed_actions(context: Context, sale_id: UUID) -> tuple[ActionAnswer, ...]:
    """Say what can be done with a Sale now; Sales asked for together share one transaction."""

    async def load(ids: list[UUID]) -> list[tuple[ActionAnswer, ...]]:
        actor = context.caller

        def action(work: UnitOfWork) -> list[tuple[ActionAnswer, ...]]:
            return [explain_actions(work, actor, one) for one in ids]

        return await to_thread.run_sync(
            context.runner.transact, actor.organisation_id, actor.name, action
        )

    found: tuple[ActionAnswer, ...] = await context.loaded("allowed_actions", sale_id, load)
    return found


async def sub_sale_totals(context: Context, row: Mapping[str, Any]) -> tuple[int, int, int]:
    """Add the net, VAT and gross of a Sale and of its Final sub-sales, minor units."""
    children = await context.children("sale", "parent_sale_id", row["id"], ("created_at",))
    counted = [row, *(one for one in children if one["status"] == SaleStatus.FINAL)]
    net, vat, gross = (
        sum(one[name] for one in counted) for name in ("net_minor", "vat_minor", "gross_minor")
    )
    return net, vat, gross


async def vat_summary(
    context: Context, sale_id: UUID
) -> list[tuple[tuple[Any, int], tuple[int, int]]]:
    """Sum a Sale's net and VAT by category and rate, the highest rate first."""
    rows = await context.children("sale_line_component", "sale_id", sale_id, ())
    sums: dict[tuple[Any, int], tuple[int, int]] = {}
    for row in rows:
        key = row["vat_category"], row["rate_bp"]
        net, vat = sums.get(key, (0, 0))
        sums[key] = net + row["net_minor"], vat + row["vat_minor"]
    return sorted(sums.items(), key=lambda item: (-item[0][1], str(item[0][0])))


async def settlement(context: Context, sale_id: UUID) -> tuple[int, int, int]:
    """Return what is open of a Sale's documents, what was paid, and what was credited."""
    rows = await context.children("receivable", "sale_id", sale_id, ())
    facts = [Receivable(**{name: row[name] for name in names_of(Receivable)}) for row in rows]
    return (
        sum(max(0, one.open_minor) for one in facts),
        sum(one.paid_minor for one in facts),
        sum(one.noted_minor for one in facts),
    )
