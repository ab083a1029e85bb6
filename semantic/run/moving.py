"""Statements that ask what time it is, or for chance: their answers change though no fact does."""

from __future__ import annotations

import re

_MOVING = re.compile(
    r"\b(now|today|current_date|current_time|current_timestamp|get_current_time\w*|"
    r"transaction_timestamp|localtime|localtimestamp|random|uuid)\b|\bage\s*\(",
    re.IGNORECASE,
)
"""What gives another value at another time. A name that looks like it counts as well."""


def is_moving(sql: str) -> bool:
    """Tell whether a statement may have another answer later over the same facts."""
    return _MOVING.search(sql) is not None
