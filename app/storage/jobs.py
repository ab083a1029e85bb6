"""The queue of procrastinate, from inside a transaction of ours: what is committed is driven.

A job only says which transfer is to be looked at, now or at an instant. Whatever becomes of it,
the transfer's own row says what there is to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from app.storage.json_values import dump_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.transfers import Transfer
    from app.storage.unit_of_work import UnitOfWork

QUEUE = "transfers"
DRIVE = "drive"
"""The task that does what there is to do for a transfer, one of an Account and system at a time."""
WAKE = "wake"
"""The task that queues such a task at an instant, so that nothing waits behind a pause."""
SCHEMA = "procrastinate"

# Its functions name their tables without a schema.
_FIND = text("SET LOCAL search_path TO public, procrastinate")
_DEFER = text(
    """
    SELECT procrastinate_defer_jobs_v1(array_agg(
        ROW(:queue, :task, 0, given.lock, NULL, given.args, CAST(:at AS timestamptz))
        ::procrastinate_job_to_defer_v1))
    FROM unnest(CAST(:locks AS text[]), CAST(:args AS jsonb[])) AS given(lock, args)
    """
)


def drive_soon(work: UnitOfWork, transfers: Sequence[Transfer]) -> None:
    """Queue transfers as soon as this transaction is committed, in their order."""
    _defer(work, DRIVE, [(lock_of(one), one) for one in transfers], None)


def drive_at(work: UnitOfWork, transfer: Transfer, at: datetime) -> None:
    """Queue a transfer at an instant; others of its Account go on meanwhile."""
    _defer(work, WAKE, [(None, transfer)], at)


def lock_of(transfer: Transfer) -> str:
    """Name what is done one after the other: an Account's transfers to one system."""
    return f"{transfer.system_id}:{transfer.account_id or transfer.source_id}"


def _defer(
    work: UnitOfWork,
    task: str,
    wanted: Sequence[tuple[str | None, Transfer]],
    at: datetime | None,
) -> None:
    if not wanted:
        return
    club = str(work.organisation_id)
    args = [dump_json({"club": club, "transfer": str(one.id)}) for _, one in wanted]
    given = {"queue": QUEUE, "task": task, "at": at, "args": args}
    work.connection.execute(_FIND)
    work.connection.execute(_DEFER, {**given, "locks": [lock for lock, _ in wanted]})
