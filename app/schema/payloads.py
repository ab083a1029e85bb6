"""Payloads of mutations, and the mutations of master data, which are all alike."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
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
    from collections.abc import Callable, Mapping

    from app.commands.execution import Outcome
    from app.domain.permissions import Actor
    from app.domain.validation import Check
    from app.resolvers.context import Context
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ShownOnce:
    """A secret that an answer shows when it is drawn and never again: its field, what it is."""

    member: str
    description: str


def payload(
    name: str,
    member: str,
    kind: str,
    description: str,
    *,
    many: bool = False,
    once: ShownOnce | None = None,
) -> type[Any]:
    """Declare a payload: the changed object, or `many`, under `member`, and `userErrors`."""
    one: Any = lazy(kind)
    what = "The objects as they are now" if many else "The object as it is now"
    members: dict[str, tuple[Any, Any]] = {
        member: (
            Any,
            strawberry.field(
                graphql_type=Optional[list[one] if many else one],
                description=f"{what}; null when nothing was changed.",
                default=None,
            ),
        )
    }
    if once is not None:
        shown = strawberry.field(description=once.description, default=None)
        members[once.member] = (str | None, shown)
    refused = strawberry.field(
        description="Why nothing was changed; empty when all went well.", default_factory=list
    )
    members["user_errors"] = (list[UserError], refused)
    body: dict[str, Any] = {
        "__doc__": description,
        "__annotations__": {one: kind for one, (kind, _) in members.items()},
        **{one: field for one, (_, field) in members.items()},
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


def action_mutation(  # noqa: PLR0913 - all that the schema says of a mutation
    operation: str,
    table: str,
    kind: str,
    given: type[Any],
    build: Callable[[Any, Check], Any],
    command: Callable[..., Outcome],
    description: str,
    *,
    once: ShownOnce | None = None,
    beside: Callable[[Context], Mapping[str, Any]] | None = None,
) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare a mutation that answers with one object, which its outcome names by the table.

    `build` turns the input into the command's request and collects what is malformed. The command
    also gets what `beside` takes from the context, and, where a secret is shown `once`, `shown`: it
    calls that with the secret.
    """
    name = operation[0].upper() + operation[1:] + "Payload"
    answer = payload(name, table, kind, f"What {operation} answers.", once=once)

    async def resolve(info: Info, input: Any) -> Any:  # noqa: A002, ANN401 - the payload; the argument's name in the API
        secrets: list[str] = []
        known = {} if beside is None else dict(beside(info.context))
        if once is not None:
            known["shown"] = secrets.append
        done = await perform(
            info.context,
            operation,
            input.idempotency_key,
            partial(build, input),
            partial(command, **known),
        )
        if done.outcome is None:
            return answer(user_errors=user_errors(done.violations))
        row = await info.context.row(table, done.outcome.ids[table])
        found: dict[str, Any] = {table: wrap(table, row)}
        if once is not None:
            # The command may have been tried more than once; only the last try was committed.
            found[once.member] = secrets[-1] if secrets else None
        return answer(**found)

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
