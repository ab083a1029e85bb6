"""Opaque ids of the API: the kind of object and its UUID, so that a wrong kind is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.errors import ErrorCode, refuse
from app.domain.names import encode_id

if TYPE_CHECKING:
    from app.domain.validation import Check

__all__ = ["NIL", "check_id", "checked_id", "decode_id", "encode_id", "parse_id"]

_HEX_DIGITS = 32
NIL = UUID(int=0)
"""Stands for an id that was refused; no command ever sees it."""


def decode_id(text: str) -> tuple[str, UUID] | None:
    """Return the kind and UUID of an id, or None when it is not one of ours."""
    kind, _, digits = text.rpartition("_")
    if not kind or len(digits) != _HEX_DIGITS:
        return None
    try:
        return kind, UUID(hex=digits)
    except ValueError:
        return None


def parse_id(kind: str, text: str, *path: str) -> UUID:
    """Return the UUID of an id of one kind, or refuse with ID_INVALID at the input's path."""
    decoded = decode_id(text)
    if decoded is None or decoded[0] != kind:
        refuse(ErrorCode.ID_INVALID, _expected(kind, text), *path)
    return decoded[1]


def check_id(kind: str, text: str, check: Check, *path: str) -> UUID | None:
    """Return the UUID of an id of one kind, or collect ID_INVALID and return None."""
    decoded = decode_id(text)
    if decoded is None or decoded[0] != kind:
        check.add(ErrorCode.ID_INVALID, _expected(kind, text), *path)
        return None
    return decoded[1]


def checked_id(kind: str, text: str, check: Check, *path: str) -> UUID:
    """Return the UUID of a required id; when it is malformed that is collected, and it is NIL."""
    return check_id(kind, text, check, *path) or NIL


def _expected(kind: str, text: str) -> str:
    """Say what an id of a kind looks like."""
    shown = text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - keeps a message on one line
    return f"{shown!r} is not the id of a {kind.replace('_', ' ')}; those begin with {kind}_"
