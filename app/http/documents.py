"""The documents that are known: parsed, checked and compiled once, however often they come."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.http.document_limits import TOKEN_LIMIT, check_limits
from app.http.refusals import DocumentRefusedError, DoorCode
from app.telemetry.measures import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import DocumentNode, GraphQLSchema

REMEMBERED_DOCUMENTS = 1_000
REMEMBERED_BYTES = 64_000_000
REMEMBERED_REFUSALS = 200
"""Refused documents have a place of their own, so that they drive out no good ones."""
TOKEN_BYTES = 1_500
"""What a token of a document takes as a part of its tree and of what is compiled from it."""
ERROR_LIMIT = 10
"""Errors that are looked for in one document; finding more only costs time."""

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(slots=True)
class Known:
    """A document and what became of it.

    Attributes:
        document: its tree; None when `refusal` says why there is none.
        errors: why it cannot be executed; empty when it can.
        refusal: the same as an answer.
        memory: what others compile from the document. It goes with it.
        digest: the beginning of its SHA-256, for logs.
    """

    text: str
    document: DocumentNode | None
    errors: list[GraphQLError] = field(default_factory=list)
    refusal: DocumentRefusedError | None = None
    memory: dict[Any, Any] = field(default_factory=dict)
    operations: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    weight_bytes: int = 0
    digest: str = ""

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation of a name; without a name, the only one."""
        return self.operations.get(name or None)


@dataclass(slots=True)
class Documents:
    """Remembers documents by their text, the latest used, within a number and a size.

    Everything happens between two awaits of one event loop, so nobody sees half an entry.
    """

    document_limit: int = REMEMBERED_DOCUMENTS
    byte_limit: int = REMEMBERED_BYTES
    _valid: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    _refused: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    _weight_bytes: int = 0
    _schema: GraphQLSchema | None = None

    @property
    def schema(self) -> GraphQLSchema:
        """Return the schema that documents are validated against."""
        assert self._schema is not None  # noqa: S101 - the endpoint sets it before any request
        return self._schema

    def serve(self, schema: GraphQLSchema) -> None:
        """Validate against a schema from now on; what was known of another is forgotten."""
        self._schema = schema
        self._valid.clear()
        self._refused.clear()
        self._weight_bytes = 0

    def extension(self) -> SchemaExtension:
        """Return what lets a schema of Strawberry execute known documents without parsing them."""
        return _Remembered(self)

    def find(self, text: str) -> Known:
        """Return what is known of a text; what is new is checked and remembered."""
        for kept in (self._valid, self._refused):
            known = kept.get(text)
            if known is not None:
                kept.move_to_end(text)
                return known
        known = self._learn(text)
        self._keep(known)
        return known

    def admit(self, text: str) -> Known:
        """Return what is known of a text that can be executed.

        Raises:
            DocumentRefusedError: it cannot be.
        """
        known = self._valid.get(text)
        if known is not None:
            self._valid.move_to_end(text)
            return known
        known = self.find(text)
        if known.refusal is not None:
            # A new one each time: a raised exception collects the frames of whoever raised it.
            raise DocumentRefusedError(known.refusal.code, "", known.refusal.errors)
        return known

    def _learn(self, text: str) -> Known:
        """Check the limits, parse, validate: in this order, and no further than the first no."""
        DOCUMENTS.inc()
        try:
            document = parse_within_limits(text)
        except DocumentRefusedError as refusal:
            return _refused(text, refusal)
        errors = validate(
            self.schema, document, _RULES, max_errors=ERROR_LIMIT, hide_suggestions=True
        )
        if errors:
            formatted = [_formatted(one, DoorCode.DOCUMENT_INVALID) for one in errors]
            return _refused(text, DocumentRefusedError(DoorCode.DOCUMENT_INVALID, "", formatted))
        digest = sha256(text.encode()).hexdigest()[:16]
        return Known(text, document, operations=_operations(document), digest=digest)

    def _keep(self, known: Known) -> None:
        """Remember a document, and forget those that were not used for longest."""
        if known.document is None:
            self._refused[known.text] = known
            if len(self._refused) > REMEMBERED_REFUSALS:
                self._refused.popitem(last=False)
            return
        known.weight_bytes = _weigh(known)
        self._valid[known.text] = known
        self._weight_bytes += known.weight_bytes
        while len(self._valid) > self.document_limit or self._weight_bytes > self.byte_limit:
            _, gone = self._valid.popitem(last=False)
            self._weight_bytes -= gone.weight_bytes


class _Remembered(SchemaExtension):
    """Gives each execution its document, so that it is neither parsed nor validated again."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        """Hand over the known document, or refuse it with its errors."""
        context = self.execution_context
        if context.query and context.graphql_document is None:
            known = self._documents.find(context.query)
            if known.document is None:
                # A new one each time: a raised exception collects the frames of whoever raised it.
                error = known.errors[0]
                raise GraphQLError(error.message, extensions=error.extensions)
            context.graphql_document = known.document
            context.pre_execution_errors = []
        yield


def parse_within_limits(text: str) -> DocumentNode:
    """Parse a document that breaks no limit.

    Raises:
        DocumentRefusedError: it breaks one, or is no GraphQL.
    """
    check_limits(text)
    try:
        return parse(text, max_lexical_tokens=TOKEN_LIMIT)
    except GraphQLError as error:
        formatted = _formatted(error, DoorCode.SYNTAX_INVALID)
        raise DocumentRefusedError(DoorCode.SYNTAX_INVALID, "", [formatted]) from None


def _refused(text: str, refusal: DocumentRefusedError) -> Known:
    errors = [GraphQLError(one["message"], extensions=one["extensions"]) for one in refusal.errors]
    return Known(text, None, errors, refusal.with_traceback(None))


def _formatted(error: GraphQLError, code: DoorCode) -> dict[str, Any]:
    """Format an error of a document, with a code."""
    return {**error.formatted, "extensions": {"code": code}}


def _operations(document: DocumentNode) -> dict[str | None, OperationDefinitionNode]:
    """Return a document's operations by name; without a name too where there is only one."""
    all_of_them = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    found: dict[str | None, OperationDefinitionNode] = {
        one.name.value: one for one in all_of_them if one.name is not None
    }
    if len(all_of_them) == 1:
        found[None] = all_of_them[0]
    return found


def _weigh(known: Known) -> int:
    """Estimate what a document takes in memory, from its length: a token has two characters."""
    return len(known.text) + min(len(known.text) // 2 + 1, TOKEN_LIMIT) * TOKEN_BYTES
