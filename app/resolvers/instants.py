"""Instants as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def write_instant(value: datetime) -> str:
    """Write an instant in UTC as the database does, with the fraction of a second that it has."""
    text = value.isoformat()
    if not value.microsecond:
        return text
    return text.removesuffix("+00:00").rstrip("0") + "+00:00"
