"""What requests carry: from the address of a GET, or the JSON of a POST; the same either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from semantic.query.shape import CACHE_MODES, one_of
from semantic.rest.failures import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

_BAD = 400


@dataclass(frozen=True, slots=True)
class Carried:
    """The parameters of a request; `query` is JSON that was parsed, and None where it is absent."""

    query: Any
    parameters: dict[str, Any]

    @property
    def is_multi(self) -> bool:
        """Tell whether the caller reads several results; clients of long ago do not say so."""
        return self.parameters.get("queryType") == "multi"

    @property
    def knows_kinds(self) -> bool:
        """Tell whether the caller says which kinds of queries it reads."""
        return self.parameters.get("queryType") is not None

    def cache_mode(self) -> str | None:
        """Return the cache mode of the request.

        Raises:
            QueryError: QUERY_INVALID.
        """
        mode = self.parameters.get("cache")
        if mode is None:
            return None
        one_of(CACHE_MODES)(mode, "cache")
        return str(mode)

    def needed_query(self) -> Any:  # noqa: ANN401 - JSON of any form, which is checked later
        """Return the query, which has to be there.

        Raises:
            RefusedError: it is not.
        """
        if self.query in (None, "", "undefined"):
            message = "Query param is required"
            raise RefusedError(message, _BAD)
        return self.query


async def read_request(request: Request) -> Carried:
    """Read the parameters of a request.

    Raises:
        RefusedError: the body or the query is no JSON.
    """
    if request.method == "POST":
        parameters = await read_body(request)
    else:
        parameters = dict(request.query_params)
    query = parameters.get("query")
    if isinstance(query, str) and query not in ("", "undefined"):
        query = _decode_query(query)
    return Carried(query, parameters)


def _decode_query(text: str) -> Any:  # noqa: ANN401 - JSON of any form, which is checked later
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = f"Unable to decode query param as JSON, error: {error}"
        raise RefusedError(message, _BAD) from error


async def read_body(request: Request) -> dict[str, Any]:
    """Read a body that is a JSON object; no body is an empty one.

    Raises:
        RefusedError: it is something else.
    """
    body = await request.body()
    if not body:
        return {}
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"the body of the request is no JSON: {error}"
        raise RefusedError(message, _BAD) from error
    if not isinstance(found, dict):
        message = "the body of the request must be a JSON object"
        raise RefusedError(message, _BAD)
    return found
