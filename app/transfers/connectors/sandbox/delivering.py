"""Sending the sandbox's webhooks, once each; whoever loses one has to ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.transfers.connectors.sandbox.signing import HEADER, sign
from app.transfers.contract.calling import ask, client_of
from app.transfers.contract.faults import TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.transfers.connectors.sandbox.provider import Notice

TIMEOUT_SECONDS = 5.0


def deliver(notices: Iterable[Notice], key: str, *, allows_private: bool) -> int:
    """Send webhooks in order; return how many were taken."""
    taken = 0
    for notice in notices:
        signature = sign(key, notice.body, datetime.now(UTC))
        headers = {HEADER: signature, "content-type": "application/json"}
        with client_of(
            notice.url, allows_private=allows_private, total_seconds=TIMEOUT_SECONDS
        ) as client:
            try:
                ask(client, "POST", notice.url, content=notice.body, headers=headers)
            except TransferFaultError:
                continue
        taken += 1
    return taken
