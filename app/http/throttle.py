"""How much one caller may ask for: a bucket of points that fills steadily and holds a burst."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.permissions import Quota

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from app.domain.permissions import Actor

USUAL_QUOTA = Quota(points_per_second=1_000, bucket_points=10_000)
"""What a token gets that has no quota of its own, from each API process."""
STRANGER_QUOTA = Quota(points_per_second=50, bucket_points=500)
"""What an address gets for requests without a valid token."""
WRONG_TOKEN_POINTS = 5
"""What a wrong token costs the address it comes from."""
REQUEST_POINTS = 20
"""What a request to the REST façade costs: 50 a second go on for ever, 500 at once."""
_REMEMBERED_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking a bucket.

    Attributes:
        wait_seconds: 0 when the points were taken; else after how long they will be there.
        available: the whole points left.
    """

    wait_seconds: int
    available: int


@dataclass(slots=True)
class Throttle:
    """A bucket for each caller of this process."""

    usual: Quota = USUAL_QUOTA
    stranger: Quota = STRANGER_QUOTA
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)

    def quota_of(self, actor: Actor) -> Quota:
        """Return an actor's quota."""
        return actor.quota or self.usual

    def take(self, actor: Actor, points: int) -> Taken:
        """Take points from an actor's bucket; none are taken when there are too few."""
        key = (actor.organisation_id, actor.subject or actor.token_id)
        return self._take(key, self.quota_of(actor), points)

    def take_stranger(self, address: str, points: int = 1) -> Taken:
        """Take points for a request without a valid token."""
        return self._take(address, self.stranger, points)

    def take_shared(self, name: Hashable, points: int) -> Taken:
        """Take points of a bucket that all who use something share, such as a link."""
        return self._take(name, self.usual, points)

    def is_patient(self, address: str) -> bool:
        """Tell whether tokens from an address may be looked up: few of them were wrong."""
        found = self._left.get(address)
        if found is None:
            return True
        left, seen = found
        return left + (self.clock() - seen) * self.stranger.points_per_second >= WRONG_TOKEN_POINTS

    def _take(self, key: Hashable, quota: Quota, points: int) -> Taken:
        now = self.clock()
        left, seen = self._left.get(key, (quota.bucket_points, now))
        left = min(quota.bucket_points, left + (now - seen) * quota.points_per_second)
        # What is larger than a whole bucket is answered by a full one, or it never would be.
        needed = min(points, quota.bucket_points)
        is_enough = left >= needed
        if is_enough:
            left -= needed
        self._left[key] = left, now
        self._left.move_to_end(key)
        if len(self._left) > _REMEMBERED_LIMIT:
            # The one that asked for nothing for longest has the fullest bucket.
            self._left.popitem(last=False)
        wait = 0 if is_enough else math.ceil((needed - left) / quota.points_per_second)
        return Taken(wait, int(left))
