"""How much a session may take: of time, of memory, and of places."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What the wire allows.

    `sessions` are open at once, `strangers` of them before somebody proved a password, and
    `sessions_per_club` of one club. `idle_seconds` ends a session that asks nothing,
    `idle_in_transaction_seconds` one that does so in a transaction, since it holds on to a state
    of the facts. A statement takes `statement_seconds` at most, whatever a session sets. A client
    that reads nothing of its answer for `stalled_seconds` is not waited for any longer. Every
    `renewed_seconds` it is asked whether the token of a session has ended, which ends it.
    """

    sessions: int = 100
    sessions_per_club: int = 50
    strangers: int = 30
    login_seconds: float = 20.0
    idle_seconds: float = 3600.0
    idle_in_transaction_seconds: float = 600.0
    statement_seconds: float = 600.0
    stalled_seconds: float = 300.0
    renewed_seconds: float = 5.0
    message_bytes: int = 16_000_000
    open_answers: int = 50
    concurrency: int = 4
