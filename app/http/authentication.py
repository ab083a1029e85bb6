"""Who calls: the bearer token of a request as an actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from anyio import to_thread

from app.domain.tokens import TOKEN_PREFIX, hash_token
from app.storage.organisations import actor_of_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.domain.permissions import Actor
    from app.storage.engine import Engine

REMEMBERED_FOR = timedelta(seconds=5)
"""How long a token's actor is remembered: a revoked token works at most so much longer."""
_REMEMBERED_LIMIT = 10_000


@dataclass(slots=True)
class Authentication:
    """Looks tokens up by their hash, and remembers them for a moment."""

    engine: Engine
    clock: Callable[[], datetime]
    _known: dict[bytes, tuple[datetime, Actor | None]] = field(default_factory=dict)

    async def actor(self, authorization: str | None) -> Actor | None:
        """Return whom an Authorization header stands for, or None."""
        scheme, _, secret = (authorization or "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret.startswith(TOKEN_PREFIX):
            return None
        token_hash, now = hash_token(secret), self.clock()
        known = self._known.get(token_hash)
        if known is not None and now < known[0]:
            return known[1]
        actor = await to_thread.run_sync(actor_of_token, self.engine, token_hash, now)
        if len(self._known) >= _REMEMBERED_LIMIT:
            self._known.clear()
        self._known[token_hash] = now + REMEMBERED_FOR, actor
        return actor
