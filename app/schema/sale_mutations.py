"""Mutations of Sales: one for each action, all answering with the Sale and why not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Optional

import strawberry

from app.commands import finalise, holds, invoice_schedules, sale_lines, sales, seats
from app.domain.errors import Violation
from app.domain.inventory import Conflict
from app.domain.sales import SaleStatus
from app.resolvers import sale_requests
from app.resolvers.ids import encode_id
from app.resolvers.mutations import perform
from app.schema import sale_inputs as inputs
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, lazy, wrap
from app.schema.payloads import input_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.commands.execution import Outcome
    from app.domain.permissions import Actor
    from app.domain.validation import Check
    from app.storage.unit_of_work import UnitOfWork


@strawberry.type(description="Who holds what was wanted; hidden from portal users.")
class ConflictHolder:
    """A Sale and its account."""

    sale_id: strawberry.ID = strawberry.field(description="The Sale.")
    sale_code: str = strawberry.field(description="Its code.")
    sale_status: SaleStatus = strawberry.field(description="Its status.")
    account_name: str = strawberry.field(description="Whose Sale it is.")


@strawberry.type(description="One thing that was not free: a seat, or places of a pool.")
class InventoryConflict:
    """What, where, who has it, and what is free nearby."""

    conflict: strawberry.Private[Conflict]
    wanted: int = strawberry.field(description="How many places were wanted.")
    free: int = strawberry.field(description="How many are free.")
    holder: ConflictHolder | None = strawberry.field(
        description="Who holds the seat; null when it is blocked, was freed since, or is hidden."
    )

    @strawberry.field(
        description="At which calendar item; null for a pool of a season or without time.",
        graphql_type=Optional[lazy("CalendarItem")],
    )
    async def calendar_item(self, info: Info) -> Any:  # noqa: ANN401 - a calendar item or None
        """Load it."""
        row = await info.context.row("calendar_item", self.conflict.calendar_item_id)
        return wrap("calendar_item", row)

    @strawberry.field(
        description="The seat or parking place.", graphql_type=Optional[lazy("Resource")]
    )
    async def resource(self, info: Info) -> Any:  # noqa: ANN401 - a resource or None
        """Load it."""
        return wrap("resource", await info.context.row("resource", self.conflict.resource_id))

    @strawberry.field(description="The pool.", graphql_type=Optional[lazy("Pool")])
    async def pool(self, info: Info) -> Any:  # noqa: ANN401 - a pool or None
        """Load it."""
        return wrap("pool", await info.context.row("pool", self.conflict.pool_id))

    @strawberry.field(
        description="The nearest seats that are free at all calendar items of the line.",
        graphql_type=list[lazy("Resource")],  # type: ignore[misc]  # a reference by name
    )
    async def alternatives(self, info: Info) -> Any:  # noqa: ANN401 - a list of resources
        """Load them."""
        return await _resources(info, self.conflict.alternative_ids)


async def _resources(info: Info, ids: tuple[Any, ...]) -> list[Any]:
    """Load resources in order."""
    rows = [await info.context.row("resource", one) for one in ids]
    return [wrap("resource", row) for row in rows if row is not None]


def _payload(operation: str, also: tuple[str, str] | None) -> type[Any]:
    """Declare the payload of one mutation; `also` names what it answers beside the Sale."""
    description = f"What {operation} answers."
    body: dict[str, Any] = {
        "__doc__": description,
        "__annotations__": {
            "sale": Any,
            "user_errors": list[UserError],
            "warnings": list[UserError],
            "conflicts": list[InventoryConflict],
            "together": Any,
        },
        "sale": strawberry.field(
            graphql_type=Optional[lazy("Sale")],
            description="The Sale as it is now; null when nothing was changed.",
            default=None,
        ),
        "user_errors": strawberry.field(
            description="Why nothing was changed; empty when all went well.", default_factory=list
        ),
        "warnings": strawberry.field(
            description="What should be known about a change that was made.", default_factory=list
        ),
        "conflicts": strawberry.field(
            description="Everything that was not free, with INVENTORY_CONFLICT.",
            default_factory=list,
        ),
        "together": strawberry.field(
            graphql_type=list[lazy("Resource")],  # type: ignore[misc]  # a reference by name
            description="As many adjacent free seats as were wanted, nearest to them, if any.",
            default_factory=list,
        ),
    }
    if also is not None:
        table, kind = also
        body["__annotations__"][table] = Any
        body[table] = strawberry.field(
            graphql_type=Optional[lazy(kind)],
            description=f"The {table} that this made or changed; null when nothing was.",
            default=None,
        )
    name = operation[0].upper() + operation[1:] + "Payload"
    declared: type[Any] = strawberry.type(description=description)(type(name, (), body))
    return declared


def _conflict(one: Conflict) -> InventoryConflict:
    """Show one conflict."""
    holder = one.holder
    return InventoryConflict(
        conflict=one,
        wanted=one.wanted,
        free=one.free,
        holder=None
        if holder is None
        else ConflictHolder(
            sale_id=strawberry.ID(encode_id("sale", holder.sale_id)),
            sale_code=holder.sale_code,
            sale_status=holder.sale_status,
            account_name=holder.account_name,
        ),
    )


def sale_mutation(
    operation: str,
    given: type[Any],
    build: Callable[[Any, Check], Any],
    command: Callable[[UnitOfWork, Actor, Any], Outcome],
    description: str,
    also: tuple[str, str] | None = None,
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a mutation that answers with a Sale, warnings, refusals and conflicts.

    `also` is the table and type of something that the outcome names beside the Sale.
    """
    answer = _payload(operation, also)

    async def resolve(info: Info, input: Any) -> Any:  # noqa: A002, ANN401 - the payload; the argument's name in the API
        done = await perform(
            info.context, operation, input.idempotency_key, partial(build, input), command
        )
        if done.outcome is None:
            report = done.report
            return answer(
                user_errors=user_errors(done.violations),
                conflicts=[_conflict(one) for one in report.conflicts] if report else [],
                together=await _resources(info, report.together_ids) if report else [],
            )
        row = await info.context.row("sale", done.outcome.ids["sale"])
        more = {}
        if also is not None:
            found = await info.context.row(also[0], done.outcome.ids[also[0]])
            more = {also[0]: wrap(also[0], found)}
        warnings = tuple(
            Violation(one.code, one.message, one.path) for one in done.outcome.warnings
        )
        return answer(sale=wrap("sale", row), warnings=user_errors(warnings), **more)

    resolve.__annotations__.update(input=input_argument(given), info=Info)
    return strawberry.field(
        resolver=resolve, graphql_type=Optional[answer], description=description
    )


