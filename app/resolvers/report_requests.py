"""Inputs of report mutations as requests of commands, and definitions looked through beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.reports import (
    CopyReport,
    DeleteReport,
    EditReport,
    Examined,
    FavourReport,
    NewReport,
    RestoreReport,
    ShareReport,
)
from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.reports import key_of
from app.resolvers.ids import checked_id
from app.resolvers.report_library import standard_key
from app.resolvers.report_plans import KEYLESS, bounded, is_deep, meta_of, violations_of
from reports.build import check_definition
from reports.spec import examine, write_definition

if TYPE_CHECKING:
    from app.domain.validation import Check
    from app.resolvers.context import Context

_KIND = "report"


def new_report(given: Any, check: Check) -> NewReport:  # noqa: ANN401 - an input object, as below
    """Turn a ReportCreateInput into its request."""
    return NewReport(bounded(given.definition, check))


def copied_report(given: Any, check: Check) -> CopyReport:  # noqa: ANN401
    """Turn a ReportCopyInput into its request."""
    return CopyReport(_key(given.id, check), given.title)


def edited_report(given: Any, check: Check) -> EditReport:  # noqa: ANN401
    """Turn a ReportUpdateInput into its request."""
    target = checked_id(_KIND, given.id, check, "id")
    return EditReport(target, given.expected_version, bounded(given.definition, check))


def shared_report(given: Any, check: Check) -> ShareReport:  # noqa: ANN401
    """Turn a ReportShareInput into its request."""
    target = checked_id(_KIND, given.id, check, "id")
    return ShareReport(target, given.expected_version, given.sharing, tuple(given.groups or ()))


def restored_report(given: Any, check: Check) -> RestoreReport:  # noqa: ANN401
    """Turn a ReportRestoreInput into its request."""
    target = checked_id(_KIND, given.id, check, "id")
    return RestoreReport(target, given.expected_version, given.version)


def deleted_report(given: Any, check: Check) -> DeleteReport:  # noqa: ANN401
    """Turn a ReportDeleteInput into its request."""
    target = checked_id(_KIND, given.report_id, check, "reportId")
    return DeleteReport(target, given.expected_version)


def favoured_report(given: Any, check: Check) -> FavourReport:  # noqa: ANN401
    """Turn a ReportFavourInput into its request."""
    return FavourReport(_key(given.id, check), given.is_favourite)


async def examined(context: Context, given: Any) -> Examined:  # noqa: ANN401 - JSON
    """Look a definition through: how it is written, and whether today's models can answer it."""
    if not isinstance(given, dict) or is_deep(given):
        return Examined()  # The request is refused for it before this is looked at.
    definition, problems = examine({"key": KEYLESS, **given})
    if definition is None:
        return Examined(violations=violations_of(problems, ErrorCode.REPORT_INVALID, "definition"))
    try:
        problems = check_definition(definition, await meta_of(context))
    except DomainError as error:
        return Examined(violations=error.violations)
    violations: tuple[Violation, ...] = violations_of(
        problems, ErrorCode.REPORT_INVALID, "definition"
    )
    written = write_definition(definition)
    return Examined(written, definition.title.en, definition.category, violations)


def _key(text: str, check: Check) -> str:
    """Return the key of the report of an id, or collect that it is none."""
    report_id = checked_id(_KIND, text, check, "id")
    return standard_key(report_id) or key_of(report_id)
