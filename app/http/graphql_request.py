"""The parameters of a GraphQL request, from a body or from the query of an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from app.http.refusals import DoorCode, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

NESTING_LIMIT = 32
"""Objects and lists in each other in variables; what reads them recurses."""
_PARAMETER_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for. `text` is empty where `document_id` names a registered document."""

    text: str
    operation_name: str | None
    variables: dict[str, Any] | None
    extensions: dict[str, Any] | None
    document_id: str | None


def read_body(body: bytes) -> Asked:
    """Read the parameters of a POST.

    Raises:
        RefusedError: the body is not JSON, or not of the form of a GraphQL request.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid(f"the body is not JSON: {error}") from None
    if isinstance(content, list):
        raise RefusedError(
            DoorCode.BATCH_REFUSED, "send one operation in each request, not a list of them"
        )
    if not isinstance(content, dict):
        raise _invalid("the body must be a JSON object with the field query")
    return _asked(content, body)


def read_address(query_string: bytes) -> Asked:
    """Read the parameters of a GET.

    Raises:
        RefusedError: they are not of the form of a GraphQL request.
    """
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_PARAMETER_LIMIT,
        )
    except ValueError:
        raise _invalid("the query of the address is malformed") from None
    given: dict[str, Any] = dict(pairs)
    if len(given) != len(pairs):
        raise _invalid("a parameter is given twice")
    for name in ("variables", "extensions"):
        text = given.get(name)
        try:
            given[name] = orjson.loads(text) if text else None
        except orjson.JSONDecodeError as error:
            raise _invalid(f"{name} is not JSON: {error}") from None
    return _asked(given, query_string)


def _asked(content: Mapping[str, Any], source: bytes) -> Asked:
    """Check the kinds of the parameters."""
    text = content.get("query")
    name = content.get("operationName")
    variables, extensions = content.get("variables"), content.get("extensions")
    document_id = content.get("documentId")
    for value, kind, field, article in (
        (text, str, "query", "a text"),
        (name, str, "operationName", "a text"),
        (variables, dict, "variables", "an object"),
        (extensions, dict, "extensions", "an object"),
        (document_id, str, "documentId", "a text"),
    ):
        if value is not None and not isinstance(value, kind):
            raise _invalid(f"{field} must be {article}")
    if variables and source.count(b"{") + source.count(b"[") + source.count(b"%") > NESTING_LIMIT:
        _check_nesting(variables)
    return Asked(text or "", name or None, variables, extensions, document_id or None)


def _check_nesting(variables: dict[str, Any]) -> None:
    """Refuse variables whose objects and lists lie too deep in each other."""
    level: list[Any] = [variables]
    for _ in range(NESTING_LIMIT):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise _invalid(f"variables nest more than {NESTING_LIMIT} objects and lists in each other")


def _invalid(message: str) -> RefusedError:
    return RefusedError(DoorCode.REQUEST_INVALID, message)
