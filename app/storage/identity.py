"""Ids of new rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat

if TYPE_CHECKING:
    from uuid import UUID


def new_id() -> UUID:
    """Return a UUIDv7: unique everywhere, and ordered by the millisecond it was made in."""
    return uuid_utils.compat.uuid7()
