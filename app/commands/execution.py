"""How a command runs: once for each idempotency key, again after a lost race, never by halves."""

from __future__ import annotations

import hashlib
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import orjson

from app.domain.errors import ErrorCode, refuse
from app.storage import idempotency
from app.storage.failures import is_passing
from app.storage.identity import new_id
from app.storage.json_values import to_json
from app.storage.rows import values_of
from app.storage.unit_of_work import PlacesTaken, UnitOfWork, unit_of_work
from app.telemetry.tracing import span

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import DataclassInstance

    from app.commands.transfer_rules import TransferRules
    from app.commands.webhook_rules import WebhookRules
    from app.domain.permissions import Actor
    from app.storage.engine import Engine

ATTEMPTS = 5
"""How often a command is tried when the database gives up on a transaction."""
_FIRST_PAUSE_MS = 10
_KEY_LENGTH = range(8, 201)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the caller should know about a change that was made all the same."""

    code: ErrorCode
    message: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command answers: the ids of what it made or changed, and warnings.

    It is stored with the idempotency key, so it has everything that a replay must repeat.
    """

    ids: dict[str, UUID] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the form in which it is stored."""
        return {
            "ids": {name: str(value) for name, value in self.ids.items()},
            "warnings": [[one.code, one.message, *one.path] for one in self.warnings],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Outcome:
        """Rebuild a stored outcome."""
        return cls(
            {name: UUID(value) for name, value in stored["ids"].items()},
            tuple(
                Warned(ErrorCode(code), message, tuple(path))
                for code, message, *path in stored["warnings"]
            ),
        )


class InventoryTaken(Exception):  # noqa: N818 - a fact that is translated into a refusal
    """Seats or places that a command wanted and did not get; nothing of it was committed."""

    def __init__(
        self,
        seats: tuple[tuple[UUID, UUID], ...] = (),
        pools: dict[UUID, int] | None = None,
        wanted: tuple[tuple[UUID, UUID], ...] = (),
        places: dict[UUID, int] | None = None,
    ) -> None:
        """Name what is taken, and everything that was wanted with it.

        `seats` and `wanted` are (calendar item, resource) pairs; `pools` has the places wanted of
        each pool that is short, `places` those wanted of pools that nobody has asked yet.
        """
        super().__init__(f"{len(seats)} seats and {len(pools or {})} pools are taken")
        self.seats = seats
        self.pools = pools or {}
        self.wanted = wanted
        self.places = places or {}


Request = TypeVar("Request", bound="DataclassInstance")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs commands against one database.

    `webhooks` is what the API and the worker know about webhooks; nobody else needs it. `transfers`
    is what the API knows about other systems.
    `on_commit` is called after each commit that changed what is shown live.
    """

    engine: Engine
    webhooks: WebhookRules | None = field(default=None, kw_only=True)
    transfers: TransferRules | None = field(default=None, kw_only=True)
    on_commit: Callable[[], object] | None = None

    def run(
        self,
        actor: Actor,
        operation: str,
        key: str,
        request: Request,
        command: Callable[[UnitOfWork, Actor, Request], Outcome],
        request_id: str | None = None,
    ) -> Outcome:
        """Carry out a request exactly once and return its outcome, at once or on a replay.

        Raises:
            DomainError: what the command refuses; IDEMPOTENCY_KEY_INVALID;
                IDEMPOTENCY_KEY_REUSED when the key was used for a request with other content.
                After a refusal nothing is stored, so the same key may be tried again.
            InventoryTaken: seats or places are taken.
        """
        _check_key(key)
        digest = request_hash(operation, request)

        def once(work: UnitOfWork) -> Outcome:
            stored = idempotency.claim(work, operation, key, digest)
            if stored is not None:
                return _replayed(stored, digest)
            outcome = command(work, actor, request)
            idempotency.answer(work, operation, key, outcome.to_json())
            return outcome

        with span("command", {"loge.command": operation}):
            return self.transact(actor.organisation_id, actor.name, once, request_id)

    def transact(
        self,
        organisation_id: UUID,
        actor_name: str,
        action: Callable[[UnitOfWork], Result],
        request_id: str | None = None,
    ) -> Result:
        """Run an action in a transaction, again when the database gave up on it for a while."""
        request = request_id or str(new_id())
        for attempt in range(1, ATTEMPTS + 1):
            try:
                now = datetime.now(UTC)
                with unit_of_work(self.engine, organisation_id, actor_name, request, now) as work:
                    result = action(work)
            except PlacesTaken as short:
                raise InventoryTaken(pools=short.wanted) from short
            except Exception as error:
                if attempt == ATTEMPTS or not is_passing(error):
                    raise
                pause_ms = _FIRST_PAUSE_MS * 2**attempt * (0.5 + random.random())  # noqa: S311 - jitter
                time.sleep(pause_ms / 1000)
            else:
                if work.is_noted and self.on_commit is not None:
                    self.on_commit()
                return result
        raise AssertionError


def request_hash(operation: str, request: DataclassInstance) -> bytes:
    """Hash what a request asks for, so that a key cannot stand for two different requests."""
    content = orjson.dumps([operation, _content(request)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).digest()


def _content(value: Any) -> Any:  # noqa: ANN401 - requests nest dataclasses, lists and values
    """Turn a request into plain JSON, descending into nested dataclasses."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _content(inner) for name, inner in values_of(value).items()}
    if isinstance(value, (list, tuple)):
        return [_content(inner) for inner in value]
    if isinstance(value, dict):
        return {str(name): _content(inner) for name, inner in value.items()}
    return to_json({"value": value})["value"]


def _check_key(key: str) -> None:
    """Refuse a key that is too short to be unique or has spaces or control characters."""
    if len(key) not in _KEY_LENGTH or not all("!" <= character <= "~" for character in key):
        message = "idempotencyKey must be 8 to 200 printable ASCII characters without spaces"
        refuse(ErrorCode.IDEMPOTENCY_KEY_INVALID, message, "idempotencyKey")


def _replayed(stored: idempotency.StoredAnswer, digest: bytes) -> Outcome:
    """Return the stored outcome of the same request, or refuse another request."""
    if stored.request_hash != digest:
        message = "this idempotencyKey was used for a request with other content; take a new key"
        refuse(ErrorCode.IDEMPOTENCY_KEY_REUSED, message, "idempotencyKey")
    return Outcome.from_json(stored.response)
