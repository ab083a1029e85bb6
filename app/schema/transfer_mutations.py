"""Reads and changes of connected systems and flows, and what people do with transfers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

import strawberry

from app.commands import flows, systems, transfers
from app.commands.transfer_rules import SystemKind, TransferRules
from app.domain.flows import FlowTrigger
from app.domain.permissions import require_read
from app.resolvers import transfer_requests as requests
from app.resolvers.context import Context
from app.schema.fields import Info, connected
from app.schema.inputs import expected_version, given, key, maybe
from app.schema.payloads import action_mutation
from app.schema.scalars import Json
from app.schema.transfers import (
    ConnectedSystemFilter,
    ConnectedSystemSort,
    TransferFilter,
    TransferFlowFilter,
    TransferFlowSort,
    TransferSort,
)

_SETTINGS = "Settings by name, as connectorKinds lists them for the kind."
_SECRETS = "Secrets by name, each a text. They are sealed, and never shown again."
_MAPPING = "Filter, fields and lines; null passes data sets through as they are."
_TOPICS = "The topics of events that begin it; webhookTopics lists them."


@strawberry.type(description="A kind of system that the club can be connected to.")
class ConnectorKind:
    """What a connector says of itself."""

    of: strawberry.Private[SystemKind]

    @strawberry.field(description="Its name, as `connectedSystemCreate` takes it.")
    def kind(self) -> str:
        """Return the name."""
        return self.of.kind

    @strawberry.field(description="What people call it.")
    def title(self) -> str:
        """Return the title."""
        return str(self.of.described["title"])

    @strawberry.field(graphql_type=Json, description="What has to be known of such a system.")
    def settings(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """Return what a form asks for."""
        return self.of.described["settings"]

    @strawberry.field(graphql_type=Json, description="What can be done there, with the options.")
    def actions(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """Return what flows can do."""
        return self.of.described["actions"]

    @strawberry.field(graphql_type=Json, description="What comes from there.")
    def sources(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """Return what flows can take."""
        return self.of.described["sources"]


@strawberry.input(description="A system to connect.")
class ConnectedSystemCreateInput:
    """Fields of a new system."""

    idempotency_key: str = key()
    code: str = given("Its code.")
    name: str = given("What people call it.")
    kind: str = given("Its kind; connectorKinds lists them.")
    settings: Json | None = maybe(_SETTINGS)
    secrets: Json | None = maybe(_SECRETS)
    document_source_code: str | None = maybe(
        "The document source under which it reports documents."
    )
    rate_per_minute: int | None = maybe("The most calls a minute; no limit when omitted.")


@strawberry.input(description="Changes of a connected system; omitted fields stay as they are.")
class ConnectedSystemUpdateInput:
    """Fields that can change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The system.")
    expected_version: int = expected_version()
    name: str | None = maybe("What people call it.")
    settings: Json | None = maybe(_SETTINGS)
    secrets: Json | None = maybe(
        "Secrets by name; those that are left out stay, an empty text takes one away."
    )
    document_source_code: str | None = maybe(
        "The document source under which it reports documents."
    )
    rate_per_minute: int | None = maybe("The most calls a minute; null: no limit.")


@strawberry.input(description="The connected system to pause.")
class ConnectedSystemPauseInput:
    """A system and a reason."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The system.")
    reason: str = strawberry.field(description="Why, for whoever looks.")


@strawberry.input(description="The connected system that goes on.")
class ConnectedSystemResumeInput:
    """A system."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The system.")


@strawberry.input(description="A new flow; it is not active yet.")
class TransferFlowCreateInput:
    """Fields of a new flow."""

    idempotency_key: str = key()
    code: str = given("Its code.")
    name: str = given("What people call it.")
    system_id: strawberry.ID = given("With which system.", refers="connected_system")
    trigger: FlowTrigger = given("What begins its transfers.")
    entity: str = given("What its data sets are, such as `invoice`.")
    topics: list[str] | None = maybe(_TOPICS)
    source: str | None = maybe("What comes from the system.")
    after_flow_id: strawberry.ID | None = maybe("What it follows.", refers="transfer_flow")
    action: str | None = maybe("What is done in the system, such as `invoice.post`.")
    options: Json | None = maybe("Options of the action by name.")
    every_seconds: int | None = maybe("How often the system is asked, from 10 seconds on.")
    days_ahead: int | None = maybe("How many days before its day an invoice is sent.")
    mapping: Json | None = maybe(_MAPPING)


