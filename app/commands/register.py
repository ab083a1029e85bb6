"""Creating and changing master data: one way for every noun that is a row with a code or id.

A `Noun` says what is special about it; everything else (permission, references, unique codes,
versions, audit) is the same for all, and the same for the API and for imports.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.names import camel
from app.domain.permissions import require
from app.domain.validation import Check
from app.storage.entities import required_of
from app.storage.rows import names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from app.domain.permissions import Actor, Permission
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Change:
    """One entity before (None: new) and after, and the check that collects its violations."""

    before: Any
    after: Any
    check: Check


def _nothing(_work: UnitOfWork, _actor: Actor, _changes: Sequence[Change]) -> None:
    """Check or do nothing more."""


@dataclass(frozen=True, slots=True)
class Noun:
    """What is special about one kind of master data.

    `name` is its table's name. `references` maps fields to the entity they point to. `check`
    collects what is wrong with changes that are complete and whose references exist; `saved` does
    what follows from them in the same transaction.
    """

    name: str
    entity: Any
    permission: Permission
    defaults: Mapping[str, object] = field(default_factory=dict)
    references: Mapping[str, type[Any]] = field(default_factory=dict)
    check: Callable[[UnitOfWork, Actor, Sequence[Change]], None] = _nothing
    saved: Callable[[UnitOfWork, Actor, Sequence[Change]], None] = _nothing

    @property
    def has_code(self) -> bool:
        """Tell whether rows are found by a code."""
        return "code" in names_of(self.entity)


@dataclass(frozen=True, slots=True)
class Create:
    """A request to create one entity from its fields; missing ones take the noun's defaults."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Edit:
    """A request to change some fields of one entity that is still at `expected_version`."""

    id: UUID
    expected_version: int
    values: Mapping[str, object]


def create(noun: Noun) -> Callable[[UnitOfWork, Actor, Create], Outcome]:
    """Return the command that creates one entity of a noun."""

    def command(work: UnitOfWork, actor: Actor, request: Create) -> Outcome:
        entity = new_entity(work, noun, request.values)
        save(work, actor, noun, [Change(None, entity, Check())])
        return Outcome({noun.name: entity.id})

    return command


def edit(noun: Noun) -> Callable[[UnitOfWork, Actor, Edit], Outcome]:
    """Return the command that changes one entity of a noun."""

    def command(work: UnitOfWork, actor: Actor, request: Edit) -> Outcome:
        require(actor, noun.permission)
        before = work.get(noun.entity, request.id, "id", lock=True)
        check_version(before.version, request.expected_version)
        after = replace(before, **request.values)
        if after != before:
            after = replace(after, version=before.version + 1)
            save(work, actor, noun, [Change(before, after, Check())])
        return Outcome({noun.name: before.id})

    return command


def check_version(version: int, expected: int) -> None:
    """Refuse with VERSION_STALE when an object is not at the version the caller saw."""
    if version != expected:
        message = f"the object is at version {version}, not {expected}; read it again and retry"
        refuse(ErrorCode.VERSION_STALE, message, "expectedVersion")


def new_entity(work: UnitOfWork, noun: Noun, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - of the noun's type
    """Build a new entity: id, version and instant are set here, the rest given or defaulted."""
    fixed = {"id": work.new_id(), "version": 1, "created_at": work.now}
    names = names_of(noun.entity)
    known = {name: fixed[name] for name in fixed if name in names}
    filled = dict.fromkeys(names) | dict(noun.defaults) | dict(values) | known
    return noun.entity(**filled)


def save(work: UnitOfWork, actor: Actor, noun: Noun, changes: Sequence[Change]) -> None:
    """Check and write changes of one noun together, or refuse with every violation found."""
    require(actor, noun.permission)
    _check_filled(noun, changes)
    _check_references(work, actor, noun, changes)
    if noun.has_code:
        _check_codes(work, noun, changes)
    sound = [change for change in changes if not change.check.violations]
    if sound:
        noun.check(work, actor, sound)
    violations = [violation for change in changes for violation in change.check.violations]
    if violations:
        raise DomainError(*violations)
    work.insert([change.after for change in changes if change.before is None])
    work.update([change.after for change in changes if change.before is not None])
    for change in changes:
        verb = "created" if change.before is None else "changed"
        work.record(noun.name, change.after.id, f"{noun.name}.{verb}", change.before, change.after)
    noun.saved(work, actor, changes)


def _check_filled(noun: Noun, changes: Sequence[Change]) -> None:
    """Collect fields that must have a value and have none."""
    for change in changes:
        for name in required_of(noun.entity):
            if getattr(change.after, name) is None:
                message = f"{camel(name)} must not be empty"
                change.check.add(ErrorCode.INPUT_INVALID, message, camel(name))


def _check_references(
    work: UnitOfWork, actor: Actor, noun: Noun, changes: Sequence[Change]
) -> None:
    """Collect references to what does not exist here, or is not the caller's to refer to."""
    for name, entity in noun.references.items():
        wanted = {getattr(change.after, name) for change in changes} - {None}
        known = work.by_id(entity, wanted)
        for change in changes:
            value = getattr(change.after, name)
            foreign = name == "account_id" and actor.account_id not in {None, value}
            if value is not None and (value not in known or foreign):
                message = f"{camel(name)} refers to nothing that exists"
                change.check.add(ErrorCode.NOT_FOUND, message, camel(name))


def _check_codes(work: UnitOfWork, noun: Noun, changes: Sequence[Change]) -> None:
    """Collect codes that are taken by another row or stand twice among the changes."""
    fresh = [c for c in changes if c.before is None or c.before.code != c.after.code]
    taken = {row.code for row in work.find(noun.entity, code=[c.after.code for c in fresh])}
    times = Counter(change.after.code for change in changes)
    for change in fresh:
        code = change.after.code
        if code in taken or times[code] > 1:
            name = noun.name.replace("_", " ")
            change.check.add(ErrorCode.CODE_TAKEN, f"a {name} with code {code} exists", "code")
