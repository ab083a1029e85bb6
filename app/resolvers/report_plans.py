"""What a report asks and shows, planned for a caller over the models of today."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.errors import DomainError, ErrorCode, Violation, refuse
from app.domain.permissions import require_read
from app.domain.reports import DEFINITION_BYTES, DEFINITION_DEPTH
from app.domain.validation import Check
from app.resolvers.reports import find_report
from app.resolvers.semantic_questions import describe
from reports.build import check_definition, plan
from reports.spec import ParameterError, examine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.resolvers.context import Context
    from reports.build import ReportPlan
    from reports.spec import Definition, Problem

KEYLESS = "own"
"""Stands for the key of a report that has none yet."""
_NUL = rb"\u0000"
"""How JSON writes the one character that the store cannot keep."""
_STEPS = re.compile(r"[.\[\]]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A report by its id, by its key, or as a definition, and what its reader chose."""

    report_id: str | None
    key: str | None
    definition: Any
    parameters: Any
    language: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What a page needs to show a report, or why there is none."""

    plan: Mapping[str, Any] | None
    violations: tuple[Violation, ...] = ()


async def problems_of(context: Context, row: Mapping[str, Any]) -> tuple[Problem, ...] | None:
    """Return what today's models do not have of a report, or do not show the caller.

    None where the semantic layer cannot be asked.
    """
    definition, wrong = examine(row["definition"])
    if definition is None:
        return wrong
    try:
        return check_definition(definition, await meta_of(context))
    except DomainError:
        return None


async def meta_of(context: Context) -> list[dict[str, Any]]:
    """Return the models as the caller sees them, asked for once in a request."""

    async def load(keys: list[str]) -> list[list[dict[str, Any]]]:
        found = await describe(context, None)
        return [found for _ in keys]

    found: list[dict[str, Any]] = await context.loaded("meta", "", load)
    return found


async def answer(context: Context, asked: Asked) -> Planned:
    """Plan a report, or a definition that was not saved, for the caller, or say why not."""
    require_read(context.caller, "report")
    try:
        return Planned((await planned(context, asked)).as_json())
    except DomainError as error:
        return Planned(None, error.violations)


async def planned(context: Context, asked: Asked) -> ReportPlan:
    """Plan a report, or a definition that was not saved, for the caller.

    Raises:
        DomainError: it cannot be, and why.
    """
    require_read(context.caller, "report")
    definition, version = await _definition(context, asked)
    check = Check()
    parameters = bounded({} if asked.parameters is None else asked.parameters, check, "parameters")
    check.refuse_if_any()
    return await plan_for(context, definition, parameters, asked.language, version)


async def plan_for(
    context: Context,
    definition: Definition,
    parameters: Mapping[str, Any],
    language: str,
    version: int | None,
) -> ReportPlan:
    """Plan a report for the caller.

    Raises:
        DomainError: REPORT_PARAMETER_INVALID, SEMANTIC_UNAVAILABLE.
    """
    organisation = await context.row("organisation", context.caller.organisation_id)
    assert organisation is not None  # noqa: S101 - an actor's club is always there
    try:
        return plan(
            definition,
            parameters,
            await meta_of(context),
            language=language,
            today=await context.today(),
            time_zone=organisation["time_zone"],
            currency=organisation["currency"],
            version=version,
        )
    except ParameterError as error:
        code = ErrorCode.REPORT_PARAMETER_INVALID
        raise DomainError(*violations_of(error.problems, code)) from error


def definition_of(row: Mapping[str, Any]) -> Definition:
    """Return the definition of a report's row, as this version of Loge reads it.

    Raises:
        DomainError: REPORT_INVALID, of one that an older version of Loge kept.
    """
    definition, problems = examine(row["definition"])
    if definition is None:
        raise DomainError(*violations_of(problems, ErrorCode.REPORT_INVALID, "definition"))
    return definition


async def _definition(context: Context, asked: Asked) -> tuple[Definition, int | None]:
    """Return the definition that is asked for, and its version if it is saved."""
    given = (asked.report_id, asked.key, asked.definition)
    if sum(one is not None for one in given) != 1:
        message = "give the id of a report, its key, or a definition: one of them"
        refuse(ErrorCode.INPUT_INVALID, message, "id")
    if asked.definition is None:
        row = await find_report(context, asked.report_id, asked.key)
        if row is None:
            refuse(ErrorCode.NOT_FOUND, "no such report", "id" if asked.report_id else "key")
        return definition_of(row), row["version"]
    check = Check()
    bounded(asked.definition, check)
    check.refuse_if_any()
    return definition_of({"definition": {"key": KEYLESS, **asked.definition}}), None


def bounded(given: Any, check: Check, *path: str) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Return JSON that is neither too large nor too deep, or collect that it is."""
    where = path or ("definition",)
    if not isinstance(given, dict):
        check.add(ErrorCode.REPORT_INVALID, "this has to be an object", *where)
        return {}
    if is_deep(given):
        message = f"this nests more than {DEFINITION_DEPTH} levels"
        check.add(ErrorCode.REPORT_INVALID, message, *where)
        return {}
    text = orjson.dumps(given)
    if len(text) > DEFINITION_BYTES:
        message = f"this has {len(text):,} bytes; at most {DEFINITION_BYTES:,} are allowed"
        check.add(ErrorCode.REPORT_INVALID, message, *where)
    if _NUL in text:
        check.add(ErrorCode.REPORT_INVALID, "the texts contain control characters", *where)
    return given


def is_deep(given: Any) -> bool:  # noqa: ANN401 - JSON
    """Tell whether JSON nests deeper than any definition."""
    level = [given]
    for _ in range(DEFINITION_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return bool(level)


def violations_of(
    problems: Sequence[Problem], code: ErrorCode, *path: str
) -> tuple[Violation, ...]:
    """Return the problems of a definition or of parameters as refusals."""
    return tuple(
        Violation(
            code,
            f"{one.message}; {one.hint}" if one.hint else one.message,
            (*path, *(step for step in _STEPS.split(one.path) if step)),
        )
        for one in problems
    )
