"""Refusals of the façade: the domain's, as HTTP statuses and problem details (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from app.domain.errors import DomainError, ErrorCode
from app.http.failures import PROBLEM_TYPE, problem_body
from app.http.rest.models import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

    from app.domain.errors import Violation

STATUSES = {
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.ID_INVALID: 404,
    ErrorCode.PERMISSION_DENIED: 403,
    ErrorCode.CLAIM_TAKEN: 409,
    ErrorCode.DOCUMENT_CONFLICT: 409,
    ErrorCode.DOCUMENT_EXISTS: 409,
    ErrorCode.DOCUMENT_STATE_INVALID: 409,
    ErrorCode.IDEMPOTENCY_KEY_REUSED: 409,
    ErrorCode.INVOICE_NOT_BILLABLE: 409,
    ErrorCode.INVOICE_NOT_PAYABLE: 409,
    ErrorCode.IN_USE: 409,
    ErrorCode.PAYMENT_CONFLICT: 409,
    ErrorCode.PAYMENT_REVERSED: 409,
    ErrorCode.PERIOD_CLOSED: 409,
    ErrorCode.VERSION_STALE: 409,
}
"""The HTTP status of a refusal; every other code is 422: what was sent is not right."""
_WRONG = 422


class RefusedError(Exception):
    """The whole request is answered with a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Carry what the problem says; `errors` name the fields that are wrong."""
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def answer(self, correlation_id: str) -> JSONResponse:
        """Return the answer."""
        errors = [one.model_dump() for one in self.errors]
        body = problem_body(self.status, self.code, self.detail, errors, correlation_id)
        return JSONResponse(body, self.status, self.headers, media_type=PROBLEM_TYPE)


def refused(
    violations: Sequence[Violation], names: Mapping[str, str] | None = None
) -> RefusedError:
    """Turn a refusal of the domain into a problem; its first reason decides the status."""
    first = violations[0]
    errors = [field_error(one, names or {}) for one in violations]
    return RefusedError(STATUSES.get(first.code, _WRONG), first.code, first.message, errors)


def of_domain(error: DomainError) -> RefusedError:
    """Turn an error of the domain into a problem."""
    return refused(error.violations)


def field_error(violation: Violation, names: Mapping[str, str]) -> FieldError:
    """Name what is wrong as the façade names it; `names` translates the domain's fields."""
    path = [names.get(part, part) for part in violation.path if names.get(part, part)]
    return FieldError(code=violation.code, field=".".join(path), message=violation.message)


def malformed(error: ValidationError, model: type[BaseModel]) -> list[FieldError]:
    """List what does not have the form that a model asks for, with an example of what has."""
    return [_malformed(one, model) for one in error.errors(include_url=False)]


def _malformed(detail: ErrorDetails, model: type[BaseModel]) -> FieldError:
    """Say what is wrong with one field, and what would be right."""
    field = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        known = ", ".join(_wire_names(model))
        message = f"unknown; known are: {known}" if known else "unknown; there are none"
        return FieldError(code=ErrorCode.INPUT_INVALID, field=field, message=message)
    message = detail["msg"][:1].lower() + detail["msg"][1:]
    declared = dict(zip(_wire_names(model), model.model_fields.values(), strict=True))
    examples = declared[field].examples if field in declared else None
    if examples:
        message = f"{message}; such as {examples[0]!r}"
    return FieldError(code=ErrorCode.INPUT_INVALID, field=field, message=message)


def _wire_names(model: type[BaseModel]) -> list[str]:
    """Name a model's fields as they stand in JSON."""
    return [one.alias or name for name, one in model.model_fields.items()]
