"""Who calls: the bearer token of a request as an actor, or the reason why it is nobody's."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
from anyio import CapacityLimiter, to_thread

from app.commands.tokens import note_tokens
from app.domain.admission import Admission, Refusal, refused
from app.domain.tokens import TOKEN_PREFIX, hash_token, is_token
from app.http.failures import log_failure
from app.storage.admission import token_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.http.oidc.verification import SignedTokens
    from app.storage.engine import Engine

REMEMBERED_FOR = timedelta(seconds=1)
"""How long an admission is remembered: what was revoked works at most so much longer."""
REMEMBERED_LIMIT = 10_000
"""Admissions remembered; only those of callers who are somebody."""
NOTED_EVERY_SECONDS = 15
"""How often the last uses of tokens are written."""
_UNKNOWN_THREADS, _AGAIN_THREADS = 2, 4


@dataclass(slots=True)
class Authentication:
    """Admits callers: looks tokens up by their hash, and remembers for a moment whom it admitted.

    What stands for nobody is never remembered, so no flood of it takes room or turns others out.
    It waits for threads of its own, so it keeps no command waiting either.
    """

    engine: Engine
    clock: Callable[[], datetime]
    signed: SignedTokens | None = None
    _known: OrderedDict[bytes, tuple[datetime, Admission]] = field(default_factory=OrderedDict)
    _used: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)
    _unknown: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_UNKNOWN_THREADS))
    _again: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AGAIN_THREADS))

    async def admit(self, authorization: str | None) -> Admission:
        """Return whom an Authorization header stands for, or why for nobody."""
        scheme, _, secret = (authorization or "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            return refused(Refusal.ABSENT)
        now, token_hash = self.clock(), hash_token(secret)
        known = self._known.get(token_hash)
        if known is not None and now < known[0]:
            self._note(known[1].actor, now)
            return known[1]
        if is_token(secret):
            admission = await self._look_up(token_hash, now, is_known=known is not None)
        elif self.signed is None or secret.startswith(TOKEN_PREFIX):
            return refused(Refusal.MALFORMED)
        else:
            before = known[1] if known is not None else None
            admission = await self.signed.admit(secret, before, now)
        self._remember(token_hash, admission, now)
        return admission

    def note(self, actor: Actor) -> None:
        """Keep in mind that an actor's token was used by another way in."""
        self._note(actor, self.clock())

    def write_uses(self, runner: Runner) -> None:
        """Write what was kept in mind; what cannot be written is lost until the next use."""
        used, self._used = self._used, {}
        if used:
            try:
                # A copy, because somebody may be noting in another thread.
                note_tokens(runner, dict(used))
            except Exception as error:  # noqa: BLE001 - whatever it is, the process must go on serving
                log_failure(error)

    def knows(self, authorization: str | None) -> bool:
        """Tell whether somebody was admitted with an Authorization header a moment ago."""
        secret = (authorization or "").partition(" ")[2].strip()
        return hash_token(secret) in self._known

    async def is_still_valid(self, admission: Admission) -> bool:
        """Tell whether credentials that were admitted still stand for exactly the same actor.

        For connections that stay open. Changed scopes or quotas end them too: whoever connects
        again gets the new ones.
        """
        now, voucher = self.clock(), admission.voucher
        if admission.actor is None or (admission.ends_at is not None and now >= admission.ends_at):
            return False
        if isinstance(voucher, bytes):
            known = self._known.get(voucher)
            if known is not None and now < known[0]:
                return known[1].actor == admission.actor
            again = await self._look_up(voucher, now, is_known=True)
            self._remember(voucher, again, now)
            return again.actor == admission.actor
        if self.signed is None or voucher is None:
            return False
        return (await self.signed.admit_again(voucher, now)).actor == admission.actor

    async def note_uses(self, runner: Runner) -> None:
        """Write every now and then when tokens were last used, until cancelled; and once more."""
        try:
            while True:
                await anyio.sleep(NOTED_EVERY_SECONDS)
                await to_thread.run_sync(self.write_uses, runner)
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(self.write_uses, runner)

    async def _look_up(self, token_hash: bytes, now: datetime, *, is_known: bool) -> Admission:
        """Read a token, and say whom it stands for."""
        limiter = self._again if is_known else self._unknown
        found = await to_thread.run_sync(token_of, self.engine, token_hash, limiter=limiter)
        if found is None:
            return refused(Refusal.UNKNOWN)
        organisation_id, token = found
        reason = token.refusal(now, token_hash)
        if reason is not None:
            return refused(reason)
        actor = token.actor(organisation_id)
        self._note(actor, now)
        return Admission(actor, None, token.ends_at(token_hash), token_hash)

    def _remember(self, token_hash: bytes, admission: Admission, now: datetime) -> None:
        """Remember an admission until it is to be looked up again; forget one that ended."""
        self._known.pop(token_hash, None)
        if admission.actor is None:
            return
        until = now + REMEMBERED_FOR
        if admission.ends_at is not None:
            until = min(until, admission.ends_at)
        if len(self._known) >= REMEMBERED_LIMIT:
            self._known.popitem(last=False)
        self._known[token_hash] = until, admission

    def _note(self, actor: Actor | None, now: datetime) -> None:
        """Keep in mind that a token was used."""
        if actor is not None and actor.token_id is not None:
            self._used[actor.token_id] = actor.organisation_id, now


def challenge(refusal: Refusal) -> str:
    """Return what the header WWW-Authenticate says about a refusal (RFC 6750, section 3)."""
    if refusal is Refusal.ABSENT:
        return "Bearer"
    return f'Bearer error="invalid_token", error_description="{refusal.sentence}"'
