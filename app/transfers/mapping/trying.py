"""What each stage and each field of a mapping makes of one record: "test on this record"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.transfers.mapping.applying import Walk, compile_mapping
from app.transfers.mapping.lookups import Lookups

if TYPE_CHECKING:
    from app.transfers.mapping.results import FieldTried, Mapped


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by its name, RECEIVED, FILTERED or MAPPED, with what came out of it."""

    name: str
    output: Any
    """None where the record did not come so far."""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a mapping makes of a record."""

    stages: tuple[Stage, ...]
    fields: tuple[FieldTried, ...]
    mapped: Mapped


def try_mapping(definition: object, record: object, lookups: Lookups | None = None) -> Tried:
    """Send a record through a mapping and tell every step; nothing is sent or kept.

    Raises:
        MappingError: the definition is wrong, or the record is not JSON.
    """
    walk = Walk(compile_mapping(definition).definition, record, lookups or Lookups())
    mapped = walk.mapped()
    stopped = {one.path for one in mapped.problems} | {one.path for one in mapped.unmapped}
    has_passed = mapped.skipped is None and not stopped & {"filter", "record"}
    stages = (
        Stage("RECEIVED", record),
        Stage("FILTERED", record if has_passed else None, mapped.skipped or ""),
        Stage("MAPPED", mapped.record if has_passed else None),
    )
    return Tried(stages, tuple(walk.tried), mapped)
