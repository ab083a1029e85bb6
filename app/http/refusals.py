"""What the door of the GraphQL API refuses before anything is executed, each with its code."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class DoorCode(StrEnum):
    """The codes of top-level errors; refusals of single actions are `ErrorCode` of the domain."""

    def __new__(cls, value: str, description: str = "") -> Self:
        """Attach the sentence that documents a code to the code itself."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    description: str

    # The request around the document.
    REQUEST_INVALID = "REQUEST_INVALID", "The request is no GraphQL request; the message says why."
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED", "The HTTP method is not one of this address."
    MEDIA_TYPE_UNSUPPORTED = "MEDIA_TYPE_UNSUPPORTED", "The body is not `application/json`."
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE", "The caller accepts no media type that is spoken here."
    BATCH_REFUSED = "BATCH_REFUSED", "Several operations came in one request; send one in each."
    ORIGIN_REFUSED = "ORIGIN_REFUSED", "Pages of this origin may not call the API."
    PREFLIGHT_REQUIRED = (
        "PREFLIGHT_REQUIRED",
        "A page's GET needs a header that browsers ask permission for, such as `x-loge-csrf`.",
    )
    OPERATION_UNKNOWN = (
        "OPERATION_UNKNOWN",
        "`operationName` names no operation of the document, or has to say which one is meant.",
    )
    SUBSCRIPTION_REFUSED = (
        "SUBSCRIPTION_REFUSED",
        "A subscription needs a WebSocket or server-sent events.",
    )
    VARIABLES_INVALID = "VARIABLES_INVALID", "The variables do not fit their declarations."

    # The document.
    SYNTAX_INVALID = "SYNTAX_INVALID", "The document is not GraphQL."
    DOCUMENT_INVALID = "DOCUMENT_INVALID", "The document does not fit the schema."
    DOCUMENT_TOO_LARGE = "DOCUMENT_TOO_LARGE", "The document is longer than 64 KB."
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS", "The document has more than 2,000 tokens and comments."
    TOO_DEEPLY_NESTED = "TOO_DEEPLY_NESTED", "Brackets or fragments lie too deep in each other."
    TOO_DEEP = "TOO_DEEP", "Fields lie more than 10 deep in each other; introspection 20."
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS", "More than 500 fields, counting fragments where used."
    TOO_MANY_ROOT_FIELDS = "TOO_MANY_ROOT_FIELDS", "An operation has more than 10 root fields."
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES", "The document has more than 30 aliases."
    TOO_MANY_REPEATS = "TOO_MANY_REPEATS", "One field stands more than 5 times in one selection."
    TOO_MANY_DIRECTIVES = (
        "TOO_MANY_DIRECTIVES",
        "More than 5 directives at one place, or 100 in the document.",
    )
    TOO_MANY_FRAGMENTS = (
        "TOO_MANY_FRAGMENTS",
        "More than 50 fragments, 200 uses of them, or 10 operations.",
    )
    FRAGMENTS_CIRCULAR = "FRAGMENTS_CIRCULAR", "A fragment contains itself."
    COST_TOO_HIGH = "COST_TOO_HIGH", "The operation costs more than 1,000 points."
    THROTTLED = "THROTTLED", "Too much was asked for in too short a time; see `Retry-After`."

    # Who calls, and with which documents.
    UNAUTHENTICATED = "UNAUTHENTICATED", "No valid token came with the request."
    PERSISTED_QUERY_NOT_FOUND = (
        "PERSISTED_QUERY_NOT_FOUND",
        "No document is registered under this id.",
    )
    DOCUMENT_NOT_TRUSTED = (
        "DOCUMENT_NOT_TRUSTED",
        "This installation answers registered documents only, and this is none.",
    )

    # What went wrong on this side.
    TIMEOUT = "TIMEOUT", "Reading took too long and was stopped; ask for less."
    UNAVAILABLE = "UNAVAILABLE", "The database cannot be reached at the moment; try again."
    INTERNAL = "INTERNAL", "Something unforeseen; the operator finds it by `correlationId`."
    BODY_TOO_LARGE = "BODY_TOO_LARGE", "The body of the request is larger than it may be."


class RefusedError(Exception):
    """The whole request is refused; nothing of it was executed.

    `is_about_document` is true where the request was well-formed and its document was not: callers
    that accept only `application/json` are answered 200 then, as GraphQL over HTTP has it.
    """

    def __init__(
        self,
        code: DoorCode,
        message: str,
        status: int = HTTPStatus.BAD_REQUEST,
        *,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        is_about_document: bool = False,
    ) -> None:
        """Carry what the caller is told; `extensions` stand beside the code."""
        super().__init__(message)
        self.code = code
        self.status = int(status)
        self.headers = dict(headers or {})
        self.is_about_document = is_about_document
        self.errors: Sequence[Mapping[str, Any]] = (
            {"message": message, "extensions": {"code": code, **(extensions or {})}},
        )
        self.answer_extensions: Mapping[str, Any] = {}


class DocumentRefusedError(RefusedError):
    """A document breaks a limit, is not GraphQL or does not fit the schema."""

    def __init__(
        self, code: DoorCode, message: str, errors: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Carry the message, or several errors that are formatted already."""
        super().__init__(code, message, is_about_document=True)
        if errors:
            self.errors = errors