@strawberry.input(description="Changes of a flow; omitted fields stay as they are.")
class TransferFlowUpdateInput:
    """Fields that can change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The flow.")
    expected_version: int = expected_version()
    name: str | None = maybe("What people call it.")
    topics: list[str] | None = maybe(_TOPICS)
    action: str | None = maybe("What is done in the system.")
    options: Json | None = maybe("Options of the action by name.")
    every_seconds: int | None = maybe("How often the system is asked.")
    days_ahead: int | None = maybe("How many days before its day an invoice is sent.")
    mapping: Json | None = maybe("A new version of its mapping.")
    is_active: bool | None = maybe(
        "Whether transfers begin. Made active, it gets what happens from then on."
    )


@strawberry.input(description="The transfer to send on at once.")
class TransferRetryInput:
    """A transfer."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The transfer.")


@strawberry.input(description="The transfer to run again.")
class TransferReplayInput:
    """A transfer."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The transfer.")


@strawberry.input(description="The transfer to give up.")
class TransferCancelInput:
    """A transfer and a reason."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The transfer.")
    reason: str = strawberry.field(description="Why, for whoever looks.")


def _rules(context: Context) -> Mapping[str, TransferRules]:
    return {"rules": requests.rules_of(context)}


@strawberry.type
class TransfersQuery:
    """Reads of transfers."""

    @strawberry.field(
        graphql_type=Optional[list[ConnectorKind]],
        description="The kinds of system that the club can be connected to.",
    )
    def connector_kinds(self, info: Info) -> list[ConnectorKind]:
        """List what connectors say of themselves."""
        require_read(info.context.caller, "connected_system")
        return [ConnectorKind(of=one) for one in requests.rules_of(info.context).kinds.values()]

    connected_systems = connected(
        "connected_system",
        "ConnectedSystem",
        "The systems that the club is connected to.",
        filters=ConnectedSystemFilter,
        sorts=ConnectedSystemSort,
    )
    transfer_flows = connected(
        "transfer_flow",
        "TransferFlow",
        "What is exchanged with which system.",
        filters=TransferFlowFilter,
        sorts=TransferFlowSort,
    )
    transfers = connected(
        "transfer",
        "Transfer",
        "The log of transfers.",
        filters=TransferFilter,
        sorts=TransferSort,
    )


@strawberry.type
class TransfersMutation:
    """Changes of systems and flows, and what people do with transfers."""

    connected_system_create = action_mutation(
        "connectedSystemCreate",
        "connected_system",
        "ConnectedSystem",
        ConnectedSystemCreateInput,
        requests.new_system,
        systems.create_system,
        "Connect a system.",
        beside=_rules,
    )
    connected_system_update = action_mutation(
        "connectedSystemUpdate",
        "connected_system",
        "ConnectedSystem",
        ConnectedSystemUpdateInput,
        requests.edited_system,
        systems.edit_system,
        "Change a system, its settings or its secrets.",
        beside=_rules,
    )
    connected_system_pause = action_mutation(
        "connectedSystemPause",
        "connected_system",
        "ConnectedSystem",
        ConnectedSystemPauseInput,
        requests.paused_system,
        systems.pause_system,
        "Send a system nothing and ask it nothing; what is to be sent meanwhile is held.",
    )
    connected_system_resume = action_mutation(
        "connectedSystemResume",
        "connected_system",
        "ConnectedSystem",
        ConnectedSystemResumeInput,
        requests.resumed_system,
        systems.resume_system,
        "Let a system go on, with everything that was held.",
    )
    transfer_flow_create = action_mutation(
        "transferFlowCreate",
        "transfer_flow",
        "TransferFlow",
        TransferFlowCreateInput,
        requests.new_flow,
        flows.create_flow,
        "Make a flow; transferFlowUpdate makes it active.",
        beside=_rules,
    )
    transfer_flow_update = action_mutation(
        "transferFlowUpdate",
        "transfer_flow",
        "TransferFlow",
        TransferFlowUpdateInput,
        requests.edited_flow,
        flows.edit_flow,
        "Change a flow or its mapping, switch it on or off.",
        beside=_rules,
    )
    transfer_retry = action_mutation(
        "transferRetry",
        "transfer",
        "Transfer",
        TransferRetryInput,
        requests.named_transfer,
        transfers.retry_transfer,
        "Send a transfer on at once; what may be there already is looked up first.",
    )
    transfer_replay = action_mutation(
        "transferReplay",
        "transfer",
        "Transfer",
        TransferReplayInput,
        requests.named_transfer,
        transfers.replay_transfer,
        "Run a transfer again with the mapping of now; both runs are kept.",
    )
    transfer_cancel = action_mutation(
        "transferCancel",
        "transfer",
        "Transfer",
        TransferCancelInput,
        requests.cancelled_transfer,
        transfers.cancel_transfer,
        "Give a transfer up; what waits for it goes on.",
    )
