"""Connected systems: made, changed, paused and resumed; their secrets are written, never read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.commands.register import check_version
from app.domain.documents import DocumentSource
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, require
from app.domain.systems import (
    SYSTEM_LIMIT,
    ConnectedSystem,
    PauseCause,
    check_settings,
    check_system,
    paused,
    resumed,
)
from app.domain.validation import LONG_TEXT_LIMIT, Check
from app.storage.jobs import drive_soon
from app.storage.json_values import dump_json, load_json
from app.storage.systems import count_rows, keep_sealed, sealed_of
from app.storage.transfers import open_of_system
from app.storage.vault import SealBrokenError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.commands.transfer_rules import TransferRules
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewSystem:
    """A system of a kind, with settings and secrets by name."""

    code: str
    name: str
    kind: str
    settings: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    document_source_code: str | None = None
    rate_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class EditSystem:
    """A system at the version it was seen, and its new values; secrets that are left out stay."""

    system_id: UUID
    expected_version: int
    values: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class PauseSystem:
    """A system to which nothing is to be sent, and why."""

    system_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class NameSystem:
    """A system."""

    system_id: UUID


def create_system(
    work: UnitOfWork, actor: Actor, request: NewSystem, rules: TransferRules
) -> Outcome:
    """Connect a system; its secrets are sealed, and never shown again."""
    require(actor, Permission.TRANSFER_CHANGE)
    system = ConnectedSystem(
        id=work.new_id(),
        code=request.code,
        name=request.name,
        kind=request.kind,
        settings=request.settings,
        document_source_code=request.document_source_code,
        rate_per_minute=request.rate_per_minute,
        paused_at=None,
        pause_cause=None,
        pause_reason=None,
        checked_at=None,
        is_well=None,
        health_message=None,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    _check(work, system, request.secrets, rules)
    if count_rows(work, flows=False) >= SYSTEM_LIMIT:
        refuse(ErrorCode.TOO_MANY_ITEMS, f"a club has at most {SYSTEM_LIMIT} connected systems")
    if work.find(ConnectedSystem, code=system.code):
        refuse(ErrorCode.CODE_TAKEN, f"another system has the code {system.code}", "code")
    work.insert([system])
    _seal(work, system.id, request.secrets, rules)
    work.record("connected_system", system.id, "connected_system.created", None, system)
    return Outcome({"connected_system": system.id})


def edit_system(
    work: UnitOfWork, actor: Actor, request: EditSystem, rules: TransferRules
) -> Outcome:
    """Change a system; one that was paused because of its credentials stays so until resumed."""
    require(actor, Permission.TRANSFER_CHANGE)
    before = work.get(ConnectedSystem, request.system_id, "id", lock=True)
    check_version(before.version, request.expected_version)
    after = replace(before, **request.values, version=before.version + 1, updated_at=work.now)
    secrets = {**_unsealed(work, before.id, rules), **request.secrets}
    secrets = {name: value for name, value in secrets.items() if value}
    _check(work, after, secrets, rules)
    work.update([after])
    if request.secrets:
        _seal(work, after.id, secrets, rules)
    work.record("connected_system", after.id, "connected_system.changed", before, after)
    return Outcome({"connected_system": after.id})


def pause_system(work: UnitOfWork, actor: Actor, request: PauseSystem) -> Outcome:
    """Send a system nothing and ask it nothing until it is resumed; transfers are held."""
    require(actor, Permission.TRANSFER_CHANGE)
    check = Check()
    check.text("reason", request.reason, LONG_TEXT_LIMIT)
    check.refuse_if_any()
    before = work.get(ConnectedSystem, request.system_id, "id", lock=True)
    after = paused(before, PauseCause.PERSON, request.reason, work.now)
    work.update([after])
    work.record("connected_system", after.id, "connected_system.paused", before, after)
    return Outcome({"connected_system": after.id})


def resume_system(work: UnitOfWork, actor: Actor, request: NameSystem) -> Outcome:
    """Let a system go on with everything that was held meanwhile."""
    require(actor, Permission.TRANSFER_CHANGE)
    before = work.get(ConnectedSystem, request.system_id, "id", lock=True)
    after = resumed(before, work.now)
    held = [
        replace(one, next_attempt_at=work.now)
        for one in open_of_system(work, after.id)
        if one.next_attempt_at is None or one.next_attempt_at <= work.now
    ]
    work.update([after])
    work.update(held)
    drive_soon(work, held)
    work.record("connected_system", after.id, "connected_system.resumed", before, after)
    return Outcome({"connected_system": after.id})


def _check(
    work: UnitOfWork, system: ConnectedSystem, secrets: Mapping[str, str], rules: TransferRules
) -> None:
    """Refuse everything that is wrong with a system."""
    check = Check()
    check_system(system, check)
    kind = rules.kinds.get(system.kind)
    if kind is None:
        message = f"no kind is named {system.kind[:60]!r}; there are {', '.join(rules.kinds)}"
        check.add(ErrorCode.INPUT_INVALID, message, "kind")
    else:
        check_settings(system.settings, secrets, kind.settings, check)
    source = system.document_source_code
    if source is not None and not work.find(DocumentSource, code=source):
        message = f"no document source has the code {source[:60]!r}; make it first"
        check.add(ErrorCode.NOT_FOUND, message, "documentSourceCode")
    check.refuse_if_any()


def _seal(
    work: UnitOfWork, system_id: UUID, secrets: Mapping[str, str], rules: TransferRules
) -> None:
    keep_sealed(work, system_id, rules.vault.seal(dump_json(dict(secrets))))


def _unsealed(work: UnitOfWork, system_id: UUID, rules: TransferRules) -> dict[str, str]:
    """Return a system's secrets, to add to them; those whose key is lost are gone."""
    sealed = sealed_of(work, system_id)
    try:
        found: dict[str, str] = {} if sealed is None else load_json(rules.vault.open(sealed))
    except SealBrokenError:
        return {}
    return found
