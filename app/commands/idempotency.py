"""Forgetting idempotency keys that nobody will repeat any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.storage.idempotency import remove_older
from app.storage.organisations import organisation_ids

if TYPE_CHECKING:
    from datetime import datetime

    from app.commands.execution import Runner

REMEMBERED_FOR = timedelta(days=30)
"""How long a request can be repeated under its key and get its first answer again."""
BATCH = 5_000
"""Keys removed in one transaction."""


def forget_keys(runner: Runner, now: datetime) -> int:
    """Remove the keys of all clubs that are older than 30 days; return how many."""
    removed = 0
    for organisation_id in organisation_ids(runner.engine):
        while True:
            count = runner.transact(
                organisation_id,
                "worker",
                lambda work: remove_older(work, now - REMEMBERED_FOR, BATCH),
            )
            removed += count
            if count < BATCH:
                break
    return removed
