"""How many requests one token may send: a bucket that fills steadily and holds a burst."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

PER_SECOND = 50
"""Requests of one token that an API process answers in the long run."""
BURST = 500
"""Requests that it answers at once after a pause."""
_REMEMBERED_LIMIT = 10_000


@dataclass(slots=True)
class RateLimit:
    """Counts what each token sends to this process."""

    per_second: float = PER_SECOND
    burst: float = BURST
    clock: Callable[[], float] = time.monotonic
    _left: dict[UUID | None, tuple[float, float]] = field(default_factory=dict)

    def wait_seconds(self, token_id: UUID | None) -> int:
        """Count one request; return 0, or after how many seconds another one is answered."""
        now = self.clock()
        left, seen = self._left.get(token_id, (self.burst, now))
        left = min(self.burst, left + (now - seen) * self.per_second)
        if left < 1:
            self._left[token_id] = left, now
            return math.ceil((1 - left) / self.per_second)
        if len(self._left) >= _REMEMBERED_LIMIT:
            self._left.clear()
        self._left[token_id] = left - 1, now
        return 0
