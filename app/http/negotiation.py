"""Which media type an answer has: what GraphQL over HTTP says of `Accept` and `Content-Type`."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from app.http.refusals import DoorCode, RefusedError

_HEADER_LIMIT = 2_000
_EVENTS = "text/event-stream"


class MediaType(StrEnum):
    """The media types of answers."""

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"


_MATCHES = {
    "application/graphql-response+json": MediaType.RESPONSE,
    "application/json": MediaType.JSON,
    # Whoever takes anything is answered as the clients of before the specification expect.
    "application/*": MediaType.JSON,
    "*/*": MediaType.JSON,
}


def negotiate(accept: str | None) -> MediaType | None:
    """Return the media type that a caller prefers among ours; None when it accepts neither."""
    if not accept:
        return MediaType.JSON
    if len(accept) > _HEADER_LIMIT:
        raise RefusedError(DoorCode.NOT_ACCEPTABLE, "the header 'Accept' is too long", 406)
    return _preferred(accept)


def check_accepted(accepted: MediaType | None) -> None:
    """Refuse a caller that accepts neither of our media types.

    Raises:
        RefusedError: NOT_ACCEPTABLE.
    """
    if accepted is None:
        message = f"accept {MediaType.RESPONSE} or {MediaType.JSON}"
        raise RefusedError(DoorCode.NOT_ACCEPTABLE, message, 406)


@lru_cache(maxsize=200)
def _preferred(accept: str) -> MediaType | None:
    """Return the type with the greatest quality; of equals, the one named first."""
    found, greatest = None, 0.0
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        kind, quality = _MATCHES.get(name), _quality(parameters)
        if kind is not None and quality > greatest:
            found, greatest = kind, quality
    return found


def _quality(parameters: list[str]) -> float:
    """Return the quality among a media type's parameters: 1 where there is none."""
    for one in parameters:
        if one.startswith("q="):
            try:
                return min(max(float(one[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(maxsize=200)
def is_json(content_type: str) -> bool:
    """Tell whether a body is JSON in UTF-8, which is the only encoding that JSON has."""
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [one[8:].strip('"') for one in parameters if one.startswith("charset=")]
    return name == MediaType.JSON and all(one in {"utf-8", "utf8"} for one in charsets)


@lru_cache(maxsize=200)
def wants_events(accept: bytes) -> bool:
    """Tell whether a caller would rather have server-sent events than one answer.

    Some clients name them in every request, behind the media types that they prefer.
    """
    greatest, is_events = 0.0, False
    for part in accept.decode("latin-1").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        if (name == _EVENTS or name in _MATCHES) and quality > greatest:
            greatest, is_events = quality, name == _EVENTS
    return is_events
