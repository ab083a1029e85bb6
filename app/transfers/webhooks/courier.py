"""The courier: takes what is due, sends it outside of any transaction, and records the answer.

Each endpoint has lanes of its own, so a slow one delays nobody else. A lane claims one delivery at
a time; a worker that dies leaves at most those that it was sending, and their leases run out.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.commands.webhook_deliveries import claim, record_answer
from app.domain.webhooks import JITTER_PERCENT, Answer, AttemptError
from app.storage.vault import SealBrokenError, Vault
from app.storage.webhooks import due_endpoints
from app.telemetry.measures import DELIVERIES
from app.transfers.webhooks.messages import headers_of, write_message

if TYPE_CHECKING:
    from uuid import UUID

    from app.commands.execution import Runner
    from app.storage.webhooks import Dispatch
    from app.transfers.webhooks.sending import Sender

LANES = 32
"""Deliveries that are under way at once, over all endpoints."""
ENDPOINT_LANES = 4
"""… and to one endpoint."""
LANE_SECONDS = 20
"""How long a lane goes on before others get their turn."""


_log = logging.getLogger("loge.webhooks")


@dataclass(slots=True)
class Courier:
    """Delivers in threads of its own; `run` starts them and does not wait."""

    sender: Sender
    vault: Vault
    public_url: str
    organisation_id: UUID | None = None
    """Only this club's; all clubs' when None."""
    _lanes: Counter[UUID] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pool: ThreadPoolExecutor | None = None
    _failure: Exception | None = None
    _stops: threading.Event = field(default_factory=threading.Event)

    def run(self, runner: Runner, now: datetime) -> int:
        """Open lanes to all endpoints that have something due; return how many.

        Raises what ended a lane since the last run.
        """
        self._stops.clear()
        opened = 0
        for organisation_id, endpoint_id in due_endpoints(runner.engine, now, self.organisation_id):
            while self._open_lane(runner, organisation_id, endpoint_id, now):
                opened += 1
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return opened

    def finish(self) -> None:
        """Wait for what is being sent; claim nothing more."""
        self._stops.set()
        self.wait()

    def wait(self) -> None:
        """Wait until no lane is open."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _open_lane(
        self, runner: Runner, organisation_id: UUID, endpoint_id: UUID, now: datetime
    ) -> bool:
        """Open one more lane to an endpoint, unless it or the courier has enough of them."""
        with self._lock:
            if self._lanes[endpoint_id] >= ENDPOINT_LANES or self._lanes.total() >= LANES:
                return False
            self._lanes[endpoint_id] += 1
        if self._pool is None:
            self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="webhook")
        self._pool.submit(self._follow_lane, runner, organisation_id, endpoint_id, now)
        return True

    def _follow_lane(
        self, runner: Runner, organisation_id: UUID, endpoint_id: UUID, now: datetime
    ) -> None:
        """Deliver one after the other until nothing is due or the lane's time is up."""
        begun = time.monotonic()
        try:
            while not self._stops.is_set() and time.monotonic() - begun < LANE_SECONDS:
                at = now + timedelta(seconds=time.monotonic() - begun)
                claimed = claim(runner, organisation_id, endpoint_id, at, 1)
                if not claimed:
                    return
                answer = self._try(claimed[0], at)
                jitter = random.randint(-JITTER_PERCENT, JITTER_PERCENT)  # noqa: S311 - jitter
                record_answer(runner, claimed[0], answer, at, jitter)
                DELIVERIES.labels((answer.error or "delivered").lower()).inc()
        except Exception as error:  # noqa: BLE001 - the next run raises it
            self._failure = error
        finally:
            with self._lock:
                self._lanes[endpoint_id] -= 1

    def _try(self, dispatch: Dispatch, now: datetime) -> Answer:
        """Send one event; a fault of ours counts as a failure, or it would come again for ever."""
        try:
            return self._send(dispatch, now)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and tried again
            _log.exception("delivery %s cannot be sent", dispatch.delivery.id)
            return Answer(0, error=AttemptError.INTERNAL)

    def _send(self, dispatch: Dispatch, now: datetime) -> Answer:
        """Write, sign and send one event."""
        try:
            secrets = [self.vault.open(one) for one in dispatch.secrets]
        except SealBrokenError:
            return Answer(0, error=AttemptError.SECRET_UNREADABLE)
        event = dispatch.event
        message = write_message(event, dispatch.organisation_code, self.public_url)
        headers = headers_of(str(event.id), message, secrets, now)
        return self.sender.send(dispatch.url, message, headers)
