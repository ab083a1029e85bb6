"""Values that have to be of a kind: a text, a whole number of 64 bits."""

from __future__ import annotations

from typing import Final

from app.transfers.mapping.faults import ExpressionError, shown

_SHORTEST: Final = -(2**63)
_LONGEST: Final = 2**63 - 1


def text_of(value: object, place: str) -> str:
    """Return a text that has to be one."""
    if isinstance(value, str):
        return value
    right = "write string(…) around a whole number" if isinstance(value, int) else ""
    raise ExpressionError(f"{place} needs a text, not {shown(value)}", right)


def whole_of(value: object, place: str) -> int:
    """Return a whole number that has to be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    right = "write int(…) around a text" if isinstance(value, str) else ""
    raise ExpressionError(f"{place} needs a whole number, not {shown(value)}", right)


def bounded(value: int) -> int:
    """Return a whole number, unless it needs more than 64 bits."""
    if not _SHORTEST <= value <= _LONGEST:
        raise ExpressionError("a whole number has more than 64 bits")
    return value