@strawberry.type
class SalesMutation:
    """Changes of Sales."""

    sale_create = sale_mutation(
        "saleCreate",
        inputs.SaleCreateInput,
        sale_requests.new_sale,
        sales.create_sale,
        "Begin a Sale: a Draft without lines.",
    )
    sale_update = sale_mutation(
        "saleUpdate",
        inputs.SaleUpdateInput,
        sale_requests.edit_sale,
        sales.edit_sale,
        "Change a Sale's header.",
    )
    sale_line_add = sale_mutation(
        "saleLineAdd",
        inputs.SaleLineAddInput,
        sale_requests.add_lines,
        sale_lines.add_lines,
        "Add lines to a Draft and reserve all they need, or nothing.",
    )
    sale_line_update = sale_mutation(
        "saleLineUpdate",
        inputs.SaleLineUpdateInput,
        sale_requests.change_line,
        sale_lines.change_line,
        "Change the price, discount or description of a Draft's line.",
    )
    sale_line_replace = sale_mutation(
        "saleLineReplace",
        inputs.SaleLineReplaceInput,
        sale_requests.replace_line,
        sale_lines.replace_line,
        "Put another line in the place of a Draft's line; its own seats are free for it.",
    )
    sale_line_remove = sale_mutation(
        "saleLineRemove",
        inputs.SaleLineRemoveInput,
        sale_requests.remove_lines,
        sale_lines.remove_lines,
        "Take lines out of a Draft and free what they held.",
    )
    invoice_schedule_set = sale_mutation(
        "invoiceScheduleSet",
        inputs.InvoiceScheduleSetInput,
        sale_requests.set_schedule,
        invoice_schedules.set_schedule,
        "Set how a Draft, or one season of it, is billed.",
    )
    invoice_update = sale_mutation(
        "invoiceUpdate",
        inputs.InvoiceUpdateInput,
        sale_requests.edit_invoice,
        invoice_schedules.edit_invoice,
        "Change one invoice by hand; of a Final Sale only its date and reference.",
    )
    invoice_split = sale_mutation(
        "invoiceSplit",
        inputs.InvoiceSplitInput,
        sale_requests.split_invoice,
        invoice_schedules.split_invoice,
        "Split an open invoice in two with the same sum.",
    )
    sale_finalise = sale_mutation(
        "saleFinalise",
        inputs.SaleFinaliseInput,
        sale_requests.finalise_sale,
        finalise.finalise_sale,
        "Make a Draft Final, or say everything that stands against it.",
    )
    sale_hold_set = sale_mutation(
        "saleHoldSet",
        inputs.SaleHoldSetInput,
        sale_requests.set_hold,
        holds.set_hold,
        "Set when a Draft's hold ends.",
    )
    sale_expire = sale_mutation(
        "saleExpire",
        inputs.SaleExpireInput,
        sale_requests.name_sale,
        holds.expire_sale,
        "Release a Draft's inventory now; it can be revived.",
    )
    sale_revive = sale_mutation(
        "saleRevive",
        inputs.SaleReviveInput,
        sale_requests.name_sale,
        holds.revive_sale,
        "Reserve all that an expired Sale had again, or nothing.",
    )
    seat_swap = sale_mutation(
        "seatSwap",
        inputs.SeatSwapInput,
        sale_requests.swap_seats,
        seats.swap_seats,
        "Move guests to other seats; possible on Final Sales, no amount changes.",
    )
    ticket_holder_assign = sale_mutation(
        "ticketHolderAssign",
        inputs.TicketHolderAssignInput,
        sale_requests.assign_holders,
        seats.assign_holders,
        "Write names of ticket holders on entitlements.",
    )
