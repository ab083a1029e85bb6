"""Flows: which data sets of which source are mapped how, and what is done with them where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode
from app.domain.events import Topic

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from app.domain.validation import Check

SHORTEST_PAUSE_SECONDS = 10
"""How often a source is polled at most."""
LONGEST_PAUSE_SECONDS = 7 * 86_400


class FlowTrigger(StrEnum):
    """What begins a transfer of a flow.

    EVENT: a topic of the outbox. DUE: an invoice may be billed from today on. SOURCE: the system is
    polled, or sends by itself. FILE: somebody gives a file. AFTER_FLOW: a transfer of another flow
    is done. MANUAL: a person names the object.
    """

    EVENT = "EVENT"
    DUE = "DUE"
    SOURCE = "SOURCE"
    FILE = "FILE"
    AFTER_FLOW = "AFTER_FLOW"
    MANUAL = "MANUAL"


_INCOMING = frozenset({FlowTrigger.SOURCE, FlowTrigger.FILE})


@dataclass(frozen=True, slots=True)
class TransferFlow:
    """The way of one entity's data sets, out to a system or in from it.

    What is done at the end is an `action` of the system's connector; without one, data sets are
    taken over into Loge. `source` names what comes from the system. `days_ahead` is by how many
    days invoices are sent before they are planned.
    """

    id: UUID
    code: str
    name: str
    system_id: UUID
    trigger: FlowTrigger
    entity: str
    topics: tuple[str, ...] | None
    source: str | None
    after_flow_id: UUID | None
    action: str | None
    options: dict[str, Any]
    every_seconds: int | None
    days_ahead: int
    mapping_version_id: UUID | None
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def is_incoming(self) -> bool:
        """Tell whether its data sets come from the system."""
        return self.trigger in _INCOMING


@dataclass(frozen=True, slots=True)
class MappingVersion:
    """How data sets of a flow are filtered and mapped; a change is a new version."""

    id: UUID
    flow_id: UUID
    number: int
    definition: dict[str, Any]
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """What the connector of a flow's system can do: actions and sources with their entities."""

    actions: dict[str, str]
    sources: dict[str, str]


TOPIC_ENTITIES: dict[str, tuple[str, ...]] = {
    "sale": ("customer", "product", "sale", "invoice", "credit_note", "ticket"),
    "invoice": ("customer", "sale", "invoice", "credit_note"),
    "payment": ("customer", "payment"),
    "refund": ("customer", "refund"),
}
"""Of which records an event about an object can be the beginning, by the kind of object."""


def check_flow(
    flow: TransferFlow, offered: Offered, entities: Collection[str], check: Check
) -> None:
    """Collect what is wrong with a flow, given what its system's connector offers."""
    check.code("code", flow.code)
    check.text("name", flow.name)
    check.whole("daysAhead", flow.days_ahead, 0, 366)
    if flow.every_seconds is not None:
        check.whole(
            "everySeconds", flow.every_seconds, SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS
        )
    if flow.entity not in entities:
        _named(check, "entity", flow.entity, entities)
    _check_trigger(flow, check)
    if flow.is_incoming and flow.source is None:
        check.add(ErrorCode.INPUT_INVALID, "name the source that it takes", "source")
    if not flow.is_incoming and flow.action is None:
        check.add(ErrorCode.INPUT_INVALID, "name the action that is done at the end", "action")
    _check_offered("source", flow.source, offered.sources, check)
    _check_offered("action", flow.action, offered.actions, check)


def _check_trigger(flow: TransferFlow, check: Check) -> None:
    """Collect what a trigger needs and does not have."""
    if flow.trigger is FlowTrigger.EVENT:
        if not flow.topics:
            message = "name the topics that begin it, such as sale.finalised"
            check.add(ErrorCode.INPUT_INVALID, message, "topics")
        for topic in flow.topics or ():
            _check_topic(topic, flow.entity, check)
    elif flow.topics is not None:
        message = f"topics are for the trigger EVENT, not for {flow.trigger}"
        check.add(ErrorCode.INPUT_INVALID, message, "topics")
    if (flow.trigger is FlowTrigger.AFTER_FLOW) is (flow.after_flow_id is None):
        message = "afterFlowId belongs to the trigger AFTER_FLOW, which needs it"
        check.add(ErrorCode.INPUT_INVALID, message, "afterFlowId")
    if flow.trigger is FlowTrigger.DUE and flow.entity not in {"invoice", "credit_note"}:
        message = "only an invoice or a credit_note is due on a day"
        check.add(ErrorCode.INPUT_INVALID, message, "entity")


def _check_topic(topic: str, entity: str, check: Check) -> None:
    """Collect that a topic is unknown, or not about the entity."""
    if topic not in set(Topic):
        _named(check, "topics", topic, [str(one) for one in Topic])
    elif entity not in entities_of(topic):
        message = f"an event of {topic} does not tell which {entity} it is about"
        check.add(ErrorCode.INPUT_INVALID, message, "topics")


def entities_of(topic: str) -> tuple[str, ...]:
    """Return the records that can be made of an event of a topic."""
    kind = topic.partition(".")[0]
    return TOPIC_ENTITIES.get("invoice" if kind == "credit_note" else kind, ())


def _check_offered(field: str, name: str | None, offered: dict[str, str], check: Check) -> None:
    """Collect that a system's connector does not have an action or a source."""
    if name is not None and name not in offered:
        _named(check, field, name, offered)


def _named(check: Check, field: str, name: str, known: Collection[str]) -> None:
    """Collect that a name is unknown, and say which there are."""
    there = ", ".join(sorted(known)) or "none"
    check.add(
        ErrorCode.INPUT_INVALID, f"no {field} is named {name[:60]!r}; there are {there}", field
    )
