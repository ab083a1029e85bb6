"""The engine at work: what a worker does for transfers, any number of workers at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.domain.transfers import Transfer
from app.storage.job_worker import JobWorker
from app.storage.jobs import drive_soon
from app.storage.transfers import left_lying
from app.transfers.engine.driving import drive
from app.transfers.engine.following import follow_flows
from app.transfers.engine.opening import SYSTEM, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.storage.unit_of_work import UnitOfWork
    from app.storage.vault import Vault
    from app.transfers.contract.connectors import Connector

JOBS_AT_ONCE = 6
"""Transfers that one worker drives at once."""
LEFT_AFTER = timedelta(minutes=3)
"""How long after its time a transfer counts as left lying; longer than a lease."""
LEFT_LIMIT = 1_000


@dataclass(slots=True)
class TransferWork:
    """Follows flows, drives transfers, and looks for what was left lying."""

    vault: Vault
    connectors: Callable[[], Mapping[str, Connector]]
    allows_private: bool
    _worker: JobWorker | None = None

    def shop(self, runner: Runner) -> Workshop:
        """Return what the parts of the engine work with."""
        return Workshop(runner, self.vault, self.connectors(), self.allows_private)

    def follow(self, runner: Runner, _now: datetime) -> int:
        """Begin what is new."""
        return follow_flows(self.shop(runner))

    def drive(self, runner: Runner, _now: datetime) -> None:
        """Keep the worker of the queue going."""
        if self._worker is None:
            shop = self.shop(runner)
            wake = partial(wake_transfer, shop)
            self._worker = JobWorker(runner.engine, partial(drive, shop), wake, JOBS_AT_ONCE)
        self._worker.ensure_running()

    def finish(self) -> None:
        """Drive nothing more, and wait for what is under way."""
        if self._worker is not None:
            self._worker.stop()

    def sweep(self, runner: Runner, now: datetime) -> int:
        """Queue again what was left lying; return how many."""
        found = left_lying(runner.engine, now - LEFT_AFTER, LEFT_LIMIT)
        for organisation_id, transfer_id in found:
            wake_transfer(self.shop(runner), organisation_id, transfer_id)
        return len(found)


def wake_transfer(shop: Workshop, organisation_id: UUID, transfer_id: UUID) -> None:
    """Queue a transfer behind the others of its Account, now that its time has come."""

    def action(work: UnitOfWork) -> None:
        drive_soon(work, work.find(Transfer, id=transfer_id))

    shop.runner.transact(organisation_id, SYSTEM, action)
