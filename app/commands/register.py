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


def _as_given(_work: UnitOfWork, changes: Sequence[Change]) -> Sequence[Change]:
    """Complete nothing."""
    return changes


@dataclass(frozen=True, slots=True)
class Noun:
    """What is special about one kind of master data.

    `name` is its table's name. `references` maps fields to the entity they point to. `complete`
    fills in what follows from the values given, such as normal forms and the organisation's own
    defaults. `check` collects what is wrong with changes that are complete and whose references
    exist; `saving` writes what has to be there before them, `saved` what follows from them, both
    in the same transaction.
    """

    name: str
    entity: Any
    permission: Permission
    defaults: Mapping[str, object] = field(default_factory=dict)
    references: Mapping[str, type[Any]] = field(default_factory=dict)
    complete: Callable[[UnitOfWork, Sequence[Change]], Sequence[Change]] = _as_given
    check: Callable[[UnitOfWork, Actor, Sequence[Change]], None] = _nothing
    saving: Callable[[UnitOfWork, Actor, Sequence[Change]], None] = _nothing
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
        require(actor, noun.permission)
        entity = new_entity(work, noun, request.values)
        save(work, actor, noun, noun.complete(work, [Change(None, entity, Check())]))
        return Outcome({noun.name: entity.id})

    return command


def edit(noun: Noun) -> Callable[[UnitOfWork, Actor, Edit], Outcome]:
    """Return the command that changes one entity of a noun."""

    def command(work: UnitOfWork, actor: Actor, request: Edit) -> Outcome:
        require(actor, noun.permission)
        before = work.get(noun.entity, request.id, "id", lock=True)
        _check_own(actor, noun, before)
        check_version(before.version, request.expected_version)
        change = Change(before, replace(before, **request.values), Check())
        changes = [one for one in noun.complete(work, [change]) if one.after != before]
        if changes:
            save(work, actor, noun, [_next_version(one) for one in changes])
        return Outcome({noun.name: before.id})

    return command


def _check_own(actor: Actor, noun: Noun, entity: Any) -> None:  # noqa: ANN401 - of the noun's type
    """Refuse with NOT_FOUND an object of another account than the portal user's own."""
    owner = getattr(entity, "account_id", None)
    if actor.account_id is not None and owner is not None and owner != actor.account_id:
        refuse(ErrorCode.NOT_FOUND, f"no such {noun.name.replace('_', ' ')}", "id")


def _next_version(change: Change) -> Change:
    """Raise the version of an entity that is about to change."""
    return replace(change, after=replace(change.after, version=change.before.version + 1))


def check_version(version: int, expected: int) -> None:
    """Refuse with VERSION_STALE when an object is not at the version the caller saw."""
    if version != expected:
        message = f"the object is at version {version}, not {expected}; read it again and retry"
        refuse(ErrorCode.VERSION_STALE, message, "expectedVersion")


