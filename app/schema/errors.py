"""User errors: refusals as data."""

from __future__ import annotations

import strawberry

from app.domain.errors import ErrorCode, Violation
from app.schema.inputs import described

described(
    ErrorCode,
    "Every reason for which Loge refuses something.",
    {code.name: code.description for code in ErrorCode},
)


@strawberry.type(description="One reason why a mutation changed nothing.")
class UserError:
    """A code, a sentence and the input field it is about."""

    code: ErrorCode = strawberry.field(description="What was refused, for programs.")
    message: str = strawberry.field(description="What was wrong and what would be right.")
    path: list[str] = strawberry.field(
        description="The input field, outermost first; empty when it is about no single field."
    )


def user_errors(violations: tuple[Violation, ...]) -> list[UserError]:
    """Turn violations into user errors."""
    return [UserError(code=v.code, message=v.message, path=list(v.path)) for v in violations]
