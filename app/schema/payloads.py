"""Payloads of mutations, and the mutations of master data, which are all alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from app.commands.register import Create, Edit, Noun, create, edit
from app.resolvers.ids import check_id
from app.resolvers.inputs import values_of
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, lazy, wrap

if TYPE_CHECKING:
    from app.domain.validation import Check


def payload(name: str, member: str, kind: str, description: str) -> type[Any]:
    """Declare a payload: the changed object under `member`, and `userErrors`."""
    body: dict[str, Any] = {
        "__doc__": description,
        "__annotations__": {member: Any, "user_errors": list[UserError]},
        member: strawberry.field(
            graphql_type=Optional[lazy(kind)],
            description="The object as it is now; null when nothing was changed.",
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
    operation = kind[0].lower() + kind[1:] + "Create"
    answer = payload(f"{kind}CreatePayload", _member(noun), kind, f"What {operation} answers.")

    async def resolve(info: Info, input: Any) -> Any:  # noqa: A002, ANN401 - the payload; the argument's name in the API
        def build(check: Check) -> Create:
            return Create(values_of(input, check))

        done = await perform(info.context, operation, input.idempotency_key, build, create(noun))
        if done.outcome is None:
            return answer(user_errors=user_errors(done.violations))
        row = await info.context.row(noun.name, done.outcome.ids[noun.name])
        return answer(**{_member(noun): wrap(noun.name, row)})

    resolve.__annotations__.update(input=_input(given), info=Info)
    return strawberry.field(
        resolver=resolve, graphql_type=Optional[answer], description=description
    )


def update_mutation(noun: Noun, kind: str, given: type[Any], description: str) -> Any:  # noqa: ANN401 - a strawberry field
    """Declare the mutation that changes one entity of a noun; omitted fields stay as they are."""
    operation = kind[0].lower() + kind[1:] + "Update"
    answer = payload(f"{kind}UpdatePayload", _member(noun), kind, f"What {operation} answers.")

    async def resolve(info: Info, input: Any) -> Any:  # noqa: A002, ANN401 - the payload; the argument's name in the API
        def build(check: Check) -> Edit:
            target = check_id(noun.name, input.id, check, "id")
            values = values_of(input, check)
            check.refuse_if_any()
            assert target is not None  # noqa: S101 - otherwise the check has refused
            return Edit(target, input.expected_version, values)

        done = await perform(info.context, operation, input.idempotency_key, build, edit(noun))
        if done.outcome is None:
            return answer(user_errors=user_errors(done.violations))
        row = await info.context.row(noun.name, done.outcome.ids[noun.name])
        return answer(**{_member(noun): wrap(noun.name, row)})

    resolve.__annotations__.update(input=_input(given), info=Info)
    return strawberry.field(
        resolver=resolve, graphql_type=Optional[answer], description=description
    )


def _member(noun: Noun) -> str:
    """Name the payload's field."""
    return noun.name


def _input(given: type[Any]) -> Any:  # noqa: ANN401 - an annotation
    """Annotate the one argument of a mutation."""
    return Annotated[given, strawberry.argument(description="What to do.")]