def new_entity(work: UnitOfWork, noun: Noun, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - of the noun's type
    """Build a new entity: id, version and instant are set here, the rest given or defaulted.

    A value of None counts as not given.
    """
    fixed = {"id": work.new_id(), "version": 1, "created_at": work.now}
    names = names_of(noun.entity)
    known = {name: fixed[name] for name in fixed if name in names}
    given = {name: value for name, value in values.items() if value is not None}
    filled = dict.fromkeys(names) | dict(noun.defaults) | given | known
    return noun.entity(**filled)


def save(work: UnitOfWork, actor: Actor, noun: Noun, changes: Sequence[Change]) -> None:
    """Check and write changes of one noun together, or refuse with every violation found."""
    sound = check_changes(work, actor, noun, changes)
    violations = [violation for change in changes for violation in change.check.violations]
    if violations:
        raise DomainError(*violations)
    write_changes(work, actor, noun, sound)


def check_changes(
    work: UnitOfWork, actor: Actor, noun: Noun, changes: Sequence[Change]
) -> list[Change]:
    """Collect what is wrong with changes of one noun, and return those without a violation."""
    require(actor, noun.permission)
    _check_filled(noun, changes)
    _check_references(work, actor, noun, changes)
    if noun.has_code:
        _check_codes(work, noun, changes)
    sound = [change for change in changes if not change.check.violations]
    if sound:
        noun.check(work, actor, sound)
    return [change for change in sound if not change.check.violations]


def write_changes(work: UnitOfWork, actor: Actor, noun: Noun, changes: Sequence[Change]) -> None:
    """Write changes that were checked, and audit them."""
    if not changes:
        return
    noun.saving(work, actor, changes)
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
                shown = camel(name.removesuffix("_minor"))
                message = f"{shown} must not be empty"
                change.check.add(ErrorCode.INPUT_INVALID, message, shown)


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


@dataclass(frozen=True, slots=True)
class Row:
    """Values to store under a key, and the check that collects what is wrong with them."""

    values: Mapping[str, object]
    check: Check


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of rows: how many were new, changed or as they were.

    `entities` has one member for each row, in order: the entity as it is now, None for a row that
    is wrong.
    """

    created: int
    changed: int
    unchanged: int
    entities: tuple[Any, ...]


def upsert(
    work: UnitOfWork,
    actor: Actor,
    noun: Noun,
    rows: Sequence[Row],
    key: tuple[str, ...] = ("code",),
) -> Upserted:
    """Create or change one entity for each row, found by the fields of its key.

    Fields that a row does not have stay as they are. A row that changes nothing writes nothing.
    Rows that are wrong are left out and say so in their check: whoever calls must then refuse the
    whole, so that all or nothing is written.
    """
    require(actor, noun.permission)
    rows = [Row(row.values, row.check.below()) for row in rows]
    _check_keys(noun, rows, key)
    given = [row for row in rows if not row.check.violations]
    stored = _stored(work, noun, given, key)
    changes = noun.complete(work, [_change_of(work, noun, row, key, stored) for row in given])
    differing = [change for change in changes if change.after != change.before]
    written = check_changes(
        work, actor, noun, [c if c.before is None else _next_version(c) for c in differing]
    )
    write_changes(work, actor, noun, written)
    same = [change for change in changes if change.after == change.before]
    entities = {id(change.check): change.after for change in (*same, *written)}
    created = sum(change.before is None for change in written)
    return Upserted(
        created,
        len(written) - created,
        len(same),
        tuple(entities.get(id(row.check)) for row in rows),
    )


def _check_keys(noun: Noun, rows: Sequence[Row], key: tuple[str, ...]) -> None:
    """Collect keys that stand in more than one row."""
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        value = tuple(row.values.get(name) for name in key)
        if value in seen:
            name = noun.name.replace("_", " ")
            message = f"an earlier row already has this {name}"
            row.check.add(ErrorCode.CODE_TAKEN, message, camel(key[0]))
        if None not in value[:1]:
            seen.add(value)


def _stored(
    work: UnitOfWork, noun: Noun, rows: Sequence[Row], key: tuple[str, ...]
) -> dict[tuple[object, ...], Any]:
    """Read and lock the entities that rows may change, by their keys."""
    wanted = {row.values.get(key[0]) for row in rows} - {None}
    equal: dict[str, Any] = {key[0]: wanted}
    found = work.find(noun.entity, lock=True, **equal) if wanted else []
    return {tuple(getattr(one, name) for name in key): one for one in found}


def _change_of(
    work: UnitOfWork,
    noun: Noun,
    row: Row,
    key: tuple[str, ...],
    stored: Mapping[tuple[object, ...], Any],
) -> Change:
    """Turn a row into a change of the stored entity with its key, or into a new entity."""
    before = stored.get(tuple(row.values.get(name) for name in key))
    if before is None:
        return Change(None, new_entity(work, noun, row.values), row.check)
    return Change(before, replace(before, **row.values), row.check)
