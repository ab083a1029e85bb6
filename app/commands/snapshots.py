"""Closing a club's day: how inventory and Drafts stood when it ended is kept for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.storage.snapshots import keep_day, missing_days

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.commands.execution import Runner


def close_days(runner: Runner, now: datetime) -> int:
    """Keep the closing state of yesterday, for each club whose midnight has passed; count them.

    What nobody kept when a day ended is not known later, so of several days that went by only the
    last one is kept. Two workers at once keep it once.
    """
    return sum(_close(runner, *one) for one in missing_days(runner.engine, now))


def _close(runner: Runner, organisation_id: UUID, day: date) -> bool:
    """Keep the end of one club's day, unless another worker just did."""
    return runner.transact(organisation_id, "worker", lambda work: keep_day(work, day))
