"""Value maps and their entries; an entry without a value waits on the work list."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, require
from app.domain.validation import Check
from app.domain.value_maps import ValueMap, ValueMapEntry, check_entry, check_map

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewValueMap:
    """A value map, empty."""

    code: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A key of a map, and what it stands for; without a value it is unmapped again."""

    map_id: UUID
    key: str
    value: str | None
    label: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


def create_map(work: UnitOfWork, actor: Actor, request: NewValueMap) -> Outcome:
    """Make a value map."""
    require(actor, Permission.TRANSFER_RUN)
    made = ValueMap(
        id=work.new_id(),
        code=request.code,
        name=request.name,
        description=request.description,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    check = Check()
    check_map(made, check)
    check.refuse_if_any()
    if work.find(ValueMap, code=made.code):
        refuse(ErrorCode.CODE_TAKEN, f"another value map has the code {made.code}", "code")
    work.insert([made])
    work.record("value_map", made.id, "value_map.created", None, made)
    return Outcome({"value_map": made.id})


def set_entry(work: UnitOfWork, actor: Actor, request: SetEntry) -> Outcome:
    """Say what a key stands for; it is used by everything that is mapped from then on."""
    require(actor, Permission.TRANSFER_RUN)
    work.get(ValueMap, request.map_id, "mapId", lock=True)
    found = work.find(ValueMapEntry, map_id=request.map_id, key=request.key)
    before = found[0] if found else None
    seen = (before.seen_count, before.last_seen_at) if before else (0, None)
    after = ValueMapEntry(
        id=before.id if before else work.new_id(),
        map_id=request.map_id,
        key=request.key,
        label=request.label,
        value=request.value,
        details=request.details,
        seen_count=seen[0],
        last_seen_at=seen[1],
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    if before is not None:
        after = replace(after, version=before.version + 1, created_at=before.created_at)
    check = Check()
    check_entry(after, check)
    check.refuse_if_any()
    work.write_changed(found, [after])
    work.record("value_map_entry", after.id, "value_map_entry.set", before, after)
    return Outcome({"value_map_entry": after.id})
