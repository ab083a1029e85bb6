"""Connected systems, flows, and the log of transfers with every stage of them, in the API."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Optional

import strawberry

from app.domain.flows import FlowTrigger
from app.domain.systems import PauseCause
from app.domain.transfers import TransferFault, TransferStage, TransferStatus
from app.schema.fields import (
    Node,
    author,
    column,
    connected,
    created_column,
    node,
    to_many,
    to_one,
    version_column,
)
from app.schema.inputs import described, where
from app.schema.scalars import Json
from app.storage.conditions import Comparison

described(
    PauseCause,
    "Who paused a system.",
    {"PERSON": "A person.", "ACCESS": "Loge, because the credentials were refused."},
)
described(
    FlowTrigger,
    "What begins a transfer of a flow.",
    {
        "EVENT": "An event of one of its topics.",
        "DUE": "An invoice or credit note may be billed from today on.",
        "SOURCE": "Something new in the other system, which is asked, or tells by itself.",
        "FILE": "Somebody gives a file.",
        "AFTER_FLOW": "A transfer of another flow is done.",
        "MANUAL": "A person names the object.",
    },
)
described(
    TransferStatus,
    "Where a transfer is.",
    {
        "QUEUED": "It was received.",
        "MAPPED": "It was filtered and mapped.",
        "SENT": "It is being sent, or was answered.",
        "DONE": "The other side has it, and what came back was taken over.",
        "SKIPPED": "The filter of its flow keeps it back.",
        "WAITING": "It waits for another transfer, which `message` names.",
        "RETRY": "It is tried again at `nextAttemptAt`, or as soon as its system goes on.",
        "UNKNOWN": "Its answer was lost: it is looked up there before anything is sent again.",
        "PARKED": "A person has to do something, which `message` says.",
        "CANCELLED": "A person gave it up.",
    },
)
described(
    TransferStage,
    "What has been done with a data set.",
    {
        "RECEIVED": "It was received.",
        "FILTERED": "The filter let it pass.",
        "MAPPED": "It was mapped.",
        "SENT": "It was sent, and answered.",
        "CONFIRMED": "The answer was taken over.",
    },
)
described(
    TransferFault,
    "Why a step failed, by what has to be done about it.",
    {
        "TRANSIENT": "It was not done, and may work later.",
        "UNKNOWN": "It may have been done: the answer was lost.",
        "RECORD": "The data set is refused, by the other side or by a check of Loge.",
        "ACCESS": "The credentials are refused; the system is paused.",
        "CONFLICT": "There is one already that differs.",
        "DEFECT": "A fault of Loge.",
    },
)


@strawberry.input(description="Which connected systems.")
class ConnectedSystemFilter:
    """Conditions on systems."""

    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    kind: list[str] | None = where("Of any of these kinds.", "kind")


@strawberry.enum(description="Orders of connected systems.")
class ConnectedSystemSort(Enum):
    """Column and direction."""

    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which flows.")
class TransferFlowFilter:
    """Conditions on flows."""

    system_id: list[strawberry.ID] | None = where(
        "Of any of these systems.", "system_id", refers="connected_system"
    )
    is_active: bool | None = where("Active or not.", "is_active", how=Comparison.EQUAL)


@strawberry.enum(description="Orders of flows.")
class TransferFlowSort(Enum):
    """Column and direction."""

    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which transfers.")
class TransferFilter:
    """Conditions on transfers."""

    search: str | None = where(
        "A part of its title, number there, or message.",
        "title",
        "external_number",
        "message",
        how=Comparison.CONTAINS,
    )
    system_id: list[strawberry.ID] | None = where(
        "To or from any of these systems.", "system_id", refers="connected_system"
    )
    flow_id: list[strawberry.ID] | None = where(
        "Of any of these flows.", "flow_id", refers="transfer_flow"
    )
    status: list[TransferStatus] | None = where("Any of these statuses.", "status")
    entity: list[str] | None = where("Any of these entities, such as `invoice`.", "entity")
    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    sale_id: list[strawberry.ID] | None = where("Of any of these Sales.", "sale_id", refers="sale")
    created_from: datetime | None = where(
        "Begun at this instant or later.", "created_at", how=Comparison.AT_LEAST
    )
    created_to: datetime | None = where(
        "Begun before this instant.", "created_at", how=Comparison.BELOW
    )


@strawberry.enum(description="Orders of transfers.")
class TransferSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@node("connected_system", "A system of another party that the club is connected to.")
class ConnectedSystem(Node):
    """A row of connected_system; its secrets are in another table, which nobody reads."""

    code = column("code", str, "Its code.")
    name = column("name", str, "What people call it.")
    kind = column("kind", str, "Its kind, by which its connector is chosen.")
    settings = column("settings", Json, "Its settings by name, without secrets.")
    document_source_code = column(
        "document_source_code", Optional[str], "The code under which it reports documents."
    )
    rate_per_minute = column("rate_per_minute", Optional[int], "The most calls a minute.")
    paused_at = column("paused_at", Optional[datetime], "Since when nothing is exchanged with it.")
    pause_cause = column("pause_cause", Optional[PauseCause], "Who paused it.")
    pause_reason = column("pause_reason", Optional[str], "Why it is paused.")
    checked_at = column("checked_at", Optional[datetime], "When it was asked last.")
    is_well = column("is_well", Optional[bool], "Whether it answered as it should.")
    health_message = column("health_message", Optional[str], "What was found then.")
    version = version_column()
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When it was changed.")
    flows = connected(
        "transfer_flow",
        "TransferFlow",
        "What is exchanged with it.",
        filters=TransferFlowFilter,
        sorts=TransferFlowSort,
        via="system_id",
    )


@node("transfer_flow", "The way of one entity's data sets, out to a system or in from it.")
class TransferFlow(Node):
    """A row of transfer_flow."""

    code = column("code", str, "Its code.")
    name = column("name", str, "What people call it.")
    system = to_one("system_id", "connected_system", "ConnectedSystem", "With which system.")
    trigger = column("trigger", FlowTrigger, "What begins its transfers.")
    entity = column("entity", str, "What its data sets are, such as `invoice`.")
    topics = column("topics", Optional[list[str]], "The topics of events that begin it.")
    source = column("source", Optional[str], "What comes from the system.")
    after_flow = to_one("after_flow_id", "transfer_flow", "TransferFlow", "What it follows.")
    action = column("action", Optional[str], "What is done in the system, as `invoice.post`.")
    options = column("options", Json, "Options of the action by name.")
    every_seconds = column("every_seconds", Optional[int], "How often the system is asked.")
    days_ahead = column("days_ahead", int, "How many days before its day an invoice is sent.")
    mapping = to_one(
        "mapping_version_id", "mapping_version", "MappingVersion", "Its mapping, as it is now."
    )
    is_active = column("is_active", bool, "Whether transfers begin.")
    version = version_column()
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When it was changed.")


@node("mapping_version", "How data sets of a flow are filtered and mapped.")
class MappingVersion(Node):
    """A row of mapping_version."""

    number = column("number", int, "Its number within the flow.")
    definition = column("definition", Json, "The filter, the fields and the lines.")
    created_by = author("created_by", "Who wrote it.")
    created_at = created_column()


@node("transfer", "One data set on its way through one flow.")
class Transfer(Node):
    """A row of transfer."""

    flow = to_one("flow_id", "transfer_flow", "TransferFlow", "Its flow.")
    system = to_one("system_id", "connected_system", "ConnectedSystem", "To or from where.")
    account = to_one("account_id", "account", "Account", "Whose it is.")
    sale = to_one("sale_id", "sale", "Sale", "The Sale that it belongs to.")
    entity = column("entity", str, "What it is, such as `invoice`.")
    source_id = column("source_id", str, "The id of its object, here or in the other system.")
    source_version = column("source_version", str, "Which data set of its object it is.")
    title = column("title", str, "The code or number that people know it by.")
    status = column("status", TransferStatus, "Where it is.")
    stage = column("stage", TransferStage, "What was done with it last.")
    fault = column("fault", Optional[TransferFault], "Why the last step failed.")
    message = column("message", Optional[str], "What that means, or what it waits for.")
    path = column("path", Optional[str], "Where in the data set, such as `lines[2].vat_rate`.")
    version_no = column("version_no", int, "Which run this is.")
    attempt_count = column("attempt_count", int, "How often it was tried.")
    next_attempt_at = column("next_attempt_at", Optional[datetime], "When it is looked at next.")
    is_in_doubt = column(
        "is_in_doubt", bool, "Whether the other system may have it, though nobody said so."
    )
    external_id = column("external_id", Optional[str], "Its id in the other system.")
    external_number = column("external_number", Optional[str], "Its number there.")
    created_at = created_column()
    updated_at = column("updated_at", datetime, "When something became of it.")
    settled_at = column("settled_at", Optional[datetime], "When it ended.")
    versions = to_many(
        "transfer_version",
        "transfer_id",
        "TransferVersion",
        "Its runs, the first one first.",
        order=("version_no",),
    )
    steps = to_many(
        "transfer_step",
        "transfer_id",
        "TransferStep",
        "The stages that it has passed, in order.",
        order=("version_no", "ended_at"),
    )
    attempts = to_many(
        "transfer_attempt",
        "transfer_id",
        "TransferAttempt",
        "Every call to the other system, in order.",
        order=("attempt_no",),
    )


@node("transfer_version", "One run of a transfer, with its data set at every stage.")
class TransferVersion(Node):
    """A row of transfer_version; connectors leave secrets out of what they hand back."""

    version_no = column("version_no", int, "Its number.")
    mapping = to_one(
        "mapping_version_id", "mapping_version", "MappingVersion", "The mapping that it went by."
    )
    received = column("received", Json, "The data set as it was received.")
    mapped = column("mapped", Optional[Json], "The data set as it was mapped.")
    sent = column("sent", Optional[Json], "What went over the line.")
    answer = column("answer", Optional[Json], "What came back.")
    changes = column(
        "changes",
        Json,
        "What differs from the run before, or from the data set before of the same object: a list "
        "of `{path, kind, before, after, by}`. Lines are matched by number, id or code; `kind` is "
        "ADDED, REMOVED, CHANGED or MOVED, and `by` says by how much an amount changed.",
    )
    created_at = created_column()


@node("transfer_step", "A stage that a run of a transfer has passed.")
class TransferStep(Node):
    """A row of transfer_step."""

    version_no = column("version_no", int, "The run.")
    stage = column("stage", TransferStage, "The stage.")
    note = column("note", Optional[str], "What is to be said of it, such as why it was skipped.")
    ended_at = column("ended_at", datetime, "When it was passed.")


@node("transfer_attempt", "One call to the other system.")
class TransferAttempt(Node):
    """A row of transfer_attempt."""

    version_no = column("version_no", int, "The run.")
    attempt_no = column("attempt_no", int, "Its number; one is missing where a process ended.")
    started_at = column("started_at", datetime, "When it was begun.")
    duration_ms = column("duration_ms", int, "How many milliseconds it took.")
    fault = column("fault", Optional[TransferFault], "Why it failed; null: it did not.")
    message = column("message", Optional[str], "What went wrong.")
    path = column("path", Optional[str], "Where in the data set.")
    status_code = column("status_code", Optional[int], "The HTTP status that was answered.")
    answer = column("answer", Optional[str], "The beginning of the answer.")
