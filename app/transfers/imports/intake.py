"""What every import works with: one transaction, its counts, and references by code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from app.commands.register import Noun, Row, upsert
from app.domain.errors import ErrorCode
from app.transfers.imports.records import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from _typeshed import DataclassInstance

    from app.domain.organisations import Organisation
    from app.domain.permissions import Actor
    from app.domain.validation import Check
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.imports.records import Record
    from app.transfers.imports.reports import ImportOptions

Entity = TypeVar("Entity", bound="DataclassInstance")


@dataclass(slots=True)
class Intake:
    """One import under way; `say` tells whoever waits what is being done."""

    work: UnitOfWork
    actor: Actor
    organisation: Organisation
    options: ImportOptions
    say: Callable[[str], None]
    notes: list[str] = field(default_factory=list)
    counts: dict[str, list[int]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """Return the club's time zone."""
        return ZoneInfo(self.organisation.time_zone)

    def store(
        self,
        noun: Noun,
        rows: Sequence[tuple[Check, Mapping[str, object]]],
        key: tuple[str, ...] = ("code",),
    ) -> tuple[Any, ...]:
        """Create or change an entity for each row, and count them; None where a row is wrong."""
        if not rows:
            return ()
        self.say(f"{noun.name.replace('_', ' ')}: {len(rows)} rows")
        done = upsert(
            self.work, self.actor, noun, [Row(values, check) for check, values in rows], key
        )
        counts = self.counts.setdefault(noun.name, [0, 0, 0])
        for index, count in enumerate((done.created, done.changed, done.unchanged)):
            counts[index] += count
        return done.entities

    def by_code(self, entity: type[Entity], codes: Iterable[str | None]) -> dict[str, Entity]:
        """Read entities by code."""
        wanted = {code for code in codes if code is not None}
        found = self.work.find(entity, code=wanted) if wanted else []
        return {one.code: one for one in found}  # type: ignore[attr-defined]

    def refer(
        self, record: Record, column: str, entity: type[Entity], known: Mapping[str, Entity]
    ) -> Entity | None:
        """Return the entity that a cell names by its code, or collect that there is none."""
        code = record.text(column)
        if code is None or code in known:
            return None if code is None else known[code]
        near = nearest(code, known)
        meant = f"; did you mean {near}?" if near else ""
        message = f"there is no {entity.__name__.lower()} with code {code!r}{meant}"
        record.check.add(ErrorCode.NOT_FOUND, message, column)
        return None
