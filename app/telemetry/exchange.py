"""The request that is being served: what its line in the log, its answer and its audit share.

Whoever learns something about the request notes it here: the door its document and cost,
authentication who asks. Variables, secrets, names and addresses are never noted.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{7,127}")
_TRACE_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NO_TRACE = "0" * 32
_NAME_LENGTH = 80


@dataclass(slots=True)
class Exchange:
    """One request and what became known of it; empty text means that nobody noted it."""

    request_id: str
    trace_id: str = ""
    operation_kind: str = ""
    operation_name: str = ""
    document_hash: str = ""
    cost: int = 0
    role: str = ""
    token_id: str = ""
    organisation_id: str = ""
    outcome: str = ""

    def note_operation(self, kind: str, name: str | None, document_hash: str) -> None:
        """Note what was asked for; the name is the caller's, so it is cut to a line's measure.

        Args:
            kind: query, mutation or subscription.
            name: the operation's name, if it has one.
            document_hash: of the document's text, never of its variables.
        """
        self.operation_kind = kind
        self.operation_name = (name or "")[:_NAME_LENGTH]
        self.document_hash = document_hash

    def note_caller(self, role: str, token_id: str, organisation_id: str) -> None:
        """Note who asks, by ids alone."""
        self.role = role
        self.token_id = token_id
        self.organisation_id = organisation_id

    def noted(self) -> dict[str, object]:
        """Return what was noted, by the names that the log has."""
        return {
            name: value
            for name, value in (
                ("request_id", self.request_id),
                ("trace_id", self.trace_id),
                ("operation", self.operation_kind),
                ("operation_name", self.operation_name),
                ("document", self.document_hash),
                ("outcome", self.outcome),
                ("cost", self.cost),
                ("role", self.role),
                ("token", self.token_id),
                ("organisation", self.organisation_id),
            )
            if value
        }


_current: ContextVar[Exchange | None] = ContextVar("loge_exchange", default=None)
open_exchange = _current.set
"""Make an exchange the current one of this task and of everything that it starts."""
close_exchange = _current.reset
"""Undo that, given what `open_exchange` returned."""
current_exchange = _current.get
"""Return the exchange that is being served, or None outside a request."""


def is_request_id(text: str) -> bool:
    """Tell whether a caller's id can be taken over: 8 to 128 letters, digits and a few marks."""
    return _REQUEST_ID.fullmatch(text) is not None


def trace_of(trace_parent: str) -> str:
    """Return the trace id of a `traceparent` header (W3C Trace Context), or nothing."""
    found = _TRACE_PARENT.fullmatch(trace_parent)
    if found is None or found[1] == _NO_TRACE or not int(found[2], 16):
        return ""
    return found[1]
