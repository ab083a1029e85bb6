"""Payloads of mutations, and the mutations of master data, which are all alike."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from app.commands.register import Create, Edit, Noun, create, edit
from app.resolvers.ids import checked_id
from app.resolvers.inputs import values_of
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, lazy, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.commands.execution import Outcome
    from app.domain.permissions import Actor
    from app.domain.validation import Check
    from app.storage.unit_of_work import UnitOfWork


def payload(
    name: str, member: str, kind: str, description: str, *, many: bool = False
) -> type[Any]:
    """Declare a payload: the changed object, or `many`, under `member`, and `userErrors`."""
    one: Any = lazy(kind)
    what = "The objects as they are now" if many else "The object as it is now"
    body: dict[str, Any] = {
        "__doc__": description,
        "__annotations__": {member: Any, "user_errors": list[UserError]},
        member: strawberry.field(
            graphql_type=Optional[list[one] if many else one],
            description=f"{what}; null when nothing was changed.",
            default=None,
        ),
        "user_errors": strawberry.field(
            description="Why nothing was changed; empty when all went well.", default_factory=list
        ),
    }
    declared: type[Any] = strawberry.type(description=description)(type(name, (), body))
    return declared


def create_mutation(noun: Noun, kind: str, given: type[Any], description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the mutation that creates one entity of a noun."""

    def build(input: Any, check: Check) -> Create:  # noqa: A002, ANN401 - any input object
        return Create(values_of(input, check))

    operation = kind[0].lower() + kind[1:] + "Create"
    return action_mutation(operation, noun.name, kind, given, build, create(noun), description)


def update_mutation(noun: Noun, kind: str, given: type[Any], description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the mutation that changes one entity of a noun; omitted fields stay as they are."""

    def build(input: Any, check: Check) -> Edit:  # noqa: A002, ANN401 - any input object
        target = checked_id(noun.name, input.id, check, "id")
        return Edit(target, input.expected_version, values_of(input, check))

    operation = kind[0].lower() + kind[1:] + "Update"
    return action_mutation(operation, noun.name, kind, given, build, edit(noun), description)


def action_mutation(
    operation: str,
    table: str,
    kind: str,
    given: type[Any],
    build: Callable[[Any, Check], Any],
    command: Callable[[UnitOfWork, Actor, Any], Outcome],
    description: str,
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a mutation that answers with one object, which its outcome names by the table.

    `build` turns the input into the command's request and collects what is malformed.
    """
    name = operation[0].upper() + operation[1:] + "Payload"
    answer = payload(name, table, kind, f"What {operation} answers.")

    async def resolve(info: Info, input: Any) -> Any:  # noqa: A002, ANN401 - the payload; the argument's name in the API
        done = await perform(
            info.context, operation, input.idempotency_key, partial(build, input), command
        )
        if done.outcome is None:
            return answer(user_errors=user_errors(done.violations))
        row = await info.context.row(table, done.outcome.ids[table])
        return answer(**{table: wrap(table, row)})

    resolve.__annotations__.update(input=input_argument(given), info=Info)
    return strawberry.field(
        resolver=resolve, graphql_type=Optional[answer], description=description
    )


def bulk_mutation(
    operation: str,
    member: str,
    table: str,
    kind: str,
    given: type[Any],
    build: Callable[[Any, Check], Any],
    command: Callable[[UnitOfWork, Actor, Any], Outcome],
    description: str,
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a mutation that answers with several objects, all that its outcome names, in order.

    What its outcome names and is gone is left out.
    """
    name = operation[0].upper() + operation[1:] + "Payload"
    answer = payload(name, member, kind, f"What {operation} answers.", many=True)

    async def resolve(info: Info, input: Any) -> Any:  # noqa: A002, ANN401 - the payload; the argument's name in the API
        done = await perform(
            info.context, operation, input.idempotency_key, partial(build, input), command
        )
        if done.outcome is None:
            return answer(user_errors=user_errors(done.violations))
        ids = [value for _, value in sorted(done.outcome.ids.items())]
        rows = await asyncio.gather(*(info.context.row(table, one) for one in ids))
        return answer(**{member: [wrap(table, row) for row in rows if row is not None]})

    resolve.__annotations__.update(input=input_argument(given), info=Info)
    return strawberry.field(
        resolver=resolve, graphql_type=Optional[answer], description=description
    )


def input_argument(given: type[Any]) -> Any:  # noqa: ANN401 - an annotation
    """Annotate the one argument of a mutation."""
    return Annotated[given, strawberry.argument(description="What to do.")]
