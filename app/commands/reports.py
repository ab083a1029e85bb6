"""A club's own reports: made, copied, changed, shared, deleted and had back; favourites.

Whether a definition is right takes the models, which are asked beforehand; a command is given what
came of it and refuses with that, so nothing of a wrong report is ever kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.commands.register import check_version
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.permissions import Permission, require
from app.domain.reports import (
    REPORT_LIMIT,
    Report,
    ReportFavourite,
    ReportSharing,
    ReportVersion,
    key_of,
    may_see,
    own_id,
    require_change,
    shared,
)
from app.domain.tokens import AccessToken
from app.domain.validation import Check
from app.storage.reports import count_reports, remove_favourite

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.domain.errors import Violation
    from app.domain.permissions import Actor, Role
    from app.storage.unit_of_work import UnitOfWork

_OF_STANDARD = frozenset({"code", "groups"})
"""What a definition says only where it is a standard report's."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A definition in its normal form, or all that is wrong with it."""

    definition: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    category: str = ""
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class NewReport:
    """A definition as it was sent."""

    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CopyReport:
    """The key of a report, and what its copy is called; None keeps the title."""

    key: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class EditReport:
    """A report at the version it was seen, and its definition from now on."""

    report_id: UUID
    expected_version: int
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShareReport:
    """A report at the version it was seen, and who sees it from now on."""

    report_id: UUID
    expected_version: int
    sharing: ReportSharing
    groups: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """A report at the version it was seen, and the version that its definition is to be of."""

    report_id: UUID
    expected_version: int
    version: int


@dataclass(frozen=True, slots=True)
class DeleteReport:
    """A report at the version it was seen."""

    report_id: UUID
    expected_version: int


@dataclass(frozen=True, slots=True)
class FavourReport:
    """The key of a report, and whether it is a favourite."""

    key: str
    is_favourite: bool


def create_report(
    work: UnitOfWork, actor: Actor, _request: NewReport, examined: Examined
) -> Outcome:
    """Create a report that nobody but its maker sees."""
    require(actor, Permission.REPORT_CHANGE)
    return _create(work, actor, examined, None)


def copy_report(
    work: UnitOfWork,
    actor: Actor,
    request: CopyReport,
    library: Mapping[str, Examined],
) -> Outcome:
    """Copy a report that the caller sees; the copy is theirs.

    Args:
        work: the transaction.
        actor: who copies.
        request: what is copied.
        library: the standard reports that the caller sees, by key.
    """
    require(actor, Permission.REPORT_CHANGE)
    source = _source(work, actor, request.key, library)
    if request.title is not None:
        check = Check()
        check.text("title", request.title)
        check.refuse_if_any()
        definition = {**source.definition, "title": request.title}
        source = replace(source, title=request.title, definition=definition)
    return _create(work, actor, source, request.key)


def edit_report(work: UnitOfWork, actor: Actor, request: EditReport, examined: Examined) -> Outcome:
    """Give a report another definition; the one before stays among its versions."""
    before = _own(work, actor, request.report_id, request.expected_version)
    _refuse_if_wrong(examined)
    return _redefine(work, before, examined, "report.changed")


def share_report(work: UnitOfWork, actor: Actor, request: ShareReport) -> Outcome:
    """Say who beside its owner sees a report."""
    before = _own(work, actor, request.report_id, request.expected_version)
    check = Check()
    after = shared(before, request.sharing, request.groups, check)
    check.refuse_if_any()
    if after == before:
        return Outcome({"report": before.id})
    _update(work, before, after, "report.shared")
    return Outcome({"report": before.id})


def restore_report(work: UnitOfWork, actor: Actor, request: RestoreReport) -> Outcome:
    """Give a report the definition of an older version again; one that was deleted comes back."""
    before = _own(work, actor, request.report_id, request.expected_version)
    found = work.find(ReportVersion, report_id=before.id, version=request.version)
    if not found:
        refuse(ErrorCode.NOT_FOUND, f"the report has no version {request.version}", "version")
    if before.deleted_at is not None:
        _check_room(work)
    older = Examined(found[0].definition, found[0].title, str(found[0].definition["category"]))
    return _redefine(work, replace(before, deleted_at=None), older, "report.restored")


def delete_report(work: UnitOfWork, actor: Actor, request: DeleteReport) -> Outcome:
    """Take a report out of everybody's sight; its owner can have it back by its id."""
    before = _own(work, actor, request.report_id, request.expected_version)
    if before.deleted_at is None:
        _update(work, before, replace(before, deleted_at=work.now), "report.deleted")
    return Outcome({"report": before.id})


