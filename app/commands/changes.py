"""Forgetting what changed once nobody can resume from before it any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.forgetting import drain, forget
from app.storage.feed import remove_notes, trim_log

if TYPE_CHECKING:
    from datetime import datetime

    from app.commands.execution import Runner

KEPT_FOR = timedelta(hours=48)
"""How long changes are kept: twice as long as a subscription can be resumed."""

LOG_KEPT_FOR = timedelta(days=3)
"""How long the log of changes is kept: whoever was away for longer reads everything again."""


def forget_changes(runner: Runner, now: datetime) -> int:
    """Remove the notes of changes of all clubs that are older than 48 hours; return how many."""
    return forget(runner, lambda work, most: remove_notes(work, now - KEPT_FOR, most))


def forget_log(runner: Runner, now: datetime) -> int:
    """Remove what the log of changes has from more than three days ago; return how many rows."""
    return drain(lambda most: trim_log(runner.engine, now - LOG_KEPT_FOR, most))
