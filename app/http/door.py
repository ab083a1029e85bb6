"""What an operation must pass before it is executed, whichever way it came: HTTP or a WebSocket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import get_variable_values

from app.http.cost import COST_LIMIT, price_of
from app.http.documents import ERROR_LIMIT, Documents, Known
from app.http.refusals import DocumentRefusedError, DoorCode, RefusedError
from app.http.throttle import STRANGER_QUOTA, USUAL_QUOTA, Throttle
from app.http.trusted import Trusted
from app.telemetry.exchange import current_exchange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import OperationDefinitionNode

    from app.domain.permissions import Actor, Quota


@dataclass(frozen=True, slots=True)
class DoorRules:
    """What an installation decides about its door."""

    allowed_origins: tuple[str, ...] = ()
    trusted: Trusted = field(default_factory=Trusted)
    quota: Quota = USUAL_QUOTA
    stranger_quota: Quota = STRANGER_QUOTA


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation took of its caller's bucket, as every answer tells.

    Attributes:
        available: the points left.
        restore_rate: the points that come back each second.
    """

    requested: int
    available: int
    restore_rate: int
    bucket: int

    def as_extension(self) -> dict[str, int]:
        """Return the cost as `extensions.cost`."""
        return {
            "requested": self.requested,
            "limit": COST_LIMIT,
            "available": self.available,
            "bucket": self.bucket,
            "restoreRate": self.restore_rate,
        }

    def as_json(self) -> bytes:
        """Return the same as JSON; it is written for every answer, so by hand."""
        return (
            f'{{"cost":{{"requested":{self.requested},"limit":{COST_LIMIT},'
            f'"available":{self.available},"bucket":{self.bucket},'
            f'"restoreRate":{self.restore_rate}}}}}'
        ).encode()


@dataclass(frozen=True, slots=True)
class Admitted:
    """An operation that may be executed."""

    known: Known
    operation: OperationDefinitionNode
    cost: Cost


@dataclass(frozen=True, slots=True)
class Door:
    """Admits operations: their documents are known, trusted and within the caller's means."""

    documents: Documents
    throttle: Throttle = field(default_factory=Throttle)
    trusted: Trusted = field(default_factory=Trusted)

    def admit(
        self,
        text: str,
        operation_name: str | None,
        variables: Mapping[str, Any] | None,
        actor: Actor,
    ) -> Admitted:
        """Admit an operation and take its cost from the caller's bucket.

        Raises:
            RefusedError: with the reason; nothing was taken unless the reason is in the values of
                the variables.
        """
        admitted = self.select(text, operation_name, actor)
        return self.charge(*admitted, variables, actor)

    def select(
        self, text: str, operation_name: str | None, actor: Actor
    ) -> tuple[Known, OperationDefinitionNode]:
        """Find the operation that is meant in a document that can be executed.

        Raises:
            RefusedError: there is none.
        """
        self.trusted.check(text, actor)
        known = self.documents.admit(text)
        operation = known.operation(operation_name)
        if operation is None:
            raise DocumentRefusedError(DoorCode.OPERATION_UNKNOWN, _unknown(known, operation_name))
        exchange = current_exchange()
        if exchange is not None:
            name = operation.name.value if operation.name is not None else None
            exchange.note_operation(operation.operation.value, name, known.digest)
        return known, operation

    def charge(
        self,
        known: Known,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any] | None,
        actor: Actor,
    ) -> Admitted:
        """Take the cost of an operation from the caller's bucket.

        Raises:
            RefusedError: COST_TOO_HIGH or THROTTLED; both tell the cost.
        """
        points = price_of(self.documents.schema, known, operation).points(variables)
        quota = self.throttle.quota_of(actor)
        taken = self.throttle.take(actor, points)
        cost = Cost(points, taken.available, quota.points_per_second, quota.bucket_points)
        if taken.wait_seconds:
            refusal = throttled(
                taken.wait_seconds,
                f"this operation costs {points:,} points, and {taken.available:,} are left",
            )
            refusal.answer_extensions = {"cost": cost.as_extension()}
            raise refusal
        exchange = current_exchange()
        if exchange is not None:
            exchange.cost = points
        return Admitted(known, operation, cost)

    def check_variables(
        self, operation: OperationDefinitionNode, variables: Mapping[str, Any] | None
    ) -> None:
        """Refuse variables that do not fit their declarations.

        Raises:
            RefusedError: VARIABLES_INVALID, one error for each reason.
        """
        found = get_variable_values(
            self.documents.schema,
            operation.variable_definitions or (),
            dict(variables or {}),
            max_errors=ERROR_LIMIT,
            hide_suggestions=True,
        )
        if isinstance(found, list):
            extensions = {"code": DoorCode.VARIABLES_INVALID}
            errors = [{**one.formatted, "extensions": extensions} for one in found]
            raise DocumentRefusedError(DoorCode.VARIABLES_INVALID, "", errors)


def throttled(wait_seconds: int, reason: str) -> RefusedError:
    """Return the refusal of somebody who has to wait."""
    message = f"{reason}; try again in {wait_seconds} s"
    return RefusedError(
        DoorCode.THROTTLED,
        message,
        429,
        headers={"retry-after": str(wait_seconds)},
        extensions={"retryAfterSeconds": wait_seconds},
    )


def _unknown(known: Known, operation_name: str | None) -> str:
    """Say that an operation is not there, or that one of several has to be named."""
    names = ", ".join(sorted(name for name in known.operations if name))
    if operation_name:
        return f"the document has no operation {operation_name!r}; it has: {names or 'none named'}"
    if not known.operations:
        return "the document has no operation"
    return f"say in operationName which operation is meant: {names}"