def favour_report(
    work: UnitOfWork, actor: Actor, request: FavourReport, library: Mapping[str, Examined]
) -> Outcome:
    """Make a report a favourite of the caller, or none; it may be so already."""
    require(actor, Permission.REPORT_CHANGE)
    _source(work, actor, request.key, library)
    is_there = bool(work.find(ReportFavourite, person=actor.person, report_key=request.key))
    if request.is_favourite and not is_there:
        work.insert([ReportFavourite(actor.person, request.key, work.now)])
    if not request.is_favourite:
        remove_favourite(work, actor.person, request.key)
    return Outcome()


def _create(work: UnitOfWork, actor: Actor, examined: Examined, copied_from: str | None) -> Outcome:
    """Keep a definition as a new report."""
    _refuse_if_wrong(examined)
    _check_room(work)
    report_id = work.new_id()
    made = Report(
        id=report_id,
        owner=actor.person,
        owner_name=_name_of(work, actor),
        title=examined.title,
        category=examined.category,
        definition=_own_definition(report_id, examined),
        sharing=ReportSharing.PRIVATE,
        groups=(),
        copied_from=copied_from,
        version=1,
        created_at=work.now,
        updated_at=work.now,
        deleted_at=None,
    )
    work.insert([made])
    _keep_version(work, made)
    work.record_values("report", made.id, "report.created", None, _told(made))
    return Outcome({"report": made.id})


def _source(work: UnitOfWork, actor: Actor, key: str, library: Mapping[str, Examined]) -> Examined:
    """Return a report that the caller sees, or refuse with NOT_FOUND."""
    report_id = own_id(key)
    if report_id is None and key in library:
        return library[key]
    found = [] if report_id is None else work.find(Report, id=report_id)
    if not found or found[0].deleted_at is not None or not may_see(found[0], actor):
        refuse(ErrorCode.NOT_FOUND, "no such report", "id")
    return Examined(found[0].definition, found[0].title, found[0].category)


def _own(work: UnitOfWork, actor: Actor, report_id: UUID, expected_version: int) -> Report:
    """Lock a report that the caller may change, at the version they saw."""
    require(actor, Permission.REPORT_CHANGE)
    found = work.get(Report, report_id, "id", lock=True)
    require_change(found, actor)
    check_version(found.version, expected_version)
    return found


def _redefine(work: UnitOfWork, before: Report, examined: Examined, action: str) -> Outcome:
    """Give a report a definition, and keep that as a version."""
    after = replace(
        before,
        title=examined.title,
        category=examined.category,
        definition=_own_definition(before.id, examined),
    )
    _keep_version(work, _update(work, before, after, action))
    return Outcome({"report": before.id})


def _update(work: UnitOfWork, before: Report, after: Report, action: str) -> Report:
    """Write a changed report, and what changed about it."""
    written = replace(after, version=before.version + 1, updated_at=work.now)
    work.update([written])
    old, new = _told(before), _told(written)
    changed = [name for name in new if old[name] != new[name]]
    work.record_values(
        "report",
        before.id,
        action,
        {name: old[name] for name in changed},
        {name: new[name] for name in changed},
    )
    return written


def _keep_version(work: UnitOfWork, report: Report) -> None:
    """Keep a definition among the versions of its report."""
    kept = ReportVersion(
        id=work.new_id(),
        report_id=report.id,
        version=report.version,
        title=report.title,
        definition=report.definition,
        author=work.actor_name,
        created_at=work.now,
    )
    work.insert([kept])


def _own_definition(report_id: UUID, examined: Examined) -> dict[str, Any]:
    """Return a definition as that of one's own report, under the key of its id."""
    kept = {name: value for name, value in examined.definition.items() if name not in _OF_STANDARD}
    return {**kept, "key": key_of(report_id)}


def _refuse_if_wrong(examined: Examined) -> None:
    """Refuse with all that is wrong with a definition."""
    if examined.violations:
        raise DomainError(*examined.violations)


def _check_room(work: UnitOfWork) -> None:
    """Refuse one more report where a club has as many as it can."""
    if count_reports(work) >= REPORT_LIMIT:
        message = f"a club has at most {REPORT_LIMIT:,} reports; delete some that nobody needs"
        refuse(ErrorCode.TOO_MANY_ITEMS, message)


def _name_of(work: UnitOfWork, actor: Actor) -> str:
    """Return how an owner is shown: by their token's label, or the provider that vouches."""
    found = work.find(AccessToken, id=actor.token_id) if actor.token_id is not None else []
    if found:
        return found[0].label
    words = actor.person.split(":")
    return words[1] if len(words) > 1 else words[0]


def _told(report: Report) -> dict[str, Any]:
    """Return what the audit keeps of a report; its definitions are among its versions."""
    return {
        "title": report.title,
        "category": report.category,
        "sharing": report.sharing,
        "groups": list(report.groups),
        "version": report.version,
        "deleted_at": report.deleted_at,
    }
