"""Flows of transfers: made, changed, switched on and off, with every version of their mapping."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.commands.register import check_version
from app.domain.errors import ErrorCode, refuse
from app.domain.flows import FlowTrigger, MappingVersion, TransferFlow, check_flow
from app.domain.permissions import Permission, require
from app.domain.systems import FLOW_LIMIT, ConnectedSystem
from app.domain.validation import Check
from app.storage.flows import begin_following
from app.storage.systems import count_rows

if TYPE_CHECKING:
    from uuid import UUID

    from app.commands.transfer_rules import TransferRules
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewFlow:
    """A flow, which is not active yet; `mapping` None passes records through as they are."""

    code: str
    name: str
    system_id: UUID
    trigger: FlowTrigger
    entity: str
    topics: tuple[str, ...] | None = None
    source: str | None = None
    after_flow_id: UUID | None = None
    action: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    every_seconds: int | None = None
    days_ahead: int = 0
    mapping: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class EditFlow:
    """A flow at the version it was seen, and its new values; a mapping becomes a new version."""

    flow_id: UUID
    expected_version: int
    values: dict[str, Any]
    mapping: dict[str, Any] | None = None


def create_flow(work: UnitOfWork, actor: Actor, request: NewFlow, rules: TransferRules) -> Outcome:
    """Make a flow; nothing happens before it is made active."""
    require(actor, Permission.TRANSFER_CHANGE)
    flow = TransferFlow(
        id=work.new_id(),
        code=request.code,
        name=request.name,
        system_id=request.system_id,
        trigger=request.trigger,
        entity=request.entity,
        topics=request.topics,
        source=request.source,
        after_flow_id=request.after_flow_id,
        action=request.action,
        options=request.options,
        every_seconds=request.every_seconds,
        days_ahead=request.days_ahead,
        mapping_version_id=None,
        is_active=False,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    _check(work, flow, request.mapping, rules)
    if count_rows(work, flows=True) >= FLOW_LIMIT:
        refuse(ErrorCode.TOO_MANY_ITEMS, f"a club has at most {FLOW_LIMIT} flows")
    if work.find(TransferFlow, code=flow.code):
        refuse(ErrorCode.CODE_TAKEN, f"another flow has the code {flow.code}", "code")
    work.insert([flow])
    after = _with_mapping(work, actor, flow, request.mapping)
    work.record("transfer_flow", flow.id, "transfer_flow.created", None, after)
    return Outcome({"transfer_flow": flow.id})


def edit_flow(work: UnitOfWork, actor: Actor, request: EditFlow, rules: TransferRules) -> Outcome:
    """Change a flow; one that becomes active gets what is committed from then on.

    Transfers that are under way go on with the mapping that they began with.
    """
    require(actor, Permission.TRANSFER_CHANGE)
    before = work.get(TransferFlow, request.flow_id, "id", lock=True)
    check_version(before.version, request.expected_version)
    after = replace(before, **request.values, version=before.version + 1, updated_at=work.now)
    _check(work, after, request.mapping, rules)
    work.update([after])
    after = _with_mapping(work, actor, after, request.mapping)
    if after.is_active and not before.is_active:
        begin_following(work, after.id)
    work.record("transfer_flow", after.id, "transfer_flow.changed", before, after)
    return Outcome({"transfer_flow": after.id})


def _check(
    work: UnitOfWork, flow: TransferFlow, mapping: dict[str, Any] | None, rules: TransferRules
) -> None:
    """Refuse everything that is wrong with a flow and its mapping."""
    system = work.get(ConnectedSystem, flow.system_id, "systemId")
    check = Check()
    kind = rules.kinds.get(system.kind)
    if kind is None:
        message = f"there is no connector of the kind {system.kind} any more"
        check.add(ErrorCode.INPUT_INVALID, message, "systemId")
    else:
        check_flow(flow, kind.offered, rules.entities, check)
    if flow.after_flow_id is not None:
        before = work.get(TransferFlow, flow.after_flow_id, "afterFlowId")
        _check_chain(work, flow, before, check)
    # What comes from outside may have more fields than its record.
    known = None if flow.is_incoming else flow.entity
    for problem in rules.problems_of(mapping, known) if mapping else ():
        check.add(ErrorCode.INPUT_INVALID, problem, "mapping")
    check.refuse_if_any()


def _check_chain(
    work: UnitOfWork, flow: TransferFlow, before: TransferFlow | None, check: Check
) -> None:
    """Collect that a flow follows itself, over however many others."""
    while before is not None:
        if before.id == flow.id:
            check.add(ErrorCode.INPUT_INVALID, "a flow cannot follow itself", "afterFlowId")
            return
        found = work.find(TransferFlow, id=before.after_flow_id) if before.after_flow_id else []
        before = found[0] if found else None


def _with_mapping(
    work: UnitOfWork, actor: Actor, flow: TransferFlow, mapping: dict[str, Any] | None
) -> TransferFlow:
    """Keep a mapping as a flow's next version."""
    if mapping is None:
        return flow
    number = len(work.find(MappingVersion, flow_id=flow.id)) + 1
    version = MappingVersion(work.new_id(), flow.id, number, mapping, actor.name, work.now)
    work.insert([version])
    after = replace(flow, mapping_version_id=version.id)
    work.update([after])
    return after
