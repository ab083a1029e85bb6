"""All three must answer the same before any of them is timed."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from app.resolvers.ids import decode_id

if TYPE_CHECKING:
    from collections.abc import Sequence

_IDS = {"id", "wholeId", "idOfLine", "idOfIt", "idOfAllocation"}
_AMOUNTS = {"gross", "grossInMinorUnits", "amount", "amountInMinorUnits"}
_LIKE, _SLACK_BYTES = 0.05, 200
"""How much longer or shorter than Loge's an answer may be; Loge adds what the question cost."""


class OtherAnswerError(Exception):
    """Two servers answer a question otherwise; the message says where."""


def data_of(answer: bytes) -> Any:
    """Return the data of an answer without errors."""
    found = orjson.loads(answer)
    if found.get("errors"):
        raise OtherAnswerError(str(found["errors"])[:600])
    return found["data"]


def ask(port: int, request: bytes) -> bytes:
    """Send one prepared request and return the body of its answer."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise OtherAnswerError(f"{path}: {answer.status} {content[:600].decode()}")
    return content


def require_same(name: str, loge: bytes, peer: bytes, bare: Sequence[bytes]) -> None:
    """Compare answers value by value, and the lengths of the first two.

    One of the bare answers is longer: PostgreSQL's own builders of JSON put spaces between.
    """
    wanted = data_of(loge)
    for one in bare:
        if data_of(one) != wanted:
            raise OtherAnswerError(f"{name}: {_first_difference(wanted, data_of(one))}")
    plain, other = _plain(wanted), _plain(data_of(peer))
    if plain != other:
        raise OtherAnswerError(f"{name}: {_first_difference(plain, other)}")
    if abs(len(peer) - len(loge)) > _LIKE * len(loge) + _SLACK_BYTES:
        raise OtherAnswerError(f"{name}: {len(peer)} bytes are not like {len(loge)}")


def _plain(value: Any) -> Any:
    """Bring an answer into the form that both share: names, ids, instants, amounts."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    plain: dict[str, Any] = {}
    for key, inner in value.items():
        if key in _IDS:
            decoded = decode_id(inner)
            plain["id"] = decoded[1] if decoded else UUID(inner)
        elif key in _AMOUNTS:
            plain[key.partition("In")[0]] = _minor(inner)
        elif key == "createdAt":
            plain[key] = datetime.fromisoformat(inner)
        elif key != "endCursor":
            plain[key] = _plain(inner)
    return plain


def _minor(amount: Any) -> Any:
    """Return the minor units of an amount, as an object or alone."""
    return amount["amountMinor"] if isinstance(amount, dict) else amount


def _first_difference(left: Any, right: Any, path: str = "") -> str:
    """Describe the first place where two values differ."""
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        for key in left:
            if left[key] != right[key]:
                return _first_difference(left[key], right[key], f"{path}.{key}")
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            if one != other:
                return _first_difference(one, other, f"{path}[{number}]")
    return f"{path}: {str(left)[:300]} is not {str(right)[:300]}"
