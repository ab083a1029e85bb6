"""Forgetting idempotency keys that nobody will repeat any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.forgetting import forget
from app.storage.idempotency import remove_older

if TYPE_CHECKING:
    from datetime import datetime

    from app.commands.execution import Runner

REMEMBERED_FOR = timedelta(days=30)
"""How long a request can be repeated under its key and get its first answer again."""


def forget_keys(runner: Runner, now: datetime) -> int:
    """Remove the keys of all clubs that are older than 30 days; return how many."""
    return forget(runner, lambda work, most: remove_older(work, now - REMEMBERED_FOR, most))
